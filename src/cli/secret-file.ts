import { readFileSync, statSync } from 'node:fs'

/** Far above what a URL or a password takes, in bytes. */
const LIMIT = 64 * 1024

/**
 * The text of a secret's file. What is no plain file may never come to an end, and what is larger
 * than 64 KiB is none: neither is read.
 * @throws Error whose `code` says why in words; what the file system throws
 */
export function readSecretFile(path: string): string {
  const found = statSync(path)
  const isReadable = found.isFile() || found.isDirectory()
  if (!isReadable) throw refused('no plain file')
  if (found.isFile() && found.size > LIMIT) throw refused('larger than 64 KiB')
  return readFileSync(path, 'utf8')
}

function refused(code: string): Error {
  return Object.assign(new Error(code), { code })
}
