import { hostname } from 'node:os'
import { type Catalog, readCatalog } from '../../src/catalog/catalog.ts'
import type { CatalogScope } from '../../src/catalog/scope.ts'
import { withEmbedded } from '../../src/embedded/embedded.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { unlessRolesChange } from '../support/database/shared-roles.ts'
import { sized } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'
import { RICH_SCHEMA } from './verify-rich-schema.ts'

/** Somewhere to build a schema: every server of the run, and the embedded PostgreSQL. */
export interface SchemaSource {
  readonly name: string
  /** Lends one session in an empty database. */
  readonly lend: <T>(use: (session: Session) => Promise<T>) => Promise<T>
}

export function schemaSources(): readonly SchemaSource[] {
  const real = servers().map((server) => ({
    name: server.name,
    lend: <T>(use: (session: Session) => Promise<T>) =>
      unlessRolesChange(server.url, () =>
        withDatabase(server, ({ url }) => withSession(databaseOf(url), patiently(), use)),
      ),
  }))
  const owner = { pid: process.pid, hostName: hostname(), isAlive: () => true }
  const embedded = {
    name: 'pglite',
    lend: <T>(use: (session: Session) => Promise<T>) =>
      withEmbedded(owner, (database) => withSession(database, patiently(), use)),
  }
  return [...real, embedded]
}

/** The oldest server and the built-in PostgreSQL, which is the newest; where it is long all sources. */
export function oldestAndEmbedded(): readonly SchemaSource[] {
  const oldest = servers()
    .toSorted((one, other) => one.major - other.major)
    .at(0)?.name
  const whole = schemaSources()
  return sized({ sample: whole.filter(({ name }) => [oldest, 'pglite'].includes(name)), whole })
}

/** The oldest server and the newest, which differ the most; where it is long all sources. */
export function outermostSources(): readonly SchemaSource[] {
  const byMajor = servers().toSorted((one, other) => one.major - other.major)
  const outermost = [byMajor.at(0)?.name, byMajor.at(-1)?.name]
  const whole = schemaSources()
  return sized({ sample: whole.filter(({ name }) => outermost.includes(name)), whole })
}

/** Everything, with no tables of pgate's to leave out. */
export const EVERYTHING: CatalogScope = { schemas: 'all', ownTables: [] }

/** Lends a session to a database that holds the rich schema, and that schema's catalog. */
export async function withRichSchema<T>(
  source: SchemaSource,
  use: (session: Session, catalog: Catalog) => Promise<T>,
): Promise<T> {
  return source.lend(async (session) => {
    await session.query(RICH_SCHEMA)
    return use(session, await readCatalog(session, EVERYTHING))
  })
}
