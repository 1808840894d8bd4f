import { readFile, stat } from 'node:fs/promises'

/** The codes of what {@link readPlainFile} throws where it will not read. */
export const NOT_A_PLAIN_FILE = 'NOT_A_PLAIN_FILE'
export const FILE_TOO_LARGE = 'FILE_TOO_LARGE'

/** Half of what a text may have in V8, in bytes. */
const LIMIT = 256 * 1024 * 1024

/**
 * The bytes of a plain file of at most 256 MiB, links followed. A pipe, a socket or a device may
 * never come to an end, and nothing can be done against a read that has begun: it is not begun.
 * @throws Error with the code NOT_A_PLAIN_FILE or FILE_TOO_LARGE; what the file system throws
 */
export async function readPlainFile(path: string): Promise<Buffer> {
  const found = await stat(path)
  // A folder is left to the reading, which has its own name for that.
  if (!found.isFile() && !found.isDirectory()) throw refused(path, NOT_A_PLAIN_FILE)
  if (found.isFile() && found.size > LIMIT) throw refused(path, FILE_TOO_LARGE)
  return readFile(path)
}

function refused(path: string, code: string): Error {
  return Object.assign(new Error(`${path} is not read`), { code })
}
