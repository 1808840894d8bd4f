import { randomBytes } from 'node:crypto'
import { queryRows } from '../../test/support/database/query.ts'
import { type Cluster, withCluster } from './cluster.ts'

/** The server that is measured. */
export interface BenchServer {
  /** `PostgreSQL 18.4, fsync on`. */
  readonly description: string
  /** Of a superuser, as most cases use it: without a password where the server is our own. */
  readonly url: string
  /** Only where it is our own: a given server is neither stopped nor given another role. */
  readonly own?: Cluster
}

export interface ServerChoice {
  /** Of a superuser on a server that is there; absent: one is started. */
  readonly givenUrl?: string
  readonly fsync: boolean
}

/** Lends the server of `BENCH_DATABASE_URL`, or one that is started for the purpose. */
export async function withServer<T>(
  { givenUrl, fsync }: ServerChoice,
  use: (server: BenchServer) => Promise<T>,
): Promise<T> {
  if (givenUrl !== undefined) return use({ description: await describe(givenUrl), url: givenUrl })
  return withCluster(fsync, async (own) => {
    const description = await describe(own.trustUrl)
    return use({ description, url: own.trustUrl, own })
  })
}

/** The same server and user, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}

/** Makes an empty database, and gives its URL. */
export async function createDatabase(url: string, hint: string): Promise<string> {
  const plain = hint.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  const name = `pgate_bench_${plain}_${randomBytes(4).toString('hex')}`
  await queryRows(url, `create database ${name} template template0`)
  return urlOfDatabase(url, name)
}

/** Drops what {@link createDatabase} made, even if somebody is still connected. */
export async function dropDatabase(url: string, databaseUrl: string): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1)
  await queryRows(url, `drop database if exists ${name} with (force)`)
}

/** Lends an empty database. */
export async function withEmptyDatabase<T>(
  url: string,
  hint: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const database = await createDatabase(url, hint)
  try {
    return await use(database)
  } finally {
    await dropDatabase(url, database)
  }
}

async function describe(url: string): Promise<string> {
  const [row] = await queryRows<{ version: string; fsync: string }>(
    url,
    `select current_setting('server_version') as version, current_setting('fsync') as fsync`,
  )
  return `PostgreSQL ${row?.version.split(' ')[0]}, fsync ${row?.fsync}`
}

/** The database of the one, by the user of the other, of the same server. */
export function withUserOf(databaseUrl: string, url: string): string {
  return urlOfDatabase(url, new URL(databaseUrl).pathname.slice(1))
}
