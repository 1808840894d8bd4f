import { checksumOf } from '../../revisions/file/checksum.ts'
import type { FaultInFile } from '../../revisions/file/faults.ts'
import { messageInName, nameOf } from '../../revisions/file/file-name.ts'
import { labelProblem, listProblems } from '../../revisions/file/identifiers.ts'
import type { SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import type { OpaqueBody, Revision } from '../../revisions/file/revision.ts'
import { readDocstring } from './docstring.ts'
import type { LiteralValue } from './python/literal.ts'
import { type PythonModule, readModule } from './python/module.ts'

/** What Alembic reads of a version file, and what may stand there. */
const NAMES = {
  revision: "write it as `revision = '<id>'`",
  down_revision:
    "write it as `down_revision = '<id>'`, as a tuple of ids, or as None for the first",
  branch_labels: "write it as `branch_labels = ('<label>',)`, or as None",
  depends_on: "write it as `depends_on = '<id>'`, as a tuple of ids, or as None",
} as const

type Name = keyof typeof NAMES

const UPGRADE: OpaqueBody = { kind: 'opaque', language: 'Python', command: 'alembic upgrade head' }
const DOWNGRADE: OpaqueBody = { ...UPGRADE, command: 'alembic downgrade' }

/**
 * Parses a version file of Alembic's without Python: literals of the module's own level, wherever
 * they stand. What is computed is a fault of its line; what `upgrade()` does is not looked at.
 */
export function parseScript({ file, text }: Pick<SourceFile, 'file' | 'text'>): ParsedFile {
  const { module, fault } = readModule(text, new Set(Object.keys(NAMES)))
  if (fault !== undefined) {
    const { line, found: message } = fault
    return faulty(file, [{ ...header(line), message, remedy: 'make it a file that Python takes' }])
  }
  const id = idOf(module, file)
  const lists = {
    revises: listOf(module, 'down_revision'),
    branchLabels: listOf(module, 'branch_labels'),
    dependsOn: listOf(module, 'depends_on'),
  }
  const all = [id, ...Object.values(lists)]
  const faults = all.flatMap((value) => ('fault' in value ? [value.fault] : []))
  const { value = '' } = id
  if (faults.length > 0) return faulty(file, faults, value)
  const { message, created } = readDocstring(module.docstring ?? '')
  const revision: Revision = Object.freeze({
    id: value,
    revises: lists.revises.value ?? [],
    dependsOn: lists.dependsOn.value ?? [],
    branchLabels: lists.branchLabels.value ?? [],
    message: message === '' ? messageInName(file, value) : message,
    ...(created !== undefined && { created }),
    file,
    transaction: 'auto',
    checksum: checksumOf(text),
    upgrade: UPGRADE,
    downgrade: module.functions.has('downgrade') ? DOWNGRADE : null,
  })
  return { kind: 'revision', revision, lines: linesOf(module) }
}

type Read<T> =
  | { readonly value: T; readonly fault?: never }
  | { readonly fault: FaultInFile; readonly value?: never }

function idOf(module: PythonModule, file: string): Read<string> {
  // As in Alembic: of a file of its first releases the name is the id.
  const [, old] = /^([a-f0-9]+)\.py$/.exec(nameOf(file)) ?? []
  if (!module.assigned.has('revision') && old !== undefined) return { value: old }
  const read = literalAt(module, 'revision')
  if ('fault' in read) return read
  const { value, line } = read
  if (typeof value !== 'string') return { fault: wrong('revision', line, 'is no string') }
  const problem = labelProblem(value)
  return problem === undefined
    ? { value }
    : { fault: wrong('revision', line, `\`${value}\` ${problem}`) }
}

function listOf(module: PythonModule, name: Exclude<Name, 'revision'>): Read<readonly string[]> {
  if (name !== 'down_revision' && !module.assigned.has(name)) return { value: [] }
  const read = literalAt(module, name)
  if ('fault' in read) return read
  const { value, line } = read
  const list = typeof value === 'string' ? [value] : (value ?? [])
  const [problem] = listProblems([...new Set(list)], labelProblem)
  return problem === undefined
    ? { value: [...new Set(list)] }
    : { fault: wrong(name, line, problem) }
}

type ReadValue = { readonly value: LiteralValue; readonly line: number } | { fault: FaultInFile }

function literalAt({ assigned }: PythonModule, name: Name): ReadValue {
  const assignment = assigned.get(name)
  if (assignment === undefined) {
    const message = `there is no \`${name}\` at the level of the module`
    return { fault: { ...header(1), message, remedy: `${NAMES[name]}, or move the file out` } }
  }
  const { value, line, found } = assignment
  if (value !== undefined) return { value, line }
  return { fault: wrong(name, line, `is computed, which Python alone can do: \`${found}\``) }
}

function wrong(name: Name, line: number, found: string): FaultInFile {
  return { ...header(line), message: `\`${name}\` ${found}`, remedy: NAMES[name] }
}

function header(line: number): Pick<FaultInFile, 'code' | 'line'> {
  return { code: 'REVISION_HEADER', line }
}

function linesOf({ assigned }: PythonModule) {
  const lines = {
    revision: assigned.get('revision')?.line,
    revises: assigned.get('down_revision')?.line,
    'depends-on': assigned.get('depends_on')?.line,
    'branch-label': assigned.get('branch_labels')?.line,
  }
  return Object.fromEntries(
    Object.entries(lines).flatMap(([key, line]) => (line === undefined ? [] : [[key, line]])),
  )
}

function faulty(file: string, faults: readonly FaultInFile[], id = ''): ParsedFile {
  const known = id === '' ? {} : { id }
  return { kind: 'faulty', file, ...known, faults: faults.map((fault) => ({ ...fault, file })) }
}
