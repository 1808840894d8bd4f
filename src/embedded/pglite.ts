import type { Extension, PGlite } from '@electric-sql/pglite'
import { useBaselineWasm } from '../base/v8-flags.ts'
import { type Bundle, bundlesOf } from './bundles.ts'
import { importPackagesFrom } from './packages.ts'

/** Where a cluster comes from; neither: a new one in memory, set up by initdb in two seconds. */
export interface ClusterSource {
  /** A tar archive of a data directory, to be loaded into memory. */
  readonly archive?: Uint8Array<ArrayBuffer>
  /** A data directory on disk; used in place. */
  readonly directory?: string
  /** Extensions to be available, besides vector and uuid-ossp; what PGlite lacks is left out. */
  readonly extensions?: readonly string[]
  /** From where PGlite's packages are imported; absent: from this file's place. */
  readonly place?: string
}

/**
 * The whole postgresql.conf: PGlite replaces the one that initdb wrote. Its 128 MB of shared
 * buffers would be zeroed at every start; the last two lines are what initdb would have found out.
 */
const SETTINGS = [
  'shared_buffers = 4MB',
  'min_wal_size = 2MB',
  'max_wal_size = 64MB',
  "timezone = 'UTC'",
  "default_text_search_config = 'pg_catalog.english'",
]

/**
 * Starts PostgreSQL 18 in this process, with vector, uuid-ossp and the wanted extensions available
 * (not created).
 * @see https://pglite.dev/docs/api
 */
export async function startPglite(source: ClusterSource): Promise<PGlite> {
  useBaselineWasm()
  if (source.place !== undefined) importPackagesFrom(source.place)
  const [{ PGlite }, { vector }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
  ])
  const bundles = bundlesOf(['uuid-ossp', ...(source.extensions ?? [])], source.place)
  const contrib = Object.fromEntries(bundles.map((bundle) => [bundle.name, extensionOf(bundle)]))
  return PGlite.create({
    extensions: { vector, ...contrib },
    initDbStartParams: ['--wal-segsize=1'],
    postgresqlconf: SETTINGS,
    ...(source.archive && { loadDataDir: new Blob([source.archive]) }),
    ...(source.directory !== undefined && { dataDir: source.directory }),
  })
}

function extensionOf({ name, url, preloaded }: Bundle): Extension {
  const sharedPreloadLibraries = preloaded ? [name] : []
  return { name, setup: async () => ({ bundlePath: url, sharedPreloadLibraries }) }
}
