import { checksumOf } from '../../revisions/file/checksum.ts'
import type { FolderReading } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import { type NumberedFiles, type NumberedName, readNumbered } from '../numbered.ts'
import { messageIn, toolRevision } from '../tool-file.ts'
import { type MarkedFile, readMarkers } from './markers.ts'
import type { Variables } from './substitute.ts'

/** In the order of the numbers, SQL and Go; what is not named as one is passed over. */
export const GOOSE_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (<digits>_<name>.sql), or write the first with `goose create <name> sql`.',
  read: (folder) =>
    readNumbered(folder, nameOf, (files) => parseMigration(files, folder.environment)),
}

function nameOf(file: string): NumberedName {
  const [, digits = '', title = ''] = /^(\d+)_(.*)\.(?:sql|go)$/s.exec(file) ?? []
  return { version: String(BigInt(digits)), title, direction: 'up' }
}

/** Parses a file of goose's: a Go file by its name alone. */
function parseMigration(
  { version: id, title, source }: NumberedFiles,
  environment: Variables,
): ParsedFile {
  const { name, file, text } = source
  const marked = name.endsWith('.go') ? undefined : readMarkers(text, environment)
  const faults = id === '0' ? [NUMBER_ZERO] : (marked?.faults ?? [])
  if (faults.length > 0) {
    return { kind: 'faulty', file, id, faults: faults.map((fault) => ({ ...fault, file })) }
  }
  const bodies = marked === undefined ? goBodies(text) : sqlBodies(marked)
  return toolRevision({ id, message: messageIn(title, id), file, ...bodies }, id)
}

type Bodies = Pick<Revision, 'transaction' | 'checksum' | 'upgrade' | 'downgrade'>

/** Whether there is a way down, too, only its own program knows. */
function goBodies(text: string): Bodies {
  const body = Object.freeze({ kind: 'opaque', language: 'Go', command: 'goose up' } as const)
  return { transaction: 'auto', checksum: checksumOf(text), upgrade: body, downgrade: body }
}

function sqlBodies({ up, down, isWithoutTransaction, written }: MarkedFile): Bodies {
  return {
    transaction: isWithoutTransaction ? 'off' : 'auto',
    // Of what is written, so that a variable with another value is no edit.
    checksum: checksumOf(written),
    upgrade: up,
    downgrade: down,
  }
}

const NUMBER_ZERO = {
  code: 'REVISION_HEADER',
  line: null,
  message: "the number 0 is that of goose's own first row",
  remedy: 'give the file another number',
} as const
