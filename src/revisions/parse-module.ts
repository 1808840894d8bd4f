import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { wordsOf } from '../errors.ts'
import { checksumOf } from './checksum.ts'
import { checkExports } from './exports.ts'
import type { FaultInFile } from './faults.ts'
import { messageOf } from './file-name.ts'
import type { HeaderKey } from './header.ts'
import type { KeyLines, ParsedFile } from './parse-sql.ts'
import type { Revision } from './revision.ts'

/** A TypeScript or JavaScript revision file. */
export interface ModuleFile {
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
export async function parseModuleRevision(module: ModuleFile): Promise<ParsedFile> {
  const { file, text } = module
  const checksum = checksumOf(text)
  const lines = exportLines(text)
  const imported = await importModule(module.path, checksum)
  if (imported.kind === 'failed') return faulty(file, [imported.fault])
  const checked = checkExports(imported.exports, (name) => lineOfExport(text, name))
  if (checked.kind === 'faults') return faulty(file, checked.faults)
  const { upgrade, downgrade, ...values } = checked.values
  const revision: Revision = Object.freeze({
    ...values,
    message: values.message === '' ? messageOf(file, values.id) : values.message,
    file,
    checksum,
    upgrade: Object.freeze({ kind: 'module', run: upgrade }),
    downgrade: downgrade === null ? null : Object.freeze({ kind: 'module', run: downgrade }),
  })
  return { kind: 'revision', revision, lines }
}

function faulty(file: string, faults: readonly FaultInFile[]): ParsedFile {
  return { kind: 'faulty', file, faults: faults.map((fault) => ({ ...fault, file })) }
}

type Imported =
  | { readonly kind: 'exports'; readonly exports: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly fault: FaultInFile }

/** For a module's top level, which has no business to wait for anything. */
const IMPORT_TIMEOUT_MS = 10_000

/** The checksum in the URL makes Node load an edited file again instead of the one it has. */
async function importModule(path: string, checksum: string): Promise<Imported> {
  const url = pathToFileURL(path)
  url.searchParams.set('checksum', checksum)
  try {
    const exports = await withinTimeout(import(url.href))
    return { kind: 'exports', exports }
  } catch (error) {
    const name = error instanceof Error ? `${error.name}: ` : ''
    const [firstLine = ''] = `${name}${wordsOf(error)}`.split('\n')
    const message = `the module cannot be loaded: ${firstLine}`
    const remedy = 'mend it (run it with `node` to see where)'
    return { kind: 'failed', fault: { code: 'REVISION_MODULE', line: null, message, remedy } }
  }
}

/**
 * A top-level `await` that never settles would let Node end in the middle of pgate; the timer keeps
 * it alive and says what happened.
 */
async function withinTimeout(
  imported: Promise<Readonly<Record<string, unknown>>>,
): Promise<Readonly<Record<string, unknown>>> {
  const timeout = new AbortController()
  const expired = delay(IMPORT_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`its top level did not finish within ${IMPORT_TIMEOUT_MS / 1000} s`)
  })
  try {
    return await Promise.race([imported, expired])
  } finally {
    timeout.abort()
    expired.catch(() => undefined)
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

/** As good as a look at the text can be: a module may come by its exports in other ways. */
function lineOfExport(text: string, name: string): number | null {
  const declared = new RegExp(`^export[ \\t].*?\\b${name}\\b`)
  const index = text.split('\n').findIndex((line) => declared.test(line))
  return index === -1 ? null : index + 1
}
