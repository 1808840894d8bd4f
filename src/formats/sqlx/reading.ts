import { checksumOf } from '../../revisions/file/checksum.ts'
import type { FolderReading, SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import {
  faultyFile,
  type NumberedFiles,
  type NumberedName,
  readNumbered,
  wholeOf,
} from '../numbered.ts'
import { hashesOf, messageIn, toolRevision } from '../tool-file.ts'

/** In the order of the numbers, plain and reversible ones; other names are passed over. */
export const SQLX_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (<number>_<description>.sql), or write the first with `sqlx migrate add <description>`.',
  read: async (folder) => {
    const { names, each } = folder
    const isNumbered = (name: string) => NUMBERED.test(name)
    const wrong = names.filter((name) => !isNumbered(name))
    return [
      ...(await each(wrong, withoutNumber)),
      ...(await readNumbered(
        { ...folder, names: names.filter(isNumbered) },
        nameOf,
        parseMigration,
      )),
    ]
  },
}

const NUMBERED = /^\+?(\d+)_(.*?)(?:\.(up|down))?\.sql$/s

function nameOf(file: string): NumberedName {
  const [, digits = '', title = '', direction = 'up'] = NUMBERED.exec(file) ?? []
  return { version: String(BigInt(digits)), title, direction: direction === 'up' ? 'up' : 'down' }
}

function withoutNumber({ file }: SourceFile): ParsedFile {
  return faultyFile(file, {
    code: 'REVISION_HEADER',
    line: null,
    message:
      'the name does not begin with a number, and sqlx reads no folder that holds such a file',
    remedy: 'name it <number>_<description>.sql, or take it out of the folder',
  })
}

function parseMigration({ version, title, source, up, down }: NumberedFiles): ParsedFile {
  if (up === undefined) {
    return faultyFile(source.file, {
      code: 'REVISION_SECTION',
      line: null,
      message: `there is no file ${version}_….up.sql to it`,
      remedy: 'put that one back, or take this one out of the folder',
    })
  }
  const recorded = hashesOf(source, 'sha384')
  const facts = {
    id: version,
    message: messageIn(title, version),
    file: source.file,
    transaction: startsWith(source, '-- no-transaction') ? 'message' : 'auto',
    checksum: checksumOf(source.text),
    row: { version, description: title.replaceAll('_', ' '), checksum: recorded[0] },
    recorded,
    upgrade: wholeOf(source, source),
    downgrade: down === undefined ? null : wholeOf(down, source),
  } as const
  return toolRevision(facts, version)
}

function startsWith({ bytes }: SourceFile, words: string): boolean {
  return Buffer.from(bytes.subarray(0, words.length)).toString('latin1') === words
}
