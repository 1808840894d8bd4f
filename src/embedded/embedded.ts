import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import type { ConnectOptions, Database, Session } from '../postgres/session.ts'
import { dataDirectory } from './data-directory.ts'
import { type LockOwner, lockDirectory } from './directory-lock.ts'
import { startPglite } from './pglite.ts'
import { openSession } from './session.ts'
import { readTemplate, TEMPLATE_URL } from './template.ts'

export interface EmbeddedOptions extends LockOwner {
  /** Where the data is kept; absent: in memory, gone when the database is closed. */
  readonly directory?: string
  /** The prepared cluster; absent: the one that the build made. */
  readonly templateUrl?: URL
}

/** PostgreSQL 18 inside this process, with pgvector and uuid-ossp. */
export interface EmbeddedDatabase extends Database {
  /** Ends it and gives the directory's lock back; a session still open is of no use afterwards. */
  close(): Promise<void>
}

/** Starts the embedded PostgreSQL, lends it to `use`, and ends it whatever happens. */
export async function withEmbedded<T>(
  options: EmbeddedOptions,
  use: (database: EmbeddedDatabase) => Promise<T>,
): Promise<T> {
  const database = await embeddedDatabase(options)
  try {
    return await use(database)
  } finally {
    await database.close()
  }
}

/**
 * Starts the embedded PostgreSQL: there is one backend, so sessions come one after the other, each
 * as if it were new, and `connect` rejects while one is open.
 * @throws {GateError} EMBEDDED_LOCKED where another process has the directory open
 * @see https://pglite.dev/docs/about
 */
export async function embeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { directory } = options
  if (directory === undefined) return databaseOf(await startInMemory(options), async () => {})
  await mkdir(directory, { recursive: true })
  const unlock = await lockDirectory(directory, options)
  try {
    return databaseOf(await startInDirectory(resolve(directory), options), unlock)
  } catch (error) {
    await unlock()
    throw error
  }
}

async function startInMemory({ templateUrl = TEMPLATE_URL }: EmbeddedOptions): Promise<PGlite> {
  const archive = await readTemplate(templateUrl)
  return startPglite(archive ? { archive } : {})
}

async function startInDirectory(
  folder: string,
  { templateUrl = TEMPLATE_URL }: EmbeddedOptions,
): Promise<PGlite> {
  const archive = async () => (await readTemplate(templateUrl)) ?? (await newCluster())
  return startPglite({ directory: await dataDirectory(folder, archive) })
}

/** What the build prepares, made on the spot where nothing was built: sources that run unbuilt. */
async function newCluster(): Promise<Uint8Array> {
  const pglite = await startPglite({})
  try {
    const archive = await pglite.dumpDataDir('none')
    return new Uint8Array(await archive.arrayBuffer())
  } finally {
    await pglite.close()
  }
}

function databaseOf(pglite: PGlite, unlock: () => Promise<void>): EmbeddedDatabase {
  let isOpen = false
  const connect = async ({ signal }: ConnectOptions): Promise<Session> => {
    signal.throwIfAborted()
    if (isOpen) throw new Error('the embedded PostgreSQL has one session, and that one is open')
    isOpen = true
    try {
      return await openSession(pglite, () => {
        isOpen = false
      })
    } catch (error) {
      isOpen = false
      throw error
    }
  }
  const close = async () => {
    try {
      await pglite.close()
    } finally {
      await unlock()
    }
  }
  return { label: 'embedded', exclusive: true, connect, close }
}
