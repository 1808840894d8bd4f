import type { DeclaredExtension } from '../../config/config.ts'
import { observe } from '../../postgres/session/observe.ts'
import type { Session } from '../../postgres/session/session.ts'
import {
  checkInstalled,
  type ExtensionState,
  type InstalledExtension,
  type OfferedExtension,
  type OfferedVersion,
} from './state.ts'

/** Every extension of the database, in one cheap query. @see installedFrom */
export const INSTALLED_SQL = /* SQL */ `
    select
      extension.extname::pg_catalog.text as "name",
      extension.extversion as "version",
      namespace.nspname::pg_catalog.text as "schema"
    from pg_catalog.pg_extension as extension
    join pg_catalog.pg_namespace as namespace on namespace.oid operator(pg_catalog.=) extension.extnamespace
    order by extension.extname
  `

/** The extensions from the query's rows. */
export function installedFrom(
  rows: readonly Readonly<Record<string, unknown>>[],
): readonly InstalledExtension[] {
  return rows.map(({ name, version, schema }) => ({
    name: String(name),
    version: String(version),
    schema: String(schema),
  }))
}

/** Reads the extensions that the database has, with schema and version. */
export async function readInstalled(session: Session): Promise<readonly InstalledExtension[]> {
  return installedFrom((await session.query(INSTALLED_SQL)).rows)
}

/**
 * What else a plan needs to know. Reads every control file on the server, so only where something
 * is to be done.
 */
export async function readExtensionState(
  session: Session,
  wanted: readonly DeclaredExtension[],
  installed: readonly InstalledExtension[],
): Promise<ExtensionState> {
  const offered = await readOffered(session, wanted)
  const updates = await readUpdates(session, wanted, installed)
  const schemas = await readSchemas(session, wanted)
  return { installed, offered, updates, schemas }
}

type OfferedRow = {
  readonly name: string
  readonly defaultVersion: string
  readonly version: string
  readonly trusted: boolean
  readonly superuser: boolean
  readonly schema: string | null
  readonly requires: readonly string[]
}

/** @see https://www.postgresql.org/docs/current/view-pg-available-extension-versions.html */
async function readOffered(
  session: Session,
  wanted: readonly DeclaredExtension[],
): Promise<readonly OfferedExtension[]> {
  const rows = await observe<OfferedRow>(
    session,
    /* SQL */ `
    select
      extension.name::text as "name",
      extension.default_version as "defaultVersion",
      offer.version as "version",
      offer.trusted as "trusted",
      offer.superuser as "superuser",
      offer.schema::text as "schema",
      coalesce(offer.requires::text[], '{}') as "requires"
    from pg_available_extensions as extension
    join pg_available_extension_versions as offer on offer.name = extension.name
    where extension.name = any ($1::name[])
       or offer.version = extension.default_version
    order by extension.name, offer.version
  `,
    [wanted.map((extension) => extension.name)],
  )
  const byName = Map.groupBy(rows, (row) => row.name)
  return [...byName].map(([name, [first, ...more]]) => ({
    name,
    defaultVersion: first?.defaultVersion ?? '',
    versions: (first ? [first, ...more] : []).map(versionOf),
  }))
}

function versionOf({ version, trusted, superuser, schema, requires }: OfferedRow): OfferedVersion {
  return { version, trusted, superuser, requires, ...(schema !== null && { schema }) }
}

/** The paths of some extensions are many thousands, so only those below their floor are asked for. */
async function readUpdates(
  session: Session,
  wanted: readonly DeclaredExtension[],
  installed: readonly InstalledExtension[],
): Promise<ExtensionState['updates']> {
  const low = checkInstalled(wanted, installed).filter((fault) => fault.found !== null)
  if (low.length === 0) return []
  const rows = await observe<{ name: string; to: string }>(
    session,
    /* SQL */ `
    select wanted.name as "name", path.target as "to"
    from unnest($1::text[], $2::text[]) as wanted (name, version)
    cross join lateral pg_extension_update_paths(wanted.name::name) as path
    where path.source = wanted.version and path.path is not null
  `,
    [low.map((fault) => fault.name), low.map((fault) => fault.found)],
  )
  return rows
}

async function readSchemas(
  session: Session,
  wanted: readonly DeclaredExtension[],
): Promise<readonly string[]> {
  const declared = wanted.flatMap((extension) => extension.schema ?? [])
  if (declared.length === 0) return []
  const rows = await observe<{ name: string }>(
    session,
    /* SQL */ `
    select namespace.nspname::text as "name"
    from pg_namespace as namespace
    where namespace.nspname = any ($1::name[])
  `,
    [declared],
  )
  return rows.map((row) => row.name)
}
