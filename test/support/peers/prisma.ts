import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Pool } from 'pg'
import { PEERS } from './peers.ts'

const require = createRequire(join(PEERS, 'package.json'))

/** What Prisma's own engine says of a database and a folder. */
export interface PrismaStatus {
  readonly failedMigrationNames: readonly string[]
  readonly editedMigrationNames: readonly string[]
  readonly hasMigrationsTable: boolean
  readonly history: {
    readonly diagnostic: string
    readonly unappliedMigrationNames?: readonly string[]
  } | null
}

/** The engine behind `prisma migrate`, of the package that needs no download, and what of it is used. */
interface Engine {
  applyMigrations(input: unknown): Promise<{ readonly appliedMigrationNames: readonly string[] }>
  diagnoseMigrationHistory(input: unknown): Promise<PrismaStatus>
  markMigrationApplied(input: unknown): Promise<unknown>
  markMigrationRolledBack(input: unknown): Promise<unknown>
}

interface Place {
  readonly url: string
  readonly folder: string
}

const NO_FILTERS = { externalTables: [], externalEnums: [] }

/** `prisma migrate deploy`; rejects with the engine's code (`P3009`) in its message. */
export async function prismaDeploy({ url, folder }: Place): Promise<readonly string[]> {
  const { appliedMigrationNames } = await onEngine(url, (engine) =>
    engine.applyMigrations({ migrationsList: listOf(folder), filters: NO_FILTERS }),
  )
  return appliedMigrationNames
}

/** `prisma migrate status`. */
export async function prismaStatus({ url, folder }: Place): Promise<PrismaStatus> {
  const input = {
    migrationsList: listOf(folder),
    filters: NO_FILTERS,
    optInToShadowDatabase: false,
  }
  return onEngine(url, (engine) => engine.diagnoseMigrationHistory(input))
}

/** `prisma migrate resolve --applied` and `--rolled-back`. */
export async function prismaResolve(
  { url, folder }: Place,
  as: 'applied' | 'rolled-back',
  migrationName: string,
): Promise<void> {
  await onEngine(url, (engine) =>
    as === 'applied'
      ? engine.markMigrationApplied({ migrationsList: listOf(folder), migrationName })
      : engine.markMigrationRolledBack({ migrationName }),
  )
}

/** Its errors have a code next to the message, or none where a script failed. */
async function onEngine<T>(url: string, use: (engine: Engine) => Promise<T>): Promise<T> {
  const { Pool } = createRequire(require.resolve('@prisma/adapter-pg'))('pg')
  const pool: Pool = new Pool({ connectionString: url })
  try {
    return await use(await newEngine(pool))
  } catch (error) {
    const { code = '', message } = Object(error)
    throw new Error(`${code} ${message}`)
  } finally {
    // The engine leaves its lock to the end of the process; idle sessions keep it for ten seconds.
    await pool.end()
  }
}

async function newEngine(pool: Pool): Promise<Engine> {
  const bindings = require('@prisma/schema-engine-wasm/schema_engine_bg')
  if (loaded === undefined) {
    const home = dirname(require.resolve('@prisma/schema-engine-wasm'))
    const program = readFileSync(join(home, 'schema_engine_bg.wasm'))
    loaded = assembly
      .instantiate(program, { './schema_engine_bg.js': bindings })
      .then(({ instance }) => {
        bindings.__wbg_set_wasm(instance.exports)
        instance.exports.__wbindgen_start()
      })
  }
  await loaded
  const { PrismaPg } = require('@prisma/adapter-pg')
  const { bindMigrationAwareSqlAdapterFactory } = require('@prisma/driver-adapter-utils')
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool))
  const datamodels = [['schema.prisma', 'datasource db {\n  provider = "postgresql"\n}\n']]
  return bindings.SchemaEngine.new({ datamodels }, () => undefined, adapter)
}

let loaded: Promise<void> | undefined

/** What Node.js has and its types leave to the browser's. */
const assembly: {
  instantiate(
    program: Uint8Array,
    imports: object,
  ): Promise<{ readonly instance: { readonly exports: { __wbindgen_start(): void } } }>
} = Reflect.get(globalThis, 'WebAssembly')

/** As Prisma's command line lists a folder. */
function listOf(baseDir: string) {
  const migrationDirectories = readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const value = textOf(join(baseDir, name, 'migration.sql'))
      const content =
        value === null ? { tag: 'error', value: 'no such file' } : { tag: 'ok', value }
      return { path: name, migrationFile: { path: 'migration.sql', content } }
    })
    .sort((one, other) => one.path.localeCompare(other.path))
  const lockfile = {
    path: 'migration_lock.toml',
    content: textOf(join(baseDir, 'migration_lock.toml')),
  }
  return { baseDir, lockfile, migrationDirectories, shadowDbInitScript: '' }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
