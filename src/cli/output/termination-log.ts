import { closeSync, constants, openSync, writeSync } from 'node:fs'

/** What an absent or read-only termination log answers: there is no Kubernetes, or none that wants it. */
const NOT_WANTED: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'EROFS', 'EPERM', 'ENOTDIR'])

/**
 * Writes the message where the file is there and writable; it is never created. It is written when
 * this returns: a process that is ended at once has told why, too.
 * @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function writeTerminationMessage(path: string, message: string): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC)
    try {
      writeSync(file, message)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (!isNotWanted(error)) throw error
  }
}

function isNotWanted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_WANTED.has(String(error.code))
}
