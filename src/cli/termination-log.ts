import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** What an absent or read-only termination log answers: there is no Kubernetes, or none that wants it. */
const NOT_WANTED: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'EROFS', 'EPERM', 'ENOTDIR'])

/**
 * Writes the message where the file is there and writable; it is never created.
 * @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export async function writeTerminationMessage(path: string, message: string): Promise<void> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_TRUNC)
    try {
      await file.writeFile(message)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!isNotWanted(error)) throw error
  }
}

function isNotWanted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_WANTED.has(String(error.code))
}
