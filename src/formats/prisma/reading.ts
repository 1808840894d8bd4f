import { readdirSync } from 'node:fs'
import { isFolder } from '../../base/files.ts'
import { checksumOf } from '../../revisions/file/checksum.ts'
import type { FaultInFile } from '../../revisions/file/faults.ts'
import type { FolderReading, SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import type { RevisionBody } from '../../revisions/file/revision.ts'
import { isFailedRow } from '../../revisions/graph/history-rules.ts'
import { faultyFile, wholeOf } from '../numbered.ts'
import { hashesOf, toolRevision } from '../tool-file.ts'
import { inOrder, LOCK_FILE } from './prisma.ts'

/** Every folder is a migration, one without `migration.sql` too; files next to them are passed over. */
export const PRISMA_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (prisma/migrations), or write the first with `npx prisma migrate dev`.',
  read: async ({ names, directory, each, read }) => {
    const lock = names.includes(LOCK_FILE) ? await read(LOCK_FILE) : undefined
    const fault = lock === undefined || 'kind' in lock ? lock : otherProvider(lock)
    const folders = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => isFolder(directory, entry))
      .map(({ name }) => name)
      .sort(inOrder)
    const files = new Set(names)
    const parsed = await each(
      folders.map((name) => `${name}/migration.sql`).filter((name) => files.has(name)),
      parseMigration,
    )
    const rest = [...parsed]
    const all = folders.map((name) =>
      files.has(`${name}/migration.sql`) ? rest.shift() : withoutFile(directory, name),
    )
    return [...(fault === undefined ? [] : [fault]), ...all.flatMap((one) => one ?? [])]
  },
}

/** The column of the name holds no more, in characters. */
const LONGEST_NAME = 255

function parseMigration(source: SourceFile): ParsedFile {
  const id = source.name.slice(0, -'/migration.sql'.length)
  const nameFault = faultOfName(id)
  if (nameFault !== undefined) return faultyFile(source.file, nameFault)
  const recorded = checksumsOf(source)
  return revisionOf(id, source.file, {
    checksum: checksumOf(source.text),
    row: { migration_name: id, checksum: recorded[0] },
    recorded,
    upgrade: wholeOf(source, source),
  })
}

function faultOfName(id: string): FaultInFile | undefined {
  const fault = (message: string): FaultInFile => {
    return { code: 'REVISION_HEADER', line: null, message, remedy: 'give the folder another name' }
  }
  if ([...id].length > LONGEST_NAME) {
    return fault(
      `the folder's name has more than ${LONGEST_NAME} characters, and Prisma's table holds no more`,
    )
  }
  if (/\p{Cc}/u.test(id)) return fault("the folder's name holds a control character")
  return isFailedRow(id) ? fault("the folder's name ends like the row of a failed run") : undefined
}

/** Fine where the database has it, as it is for Prisma. */
function withoutFile(directory: string, id: string): ParsedFile {
  return revisionOf(id, `${directory}/${id}`, {
    checksum: checksumOf(''),
    upgrade: {
      kind: 'opaque',
      language: 'a folder without migration.sql',
      command: 'prisma migrate deploy',
      remedy: 'Put the file back, or delete the folder.',
    },
  })
}

function revisionOf(
  id: string,
  file: string,
  own: {
    readonly checksum: string
    readonly upgrade: RevisionBody
    readonly row?: Readonly<Record<string, string>>
    readonly recorded?: readonly string[]
  },
): ParsedFile {
  const [, digits = '', words = id] = /^(\d{14})_(.+)$/s.exec(id) ?? []
  // The whole file is one message without a BEGIN.
  const transaction = 'message'
  const message = words.replaceAll('_', ' ')
  return toolRevision({ id, message, file, transaction, ...own, downgrade: null }, digits)
}

/** @see https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories */
function otherProvider({ text, file }: SourceFile): ParsedFile | undefined {
  const lines = text.split('\n')
  const index = lines.findIndex((line) => line.startsWith('provider'))
  const provider = /^provider\s*=\s*["']([^"']*)["']/.exec(lines[index] ?? '')?.[1]
  if (provider === 'postgresql' || provider === 'postgres') return undefined
  const found =
    provider === undefined ? 'no line `provider = "postgresql"`' : `the provider ${provider}`
  return faultyFile(file, {
    code: 'REVISION_HEADER',
    line: Math.max(index, 0) + 1,
    message: `found ${found}: these migrations are not written for PostgreSQL`,
    remedy: 'set PGATE_MIGRATIONS to the folder of the migrations for PostgreSQL',
  })
}

/**
 * Of the file as it is, which is the one that is written; then with LF and with CRLF. Engines of before
 * 2021 dropped the leading zero of a byte.
 */
function checksumsOf(source: SourceFile): readonly [string, ...string[]] {
  const sums = hashesOf(source, 'sha256')
  const short = sums.map((sum) => sum.replaceAll(/../g, (byte) => byte.replace(/^0/, '')))
  return [...sums, ...short]
}
