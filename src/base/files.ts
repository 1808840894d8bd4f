import {
  closeSync,
  constants,
  type Dirent,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** The codes of what {@link readPlainFile} throws where it will not read. */
export const NOT_A_PLAIN_FILE = 'NOT_A_PLAIN_FILE'
export const FILE_TOO_LARGE = 'FILE_TOO_LARGE'

/** Half of what a text may have in V8, in bytes. */
const LIMIT = 256 * 1024 * 1024

/**
 * The bytes of a plain file of at most 256 MiB, links followed. What may never come to an end is not
 * read, since nothing can be done against a read that has begun.
 * @throws Error with the code NOT_A_PLAIN_FILE or FILE_TOO_LARGE; what the file system throws
 */
export async function readPlainFile(path: string): Promise<Buffer> {
  const fault = plainFileFault(path)
  if (fault !== undefined) throw Object.assign(new Error(`${path} is not read`), { code: fault })
  // Loaded here: a start with nothing to do needs the rest of this file alone.
  const { readFile } = await import('node:fs/promises')
  return readFile(path)
}

/**
 * Why a path should not be read: a pipe, a socket, a device or a file that the kernel makes up
 * (`/proc/kmsg`), or larger than `limit` bytes. Undefined where it can be read.
 * @throws what the file system throws
 */
export function plainFileFault(path: string, limit = LIMIT): string | undefined {
  const found = statSync(path)
  // A folder is left to the reading, which has its own name for that.
  if (found.isDirectory()) return undefined
  if (!found.isFile() || (found.size === 0 && isMadeUp(path))) return NOT_A_PLAIN_FILE
  return found.size > limit ? FILE_TOO_LARGE : undefined
}

/**
 * Whether an entry is a folder, or a link to one, as each is where a ConfigMap is mounted. What begins
 * with `..` there is the mount's own.
 * @throws what the file system throws
 */
export function isFolder(directory: string, entry: Dirent): boolean {
  if (entry.name.startsWith('..')) return false
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return statSync(`${directory}/${entry.name}`, { throwIfNoEntry: false })?.isDirectory() === true
}

/** A file of the kernel's says that it is empty, and has something to read, or will have. */
function isMadeUp(path: string): boolean {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return readSync(file, Buffer.alloc(1)) > 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return true
    throw error
  } finally {
    closeSync(file)
  }
}

/**
 * Makes a folder, and those above it, where they are missing. Node.js's own `recursive` never comes to
 * an end where the folder that is there takes none (`/proc`).
 * @throws what the file system throws
 */
export async function makeFolder(path: string): Promise<void> {
  const { mkdir, stat } = await import('node:fs/promises')
  const make = async (error?: unknown) => {
    try {
      await mkdir(path)
    } catch (failure) {
      const code = failure instanceof Error && 'code' in failure ? failure.code : undefined
      if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
      if (code !== 'ENOENT' || error !== undefined) throw failure
      await makeFolder(dirname(path))
      await make(failure)
    }
  }
  await make()
}

/** Far above what a URL or a password takes, in bytes. */
const SECRET_LIMIT = 64 * 1024

/**
 * The text of a secret's file. What is no plain file may never come to an end, and what is larger
 * than 64 KiB is none: neither is read.
 * @throws Error whose `code` says why in words; what the file system throws
 */
export function readSecretFile(path: string): string {
  const fault = plainFileFault(path, SECRET_LIMIT)
  if (fault === undefined) return readFileSync(path, 'utf8')
  const code = fault === NOT_A_PLAIN_FILE ? 'no plain file' : 'larger than 64 KiB'
  throw Object.assign(new Error(code), { code })
}
