import { resolve } from 'node:path'
import { makeFolder } from '../base/files.ts'
import type { ConnectOptions, Database, Session } from '../postgres/session/session.ts'
import { type EmbeddedProcess, startEmbeddedProcess } from './backend.ts'
import { type LockOwner, lockDirectory } from './directory-lock.ts'
import type { LoopbackAddress } from './loopback.ts'
import { packagesPlace } from './packages.ts'
import { openSession } from './session.ts'
import { TEMPLATE_URL } from './template.ts'

export interface EmbeddedOptions extends LockOwner {
  /** Where the data is kept; absent: in memory, gone when the database is closed. */
  readonly directory?: string
  /** The prepared cluster; absent: the one that the build made. */
  readonly templateUrl?: URL
  /** Extensions that may be wanted; those that PGlite's packages hold are made available. */
  readonly extensions?: readonly string[]
  /** `restore` is wanted; in memory alone. */
  readonly restorable?: boolean
}

/** PostgreSQL 18 in a process next to this one, which a signal can end. */
export interface EmbeddedDatabase extends Database {
  /** Ends it and gives the directory's lock back; a session still open is of no use afterwards. */
  close(): Promise<void>
  /** Writes its data directory to a file, which may be a `templateUrl`. */
  archive(file: string): Promise<void>
  /** Puts it back to what it was when it had started, without its sessions. */
  restore(): Promise<void>
  /** Lends it to another program, at a port of this machine. The session that is open waits meanwhile. */
  serve<T>(
    use: (address: LoopbackAddress) => Promise<T>,
    refused: (message: string) => void,
  ): Promise<T>
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
 * @throws {GateError} EMBEDDED_MISSING, or EMBEDDED_LOCKED where another process has the directory open
 * @see https://pglite.dev/docs/about
 */
export async function embeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { directory, templateUrl = TEMPLATE_URL, extensions = [], restorable = false } = options
  const place = await packagesPlace()
  const start = { template: templateUrl.href, extensions, restorable, place }
  const backend = startEmbeddedProcess()
  const locks: (() => Promise<void>)[] = []
  const unlock = async () => {
    for (const release of locks.toReversed()) await release()
  }
  try {
    if (directory === undefined) await backend.start(start)
    else {
      await makeFolder(directory)
      locks.push(await lockDirectory(directory, options))
      // It is the backend that has the files open, and it may outlive a killed pgate for a moment.
      const owner = { ...options, pid: backend.pid }
      locks.push(await lockDirectory(directory, owner, 'backend.lock'))
      await backend.start({ ...start, folder: resolve(directory) })
    }
    return databaseOf(backend, unlock)
  } catch (error) {
    await backend.end(error)
    await unlock()
    throw error
  }
}

function databaseOf(backend: EmbeddedProcess, unlock: () => Promise<void>): EmbeddedDatabase {
  let isOpen = false
  const connect = async ({ signal }: ConnectOptions): Promise<Session> => {
    signal.throwIfAborted()
    if (isOpen) throw new Error('the embedded PostgreSQL has one session, and that one is open')
    isOpen = true
    try {
      return await openSession(backend, () => {
        isOpen = false
      })
    } catch (error) {
      isOpen = false
      throw error
    }
  }
  const close = async () => {
    try {
      await backend.close()
    } finally {
      await unlock()
    }
  }
  const serve: EmbeddedDatabase['serve'] = async (use, refused) => {
    const { withLoopback } = await import('./loopback.ts')
    return withLoopback(backend, use, refused)
  }
  const { archive, restore } = backend
  return { label: 'embedded', exclusive: true, connect, close, serve, archive, restore }
}
