import { invalidConfig } from '../config/config.ts'
import { messageOf } from '../errors/error.ts'
import { wait } from '../library/functions.ts'
import type { RunOptions } from '../library/run.ts'
import { found } from '../library/settings.ts'
import type { Recipe } from './recipe.ts'

/** What the databases are made of, and where; besides it, every setting that migrating has. */
export interface TestDatabaseOptions
  extends Omit<RunOptions, 'databaseUrl' | 'adminUrl' | 'embedded' | 'shadowUrl'> {
  /**
   * A server to make them on: any database of it, with a role that may create databases. That database
   * itself is not touched. Absent: the built-in PostgreSQL, in memory.
   */
  readonly url?: string | URL | undefined
  /**
   * Rows that every test begins with, put into the template once after it was migrated: SQL, or a function
   * that is lent the database and closes what it opens. An edit of its text makes a new template.
   */
  readonly seed?: string | ((database: Pick<TestDatabase, 'url'>) => unknown) | undefined
  /** Where templates of the built-in PostgreSQL are kept; by default `.cache/pgate` of the home directory. */
  readonly cacheDirectory?: string | undefined
}

/** A database that one test has for itself. */
export interface TestDatabase extends AsyncDisposable {
  /** What a driver connects with. The built-in PostgreSQL takes one connection at a time. */
  readonly url: string
  /** Drops it with every connection to it; a second call does nothing. `await using` calls it, too. */
  drop(): Promise<void>
}

/** Where tests get their databases from: one for each process that runs tests. */
export interface TestDatabases extends AsyncDisposable {
  /**
   * Makes a database that is as the migrations and the seed have left it. Several at once are fine.
   * @throws {GateError} NOT_READY or CONNECTION_REFUSED where the server has gone
   */
  create(): Promise<TestDatabase>
  /** Drops what is left and ends the connection, or the built-in PostgreSQL; to be called after the last test. */
  close(): Promise<void>
}

/** How databases of one kind are made. */
export interface Source {
  readonly create: () => Promise<Pick<TestDatabase, 'url' | 'drop'>>
  readonly close: () => Promise<void>
}

/**
 * Migrates a template, unless one of the same files, settings and seed is there, and lends clones of it.
 * Processes that start at once make it once; what killed runs have left is dropped.
 * @throws {GateError} whatever the gate of the folder ends with; NOT_READY or CONNECTION_REFUSED where the
 *   server cannot be used; MIGRATION_NOT_PERMITTED where the role may not create databases
 * @throws {Error} where the seed fails, with what it threw as its `cause`
 * @example await using database = await databases.create()
 */
export async function testDatabases(options: TestDatabaseOptions = {}): Promise<TestDatabases> {
  const { url, seed, cacheDirectory, ...settings } = options
  refuse({ url, seed, cacheDirectory })
  const recipe: Recipe = { settings, seed }
  if (url !== undefined) {
    const { serverSource } = await import('./on-server.ts')
    // It may have been started together with the tests.
    const { waitTimeout, signal, logger } = settings
    await wait({ databaseUrl: url, waitTimeout, signal, logger })
    return databasesOf(await serverSource(recipe, String(url)))
  }
  const { embeddedSource } = await import('./on-embedded.ts')
  return databasesOf(await embeddedSource(recipe, cacheDirectory))
}

function refuse({ url, seed, cacheDirectory }: TestDatabaseOptions): void {
  const isText = (value: unknown) => typeof value === 'string' && value !== ''
  const rows = [
    ['url', url, isText(url) || url instanceof URL, 'the URL of a server'],
    ['seed', seed, isText(seed) || typeof seed === 'function', 'SQL, or a function'],
    ['cacheDirectory', cacheDirectory, isText(cacheDirectory), 'a directory'],
  ] as const
  const problems = rows
    .filter(([, value, fits]) => value !== undefined && !fits)
    .map(([variable, value, , wanted]) => {
      const what = variable === 'url' ? 'found something else' : found(value)
      return { variable, message: `${what}; write ${wanted}` }
    })
  if (problems.length > 0) throw invalidConfig(problems)
}

function databasesOf(source: Source): TestDatabases {
  const open = new Set<TestDatabase>()
  let isClosed = false
  const create = async (): Promise<TestDatabase> => {
    if (isClosed) throw new Error('create() was called after close()')
    const made = await source.create()
    let dropped: Promise<void> | undefined
    const drop = () => {
      open.delete(database)
      dropped ??= made.drop()
      return dropped
    }
    const database = Object.freeze({ url: made.url, drop, [Symbol.asyncDispose]: drop })
    open.add(database)
    return database
  }
  const close = async () => {
    if (isClosed) return
    isClosed = true
    const left = await Promise.allSettled([...open].map((database) => database.drop()))
    await source.close()
    const failed = left.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw new Error(messageOf(failed.reason), { cause: failed.reason })
  }
  return Object.freeze({ create, close, [Symbol.asyncDispose]: close })
}
