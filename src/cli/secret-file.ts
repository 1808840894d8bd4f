import { readFileSync } from 'node:fs'
import { NOT_A_PLAIN_FILE, plainFileFault } from '../base/files.ts'

/** Far above what a URL or a password takes, in bytes. */
const LIMIT = 64 * 1024

/**
 * The text of a secret's file. What is no plain file may never come to an end, and what is larger
 * than 64 KiB is none: neither is read.
 * @throws Error whose `code` says why in words; what the file system throws
 */
export function readSecretFile(path: string): string {
  const fault = plainFileFault(path, LIMIT)
  if (fault === undefined) return readFileSync(path, 'utf8')
  const code = fault === NOT_A_PLAIN_FILE ? 'no plain file' : 'larger than 64 KiB'
  throw Object.assign(new Error(code), { code })
}
