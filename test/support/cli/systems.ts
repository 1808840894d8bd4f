import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { anyOf, servers, type TestServer } from '../servers/servers.ts'
import { runPgateHere } from './call.ts'
import type { PgateResult } from './cli.ts'

/** One of the real back-ends of `examples/`, with its own way to say where the database is. */
export interface System {
  readonly name: string
  readonly migrations: string
  /** From the first to the head. */
  readonly revisions: readonly [string, ...string[]]
  readonly head: string
  /** All the variables that it sets for pgate. */
  readonly env: (url: string) => Readonly<Record<string, string>>
  /** The oldest PostgreSQL that it is run on. */
  readonly since: number
}

export const SCOPING: System = {
  name: 'scoping',
  migrations: example('scoping/migrations'),
  revisions: ['03033cebb647', '7a1d4c9be230', '5be8f02d6c17', 'c94e17ab3d08', 'e2f60b8d5a41'],
  head: 'e2f60b8d5a41',
  env: (url) => {
    const { hostname, port, pathname, username, password } = new URL(url)
    return {
      DB_HOST: hostname,
      DB_PORT: port,
      DB_NAME: decodeURIComponent(pathname.slice(1)),
      DB_USER: decodeURIComponent(username),
      DB_PASSWORD: decodeURIComponent(password),
      PGATE_EXTENSIONS: 'uuid-ossp',
    }
  },
  since: 17,
}

export const MEMORY: System = {
  name: 'memory',
  migrations: example('memory/migrations'),
  revisions: ['001', '002'],
  head: '002',
  env: (url) => ({ DATABASE_URL: url, PGATE_EXTENSIONS: '' }),
  since: 17,
}

export const AGENTS: System = {
  name: 'agents',
  migrations: example('agents/migrations'),
  revisions: ['972fc63ffb69', '567cc0f251e5', 'c0b7d0e366e7'],
  head: 'c0b7d0e366e7',
  env: (url) => ({ DATABASE_URL: withDriver(url, 'asyncpg'), PGATE_EXTENSIONS: '' }),
  since: 17,
}

export const RAGCHAT: System = {
  name: 'ragchat',
  migrations: example('ragchat/migrations'),
  revisions: ['001', '002'],
  head: '002',
  env: (url) => ({ DATABASE_URL: withDriver(url, 'psycopg2'), PGATE_EXTENSIONS: '' }),
  since: 15,
}

export const SYSTEMS: readonly System[] = [SCOPING, MEMORY, AGENTS, RAGCHAT]

/** A file of the examples. */
export function example(path: string): string {
  return fileURLToPath(new URL(`../../../examples/${path}`, import.meta.url))
}

/** The servers that a system is run on: the last that it can, or, in the `long` project, each. */
export function serversFor(system: System): readonly TestServer[] {
  return anyOf(servers({ since: system.since }).toReversed())
}

function withDriver(url: string, driver: string): string {
  return url.replace(/^postgres(ql)?:/, `postgresql+${driver}:`)
}

/** Runs pgate as the system does; `migrations` is another folder than its own. */
export function pgateOf(system: System, url: string, migrations = system.migrations) {
  const env = { ...system.env(url), PGATE_MIGRATIONS: migrations }
  return (...args: readonly string[]): Promise<PgateResult> => runPgateHere(args, { env })
}

/** Expects exit code 0; where it is another, the failure shows what pgate said. */
export function expectDone({ exitCode, stdout, stderr }: PgateResult): void {
  expect(exitCode, `${stdout}${stderr}`).toBe(0)
}
