import { checksumOf } from '../../revisions/file/checksum.ts'
import type { FolderReading } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import { type NumberedFiles, type NumberedName, readNumbered, wholeOf } from '../numbered.ts'
import { messageIn, toolRevision } from '../tool-file.ts'

/** In the order of the numbers; what is not named as one is passed over. */
export const GOLANG_MIGRATE_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (<digits>_<title>.up.sql), or write the first with `migrate create -ext sql -dir <folder> <title>`.',
  read: (folder) => readNumbered(folder, nameOf, parseMigration),
}

function nameOf(file: string): NumberedName {
  const [, digits = '', title = '', direction] = /^(\d+)_(.*)\.(up|down)\.sql$/s.exec(file) ?? []
  return { version: String(BigInt(digits)), title, direction: direction === 'up' ? 'up' : 'down' }
}

/** A number that has a file for the downgrade alone is one to be at, and nothing is run to come there. */
function parseMigration({ version, title, source, ...files }: NumberedFiles): ParsedFile {
  const { up, down = up === undefined ? source : undefined } = files
  const upgrade = up === undefined ? NOTHING : wholeOf(up, source)
  const facts = {
    id: version,
    message: messageIn(title, version),
    file: source.file,
    // Sent as one message, so that a statement by itself runs outside a transaction.
    transaction: 'message',
    checksum: checksumOf(upgrade.text),
    upgrade,
    downgrade: down === undefined ? null : wholeOf(down, source),
  } as const
  return toolRevision(facts, version)
}

const NOTHING = Object.freeze({ kind: 'sql', text: '', line: 1 } as const)
