import { readdirSync } from 'node:fs'
import { isFolder } from '../../base/files.ts'
import { isRevisionFile } from './file-name.ts'

/** Which files of a folder are a tool's. */
export interface FolderFiles {
  /** How many folders deep they lie: 0 for those of the folder itself. */
  readonly depth: number
  /** Whether a file is one, by its path in the folder, with `/`. */
  readonly isOne: (path: string) => boolean
  /** Where a file of the folder says where they lie: all of them. Else depth and `isOne` say it. */
  readonly list?: (directory: string) => Promise<readonly string[]>
}

/**
 * pgate's own: those ending in `.sql`, `.ts`, `.mts`, `.js` and `.mjs`; declarations (`.d.ts`), hidden
 * files, subfolders and all else are passed over.
 */
export const OWN_FILES: FolderFiles = { depth: 0, isOne: isRevisionFile }

/** Their paths in the folder, sorted by their code units. @throws what the file system throws */
export async function listFiles(directory: string, files: FolderFiles): Promise<readonly string[]> {
  return files.list?.(directory) ?? [...filesBelow(directory, '', files)].sort()
}

function* filesBelow(directory: string, prefix: string, files: FolderFiles): Generator<string> {
  const isDeepest = prefix.split('/').length > files.depth
  if (isDeepest) {
    for (const name of readdirSync(directory)) if (files.isOne(prefix + name)) yield prefix + name
    return
  }
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = prefix + entry.name
    // Links below the top may lead back to it.
    const isOpened = prefix === '' ? isFolder(directory, entry) : entry.isDirectory()
    if (isOpened) yield* filesBelow(`${directory}/${entry.name}`, `${path}/`, files)
    else if (files.isOne(path)) yield path
  }
}
