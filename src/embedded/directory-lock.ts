import { randomUUID } from 'node:crypto'
import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { GateError } from '../errors/error.ts'

/** Who wants the lock, and how to find out whether the process that has it still runs. */
export interface LockOwner {
  readonly pid: number
  readonly hostName: string
  /** True where a process with that id runs on this host. */
  readonly isAlive: (pid: number) => boolean
}

interface DirectoryHolder {
  readonly pid: number
  readonly host: string
}

/** How long somebody who saw a stale lock may need to move it away, in milliseconds. */
const SETTLE_MS = 25

/** What this process holds: a lock with its own id, and not in here, was left by an earlier one. */
const held = new Set<string>()

/**
 * Takes a lock file in a folder that exists, and resolves to what gives it back. PGlite locks
 * nothing, and two processes in one data directory lose rows. A lock whose process is gone from
 * this host is taken over; one of another host never is, since nothing here can know.
 * @throws {GateError} EMBEDDED_LOCKED
 */
export async function lockDirectory(
  folder: string,
  owner: LockOwner,
  name = 'pgate.lock',
): Promise<() => Promise<void>> {
  const file = join(await realpath(folder), name)
  const mine = JSON.stringify({ pid: owner.pid, host: owner.hostName, nonce: randomUUID() })
  while (!(await create(file, mine))) {
    const found = await readIfThere(file)
    if (found === undefined) continue
    const holder = parseHolder(found)
    if (holder === undefined || !isStale(holder, file, owner)) throw lockedError(file, holder)
    await moveAway(file, found, owner.pid)
  }
  return async () => {
    held.delete(file)
    await rm(file, { force: true })
  }
}

/**
 * Creates the file, and looks again a moment later: one who read the stale lock that was here may
 * have moved this one away instead, and a third one have come in between.
 */
async function create(file: string, mine: string): Promise<boolean> {
  if (!(await createFile(file, mine))) return false
  held.add(file)
  await delay(SETTLE_MS)
  if ((await readIfThere(file)) === mine) return true
  held.delete(file)
  return false
}

function isStale(holder: DirectoryHolder, file: string, owner: LockOwner): boolean {
  if (holder.host !== owner.hostName) return false
  // In a container that was started again the earlier process had the same id: 1.
  return holder.pid === owner.pid ? !held.has(file) : !owner.isAlive(holder.pid)
}

/** Removes a stale lock; a fresh one that somebody put there in the meantime is put back. */
async function moveAway(file: string, stale: string, pid: number): Promise<void> {
  if ((await readIfThere(file)) !== stale) return
  const aside = `${file}.${pid}.${randomUUID()}`
  try {
    await rename(file, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  const moved = await readFile(aside, 'utf8')
  if (moved !== stale) await createFile(file, moved)
  await rm(aside)
}

async function createFile(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** `undefined` where the file was not written by {@link lockDirectory}, or not to its end. */
function parseHolder(text: string): DirectoryHolder | undefined {
  const [, pid, host] = /^\{"pid":(\d+),"host":"([^"\\]*)",/.exec(text) ?? []
  return pid === undefined || host === undefined ? undefined : { pid: Number(pid), host }
}

function lockedError(file: string, holder: DirectoryHolder | undefined): GateError {
  const who = holder ? `process ${holder.pid} on ${holder.host}` : 'a process that it does not name'
  return new GateError(
    'EMBEDDED_LOCKED',
    `the embedded database is in use: ${file} is held by ${who}`,
    { facts: { file, ...holder } },
  )
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
