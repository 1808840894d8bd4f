import { createHash } from 'node:crypto'
import type { Catalog } from '../../../catalog/catalog.ts'
import { parseKey, type Respellings, unquoteName } from '../../../catalog/object-key.ts'
import { ofRevisions } from '../drift/grants.ts'
import { promisedObjects } from '../drift/partitions.ts'
import { type ExtensionOrigins, promisedExtensions } from '../extensions-promised.ts'
import { withoutUnpromised } from '../unpromised.ts'
import { MANIFEST_FORMAT, type Manifest } from './manifest.ts'
import { waitingSchema } from './waiting.ts'

/** What of the revision graph a manifest keeps. */
export interface RevisionFacts {
  readonly heads: readonly string[]
  /** Revision id to checksum, for every file. */
  readonly checksums: ReadonlyMap<string, string>
}

/** What of the build a manifest keeps in addition to the catalog. */
interface BuildFacts extends RevisionFacts {
  /** PGATE_SCHEMA. */
  readonly schema: string
  readonly respelled: Respellings
  /** Patterns; what fits one is left out. */
  readonly unpromised?: readonly string[]
  /** The manifests of the same build before each of the last contract revisions, and which wait. */
  readonly before?: readonly (readonly [left: readonly string[], manifest: Manifest])[]
  /** Absent: nobody but the revisions asked for any. */
  readonly extensions?: ExtensionOrigins
}

/**
 * The manifest of a database that stands at the heads of these revisions. An empty `public` is left
 * out, since a live database may have dropped it. Extensions keep their schema and no version:
 * another server has another patch release.
 */
export function manifestOf(catalog: Catalog, build: BuildFacts): Manifest {
  const { unpromised = [], before = [] } = build
  const { expected } = withoutUnpromised(catalog.objects, new Map(), unpromised)
  const promised = promisedExtensions(ofRevisions(promisedObjects(expected)), build.extensions)
  const used = [...promised].filter(
    ([key]) => key !== 'schema public' || holdsMoreThanItself(catalog),
  )
  const schemas = used.flatMap(([key]) => {
    const parsed = parseKey(key)
    return parsed?.kind === 'schema' ? [unquoteName(parsed.name)] : []
  })
  const respelled = new Map([...build.respelled].filter(([key]) => promised.has(key)))
  const made = { schemas, objects: new Map(used), respelled }
  return Object.freeze({
    format: MANIFEST_FORMAT,
    server: catalog.server,
    schema: build.schema,
    heads: build.heads.toSorted(),
    revisions: Object.freeze(Object.fromEntries([...build.checksums].toSorted())),
    ...made,
    ...(unpromised.length === 0 ? {} : { unpromised }),
    ...(before.length > 0 && {
      waiting: before.map(([left, one]) => waitingSchema(left, one, made)),
    }),
  })
}

/** SHA-256 in hex over the manifest's text (formatManifest): what a proof names its manifest by. */
export function manifestSha(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Whether the manifest describes exactly these revisions: `null` where it does, else one sentence
 * that says what differs.
 */
export function staleness(manifest: Manifest, revisions: RevisionFacts): string | null {
  const promised = new Map(Object.entries(manifest.revisions))
  const missing = [...revisions.checksums.keys()].filter((id) => !promised.has(id))
  if (missing.length > 0) return `the manifest was written before ${list('revision', missing)}`
  const gone = [...promised.keys()].filter((id) => !revisions.checksums.has(id))
  if (gone.length > 0)
    return `the manifest describes ${list('revision', gone)}, which no file holds`
  const edited = [...promised].filter(([id, sum]) => revisions.checksums.get(id) !== sum)
  if (edited.length > 0) {
    return `the manifest was written before the last edit of ${list(
      'revision',
      edited.map(([id]) => id),
    )}`
  }
  const same = manifest.heads.toSorted().join() === revisions.heads.toSorted().join()
  return same
    ? null
    : `the manifest describes ${list('head', manifest.heads)}, not ${list('head', revisions.heads)}`
}

function list(noun: string, ids: readonly string[]): string {
  const shown = ids.slice(0, 3).join(', ')
  const rest = ids.length > 3 ? ` and ${ids.length - 3} more` : ''
  return `${noun}${ids.length === 1 ? '' : 's'} ${shown}${rest}`
}

function holdsMoreThanItself(catalog: Catalog): boolean {
  return [...catalog.objects.keys()].some((key) => parseKey(key)?.name.startsWith('public.'))
}
