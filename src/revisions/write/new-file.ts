import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../base/files.ts'
import { GateError } from '../../errors/error.ts'
import { loadRevisions } from '../file/load.ts'
import { linkRevisions, type RevisionGraph } from '../graph/graph.ts'
import type { NewFile } from './new-revision.ts'

/**
 * The graph of a folder that is about to get a file: empty where the folder is missing or holds no
 * revision yet.
 * @throws {GateError} what {@link loadRevisions} throws for a folder that is there and faulty
 */
export async function loadRevisionsToExtend(directory: string): Promise<RevisionGraph> {
  try {
    return await loadRevisions(directory)
  } catch (error) {
    const none = linkRevisions([]).graph
    if (none === undefined || !isEmptyFolder(error)) throw error
    return none
  }
}

/** `reason` says why a folder cannot be read; a folder without a revision has none. */
function isEmptyFolder(error: unknown): boolean {
  if (!(error instanceof GateError) || error.code !== 'REVISION_DIRECTORY') return false
  return error.facts.reason === undefined || error.facts.reason === 'ENOENT'
}

/**
 * Writes a new revision file, and the folder where it is missing. What is there already is never
 * overwritten.
 * @throws {GateError} REVISION_NOT_WRITTEN
 */
export async function writeRevisionFile({ path, text }: NewFile): Promise<void> {
  try {
    await makeFolder(dirname(path))
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    throw notWritten(path, error)
  }
}

/** REVISION_NOT_WRITTEN, by the code of what the file system threw. */
export function notWritten(path: string, error: unknown): GateError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  return new GateError('REVISION_NOT_WRITTEN', `${path} cannot be written: ${why(reason, error)}`, {
    facts: { file: path, reason },
    hint:
      reason === 'EEXIST'
        ? 'Choose another message or id, or remove that file first.'
        : 'Run pgate where the folder of PGATE_MIGRATIONS may be written to: new revisions are made in the source tree, not in the image.',
    cause: error,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of that name',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is no folder',
}

function why(reason: string, error: unknown): string {
  return `${REASONS[reason] ?? String(error)} (${reason})`
}
