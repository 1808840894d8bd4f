import { isRecord } from '../base/record.ts'
import { messageOf } from '../errors/error.ts'
import { wait } from '../library/functions.ts'
import type { RunOptions } from '../library/run.ts'
import { COMMON, librarySettings, readSettings } from '../library/settings.ts'
import { noOptions, reworded, wrongOptions } from '../library/wording.ts'
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
  refuse(options)
  const { url, seed, cacheDirectory, ...settings } = options
  const recipe: Recipe = { settings, seed }
  if (url !== undefined) {
    const { serverSource } = await import('./on-server.ts')
    // It may have been started together with the tests.
    const { waitTimeout, signal, logger } = settings
    await wait({ databaseUrl: url, waitTimeout, signal, logger }).catch((error) => {
      throw reworded(error, (text) => text.replaceAll('databaseUrl', 'url'))
    })
    return databasesOf(await serverSource(recipe, String(url)))
  }
  const { embeddedSource } = await import('./on-embedded.ts')
  return databasesOf(await embeddedSource(recipe, cacheDirectory))
}

/** What each option of its own may be. */
const OWN = { url: 'server', seed: 'seed', cacheDirectory: 'string' } as const

/** Options of the library that say where, which is what `url` says here. */
const ELSEWHERE = ['databaseUrl', 'adminUrl', 'embedded', 'shadowUrl'] as const

function refuse(options: unknown): void {
  if (!isRecord(options)) throw noOptions(options)
  const { problems } = readSettings(options, librarySettings('all'), { ...COMMON, ...OWN })
  const message = 'there is no such option; write url, or neither for the built-in PostgreSQL'
  const elsewhere = ELSEWHERE.filter((name) => options[name] !== undefined)
  const named = problems.filter(({ variable }) => !elsewhere.some((one) => one === variable))
  const all = [...elsewhere.map((variable) => ({ variable, message })), ...named]
  if (all.length > 0) throw wrongOptions(all)
}

function databasesOf(source: Source): TestDatabases {
  const open = new Set<TestDatabase>()
  const making = new Set<Promise<TestDatabase>>()
  let closed: Promise<void> | undefined
  const make = async (): Promise<TestDatabase> => {
    if (closed !== undefined) throw new Error('create() was called after close()')
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
  const create = () => {
    const made = make()
    const forget = () => making.delete(made)
    making.add(made)
    made.then(forget, forget)
    return made
  }
  const closeAll = async () => {
    await Promise.allSettled(making)
    const left = await Promise.allSettled([...open].map((database) => database.drop()))
    await source.close()
    const failed = left.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw new Error(messageOf(failed.reason), { cause: failed.reason })
  }
  const close = () => {
    closed ??= closeAll()
    return closed
  }
  return Object.freeze({ create, close, [Symbol.asyncDispose]: close })
}
