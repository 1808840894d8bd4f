import { checksumOf } from '../../revisions/file/checksum.ts'
import type { FaultyFile, Folder, FolderReading, SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import type { SqlBody } from '../../revisions/file/revision.ts'
import { byCodeUnits } from '../../revisions/graph/history-rules.ts'
import { faultyFile, wholeOf } from '../numbered.ts'
import { messageIn, toolRevision } from '../tool-file.ts'

/** In the order of their versions; what has none of diesel's files is passed over. */
export const DIESEL_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (<version>_<name>/up.sql), or write the first with `diesel migration generate <name>`.',
  read: (folder) => {
    const folders = [...new Set(folder.names.map((path) => path.split('/')[0] ?? ''))]
    const isThere = (path: string) => folder.names.includes(path)
    const first = (name: string) =>
      ['up.sql', 'down.sql', 'metadata.toml'].map((file) => `${name}/${file}`).find(isThere) ?? ''
    const ordered = folders.toSorted((one, other) => byCodeUnits(versionOf(one), versionOf(other)))
    return folder.each(ordered.map(first), (source) => readMigration(folder, source))
  },
}

/** What stands before the first `_`, without `-`: `2024-01-31-120000` is `20240131120000`. */
function versionOf(name: string): string {
  return (name.split('_')[0] ?? '').replaceAll('-', '')
}

async function readMigration(folder: Folder, source: SourceFile): Promise<ParsedFile> {
  const { name, file } = source
  const [own = ''] = name.split('/')
  if (!name.endsWith('/up.sql')) return refused(file, 'there is no up.sql next to it', 'write it')
  if (!/[^\s;]/.test(source.text))
    return refused(
      file,
      'it is empty, and diesel refuses it',
      'write what it is to do, or remove its folder',
    )
  const [down, metadata] = await Promise.all(
    ['down.sql', 'metadata.toml'].map((other) => readOther(folder, `${own}/${other}`)),
  )
  for (const one of [down, metadata]) if (one !== undefined && 'kind' in one) return one
  return parseMigration(source, own, { down: asSource(down), metadata: asSource(metadata)?.text })
}

async function readOther(
  { names, read }: Folder,
  path: string,
): Promise<SourceFile | FaultyFile | undefined> {
  return names.includes(path) ? read(path) : undefined
}

function asSource(file: SourceFile | FaultyFile | undefined): SourceFile | undefined {
  return file === undefined || 'kind' in file ? undefined : file
}

function parseMigration(
  source: SourceFile,
  own: string,
  {
    down,
    metadata,
  }: { readonly down: SourceFile | undefined; readonly metadata: string | undefined },
): ParsedFile {
  const id = versionOf(own)
  const upgrade: SqlBody = wholeOf(source, source)
  const facts = {
    id,
    message: messageIn(own.slice(own.indexOf('_') + 1), id),
    file: source.file,
    transaction: runsInTransaction(metadata) ? 'auto' : 'message',
    checksum: checksumOf(upgrade.text),
    upgrade,
    downgrade: down === undefined ? null : wholeOf(down, source),
  } as const
  return toolRevision(facts, id)
}

/** A metadata.toml that does not say so means that it does not. */
function runsInTransaction(metadata: string | undefined): boolean {
  return metadata === undefined || /^\s*run_in_transaction\s*=\s*true\b/m.test(metadata)
}

function refused(file: string, message: string, remedy: string): FaultyFile {
  return faultyFile(file, { code: 'REVISION_SECTION', line: null, message, remedy })
}
