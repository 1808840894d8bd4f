import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readPlainFile } from '../base/files.ts'
import { GateError, messageOf } from '../errors/error.ts'
import { decodeText } from '../revisions/file/decode.ts'
import { type FolderFiles, listFiles } from '../revisions/file/folder-files.ts'

/** A text of SQL, and what its statements are placed in. */
export interface SqlText {
  /** The file's path; of a program's output, which program. */
  readonly name: string
  readonly text: string
}

/** Those of the folder and of the folders in it; what is hidden is passed over. */
const SQL_FILES: FolderFiles = {
  depth: 8,
  isOne: (path) => path.endsWith('.sql') && !/(?:^|\/)\./.test(path),
}

/**
 * The file, or all files of the folder that end in `.sql`, in the order of their paths.
 * @throws {GateError} MODELS_INVALID where it cannot be read, or there is none
 */
export async function readSqlFiles(path: string): Promise<readonly SqlText[]> {
  try {
    const isFolder = statSync(path).isDirectory()
    const paths = isFolder
      ? (await listFiles(path, SQL_FILES)).map((name) => join(path, name))
      : [path]
    const texts = await Promise.all(paths.map(readSqlFile))
    if (texts.some(({ text }) => text.trim() !== '')) return texts
    if (texts.length > 0) throw modelsInvalid(`${path} is empty`)
  } catch (error) {
    if (error instanceof GateError) throw error
    throw modelsInvalid(`${path} cannot be read: ${messageOf(error)}`, error)
  }
  throw modelsInvalid(`${path} holds no file that ends in .sql`)
}

async function readSqlFile(path: string): Promise<SqlText> {
  const decoded = decodeText(await readPlainFile(path))
  if (decoded.kind === 'text') return { name: path, text: decoded.text }
  const { line, message, remedy } = decoded.fault
  throw modelsInvalid(`${path}:${line}: ${message}; ${remedy}`)
}

/** MODELS_INVALID: there is no SQL where the wanted schema should be. */
export function modelsInvalid(message: string, cause?: unknown): GateError {
  return new GateError('MODELS_INVALID', message, { ...(cause !== undefined && { cause }) })
}
