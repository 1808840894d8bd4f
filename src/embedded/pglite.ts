import { setFlagsFromString } from 'node:v8'
import type { PGlite } from '@electric-sql/pglite'

/** Where a cluster comes from; neither: a new one in memory, set up by initdb in two seconds. */
export interface ClusterSource {
  /** A tar archive of a data directory, to be loaded into memory. */
  readonly archive?: Uint8Array<ArrayBuffer>
  /** A data directory on disk; used in place. */
  readonly directory?: string
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
 * Without V8's optimising compiler for WebAssembly: a short-lived PostgreSQL never earns back what
 * optimising 9 MB of it costs, and the process would wait for those jobs when it ends. It halves
 * the time of a gate.
 * @see https://v8.dev/docs/wasm-compilation-pipeline
 */
const BASELINE_COMPILER = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']

/**
 * Starts PostgreSQL 18 inside this process, with vector and uuid-ossp available (not created).
 * @see https://pglite.dev/docs/api
 */
export async function startPglite(source: ClusterSource): Promise<PGlite> {
  for (const flag of BASELINE_COMPILER) setFlagsFromString(flag)
  const [{ PGlite }, { vector }, { uuid_ossp }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite-pgvector'),
    import('@electric-sql/pglite/contrib/uuid_ossp'),
  ])
  return PGlite.create({
    extensions: { vector, uuid_ossp },
    initDbStartParams: ['--wal-segsize=1'],
    postgresqlconf: SETTINGS,
    ...(source.archive && { loadDataDir: new Blob([source.archive]) }),
    ...(source.directory !== undefined && { dataDir: source.directory }),
  })
}
