import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { expect, inject } from 'vitest'
import { share } from '../run/long.ts'
import type { PoolerAddresses } from './pgbouncer.ts'

/** One PostgreSQL server that tests may use; shared by all of a run, so never stop or tune it. */
export interface TestServer {
  /** `pg17`, `pg18`, `pg15` (Docker), `given-pg17` (TEST_DATABASE_URL), `embedded-pg18`. */
  readonly name: string
  readonly major: number
  /** As the server reports it: `17.5 (Debian 17.5-1)`. */
  readonly version: string
  /** True where `create extension vector` works. */
  readonly vector: boolean
  /** Of the superuser, for the database `postgres`. */
  readonly url: string
  /** The Docker container's id, where it is one. */
  readonly container?: string
  /** The PgBouncers before it, where it is a container. */
  readonly poolers?: PoolerAddresses
}

export interface ServerNeed {
  /** pgvector is available. */
  readonly vector?: boolean
  /** The server is a container: it has a network that other containers reach it by. */
  readonly docker?: boolean
  /** The oldest major that fits. */
  readonly since?: number
}

/**
 * The servers of this run that have what is needed, for `describe.each(servers())('on $name', …)`.
 * Empty where this machine has none; the run's last lines then say what was left out.
 */
export function servers(need: ServerNeed = {}): readonly TestServer[] {
  return inject('servers').filter(
    (server) =>
      (!need.vector || server.vector) &&
      (!need.docker || server.container !== undefined) &&
      server.major >= (need.since ?? 0),
  )
}

/**
 * One of the servers, for tests of what does not depend on the server's major; every one of them in
 * the `long` project, and where TEST_EVERY_MAJOR is set.
 */
export function anyServer(need: ServerNeed = {}): readonly TestServer[] {
  return anyOf(servers(need))
}

/** The same for a list: its first, or all. */
export function anyOf<T>(fitting: readonly T[]): readonly T[] {
  return inject('long') || process.env.TEST_EVERY_MAJOR ? fitting : fitting.slice(0, 1)
}

/** Of a list, what is tested on this server: all servers together have it once, where it is long each. */
export function partOn<T>(server: TestServer, all: readonly T[]): readonly T[] {
  const names = servers().map(({ name }) => name)
  return share(all, { part: names.indexOf(server.name), of: names.length })
}

/** A database made for one test. */
export interface TestDatabase {
  /** Of the superuser. */
  readonly url: string
  readonly name: string
}

/**
 * Lends a fresh, empty database named after the test. Dropped, together with every connection
 * to it, when `use` resolves; kept, and named on standard error, when it rejects: on a server of
 * your own (TEST_DATABASE_URL) it is still there after the run.
 */
export async function withDatabase<T>(
  server: TestServer,
  use: (database: TestDatabase) => Promise<T>,
): Promise<T> {
  // The runner gives `suite > suite > test`: the last one says the most in 63 bytes.
  const sentence = expect.getState().currentTestName?.split(' > ').at(-1) ?? 'file'
  const database = await createDatabase(server, sentence)
  const result = await use(database).catch((error: unknown) => {
    keepDatabase(server, database)
    throw error
  })
  await dropDatabase(server, database)
  return result
}

/** Makes an empty database named after the test's. */
export async function createDatabase(server: TestServer, test: string): Promise<TestDatabase> {
  const name = databaseName(test)
  // A copy of files: written to the log page by page, it is three times the work, and so is its drop.
  await onServer(server, `create database "${name}" strategy file_copy`)
  return { url: urlOf(server, name), name }
}

/** Drops it, together with every connection to it. */
export function dropDatabase(server: TestServer, { name }: TestDatabase): Promise<void> {
  return onServer(server, `drop database "${name}" with (force)`)
}

/** Names, on standard error, a database that stays. */
export function keepDatabase(server: TestServer, { name }: TestDatabase): void {
  console.error(`kept for a look: database ${name} on ${server.name}`)
}

/** The same server's URL for another database. */
export function urlOf(server: Pick<TestServer, 'url'>, database: string): string {
  const url = new URL(server.url)
  url.pathname = `/${encodeURIComponent(database)}`
  return url.href
}

function databaseName(test: string): string {
  const hint = test
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40)
  return `t_${hint}_${randomBytes(4).toString('hex')}`
}

async function onServer(server: TestServer, text: string): Promise<void> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
