import { fileURLToPath, pathToFileURL } from 'node:url'
import { GateError, messageOf } from '../../errors/error.ts'
import { oneForEachRun } from '../../helpers/guests.ts'
import { type ModuleFile, type ModuleProcess, moduleProcess } from '../module/guest.ts'
import type { Action, LoadedModule } from '../module/messages.ts'
import { modulePlace } from '../module/stray-code.ts'
import { checksumOfModule } from './checksum.ts'
import { lineOfExport } from './exports.ts'
import type { FaultInFile } from './faults.ts'
import { messageInName } from './file-name.ts'
import type { HeaderKey } from './header.ts'
import { localImports } from './local-imports.ts'
import type { KeyLines, ParsedFile } from './parse-sql.ts'
import type { ModuleBody, Revision, RevisionDatabase } from './revision.ts'

/** A TypeScript or JavaScript revision file. */
interface ModuleRevision {
  /** As it is to be shown. */
  readonly file: string
  /** Absolute. */
  readonly path: string
  /** Its decoded text, for the checksum and for lines. */
  readonly text: string
}

/**
 * Imports a revision module, which runs its top level, and checks what it exports: `revision`,
 * `revises`, `upgrade(db)`, and optionally `downgrade(db)`, `message`, `created`, `branchLabel`
 * (or `branchLabels`), `dependsOn`, `transaction`. Never rejects for what the module does.
 * @see docs/revision-files.md
 */
export async function parseModuleRevision(module: ModuleRevision): Promise<ParsedFile> {
  const { file, path, text } = module
  const imports = await localImports(path, text)
  const checksum = checksumOfModule(text, imports)
  const imported = await importModule(fileOf(module, checksum))
  if (imported.kind === 'failed') return faulty(file, [imported.fault])
  const { modules, loaded } = imported
  if (loaded.kind === 'faults') return faulty(file, loaded.faults)
  const { values, hasDowngrade } = loaded
  const body = (action: Action): ModuleBody =>
    Object.freeze({
      kind: 'module',
      run: (db: RevisionDatabase) => modules.call(fileOf(module, checksum), action, db),
    })
  const revision: Revision = Object.freeze({
    ...values,
    message: values.message === '' ? messageInName(file, values.id) : values.message,
    file,
    checksum,
    imports: imports.map(({ name }) => name),
    upgrade: body('upgrade'),
    downgrade: hasDowngrade ? body('downgrade') : null,
  })
  return { kind: 'revision', revision, lines: exportLines(text) }
}

/** The checksum in the URL makes Node load an edited file again instead of the one it has. */
function fileOf({ file, path, text }: ModuleRevision, checksum: string): ModuleFile {
  const url = pathToFileURL(path)
  url.searchParams.set('checksum', checksum)
  return { url: url.href, file, text }
}

function faulty(file: string, faults: readonly FaultInFile[]): ParsedFile {
  return { kind: 'faulty', file, faults: faults.map((fault) => ({ ...fault, file })) }
}

type Imported =
  | { readonly kind: 'module'; readonly modules: ModuleProcess; readonly loaded: LoadedModule }
  | { readonly kind: 'failed'; readonly fault: FaultInFile }

/** For a module's top level, which has no business to wait for anything. */
const IMPORT_TIMEOUT_MS = 10_000

/** One at a time, so that one which never ends is known. */
const queue = oneForEachRun(() => ({ last: Promise.resolve<unknown>(undefined) }))

function importModule(module: ModuleFile): Promise<Imported> {
  const imports = queue()
  const imported = imports.last.then(() => importOne(module))
  imports.last = imported
  return imported
}

async function importOne(module: ModuleFile): Promise<Imported> {
  const modules = moduleProcess()
  const timer = setTimeout(() => {
    const seconds = IMPORT_TIMEOUT_MS / 1000
    void modules.end(new Error(`its top level did not finish within ${seconds} s`))
  }, IMPORT_TIMEOUT_MS)
  try {
    return { kind: 'module', modules, loaded: await modules.load(module) }
  } catch (error) {
    if (error instanceof GateError && error.code !== 'REVISION_MODULE') throw error
    return { kind: 'failed', fault: loadFault(error, module.url) }
  } finally {
    clearTimeout(timer)
  }
}

function loadFault(error: unknown, url: string): FaultInFile {
  const name = error instanceof Error ? `${error.name}: ` : ''
  const [firstLine = ''] = `${name}${messageOf(error)}`.split('\n')
  const place = modulePlace(error)
  const where = place === undefined ? '' : ` (${place.file}:${place.line}:${place.column})`
  const isOwn = place?.file === fileURLToPath(url.replace(/\?.*$/, ''))
  return {
    code: 'REVISION_MODULE',
    line: isOwn ? place.line : null,
    message: `the module cannot be loaded: ${firstLine}${where}`,
    remedy: 'fix it, and try it with `pgate heads`',
  }
}

const KEY_EXPORTS: readonly (readonly [HeaderKey, readonly string[]])[] = [
  ['revision', ['revision']],
  ['revises', ['revises']],
  ['depends-on', ['dependsOn']],
  ['branch-label', ['branchLabel', 'branchLabels']],
]

function exportLines(text: string): KeyLines {
  const lines = KEY_EXPORTS.flatMap(([key, names]) => {
    const line = names.map((name) => lineOfExport(text, name)).find((found) => found !== null)
    return line === undefined || line === null ? [] : [[key, line] as const]
  })
  return Object.fromEntries(lines)
}
