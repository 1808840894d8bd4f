import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readPlainFile } from '../../base/files.ts'
import { isRevisionFile } from './file-name.ts'

/**
 * The text of every revision file of a folder as it stands, one after the other. What cannot be read
 * is left out: the caller that loads the revisions reports it.
 */
export async function* revisionTexts(directory: string): AsyncGenerator<string> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (!isRevisionFile(name)) continue
    const bytes = await readPlainFile(join(directory, name)).catch(() => undefined)
    if (bytes !== undefined) yield bytes.toString('utf8')
  }
}
