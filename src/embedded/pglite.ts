import type { PGlite } from '@electric-sql/pglite'
import { useBaselineWasm } from '../v8-flags.ts'

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
 * Starts PostgreSQL 18 inside this process, with vector and uuid-ossp available (not created).
 * @see https://pglite.dev/docs/api
 */
export async function startPglite(source: ClusterSource): Promise<PGlite> {
  useBaselineWasm()
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
