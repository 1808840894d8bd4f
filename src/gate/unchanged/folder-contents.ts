import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

/** Read between two looks at what the server has answered. */
const BATCH_BYTES = 256 * 1024

/** Looking at a file costs about as much as reading this many bytes. */
const FILE_BYTES = 8 * 1024

/**
 * SHA-256 in hex over names, sizes and bytes of the files, a little at a time, so that it can be
 * read while something else is waited for; undefined where one of them is no plain file of that size.
 * @throws what the file system throws
 */
export async function readContents(
  directory: string,
  sizes: Readonly<Record<string, number>>,
): Promise<string | undefined> {
  // Four milliseconds where no password, and no start-up snapshot, has loaded it already.
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(BATCH_BYTES)
  let batch = 0
  for (const [name, size] of Object.entries(sizes)) {
    // Ten thousand joined paths take longer than to look at the files.
    const path = `${directory}/${name}`
    const found = statSync(path)
    if (!found.isFile() || found.size !== size) return undefined
    hash.update(`${name}\0${size}\0`)
    batch += FILE_BYTES
    for (const bytes of piecesOf(path, size, buffer)) {
      hash.update(bytes)
      batch += bytes.length
      if (batch < BATCH_BYTES) continue
      batch = 0
      await setImmediate()
    }
  }
  return hash.digest('hex')
}

/** No more than `size`: what never ends is not read to its end. */
function* piecesOf(path: string, size: number, buffer: Buffer): Generator<Buffer, void> {
  const file = openSync(path, 'r')
  try {
    for (let left = size; left > 0; ) {
      const length = readSync(file, buffer, 0, Math.min(left, buffer.length), null)
      if (length === 0) return
      left -= length
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}
