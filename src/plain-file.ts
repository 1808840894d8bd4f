import { readFile, stat } from 'node:fs/promises'

/** The code of what {@link readPlainFile} throws where it will not read. */
export const NOT_A_PLAIN_FILE = 'NOT_A_PLAIN_FILE'

/**
 * The bytes of a plain file, links followed. A pipe, a socket or a device may never come to an end,
 * and nothing can be done against a read that has begun: it is not begun.
 * @throws Error with the code NOT_A_PLAIN_FILE; what the file system throws
 */
export async function readPlainFile(path: string): Promise<Buffer> {
  const found = await stat(path)
  // A folder is left to the reading, which has its own name for that.
  if (found.isFile() || found.isDirectory()) return readFile(path)
  throw Object.assign(new Error(`${path} is no plain file`), { code: NOT_A_PLAIN_FILE })
}
