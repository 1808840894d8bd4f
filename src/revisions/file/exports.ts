import { patternProblem } from '../../base/object-pattern.ts'
import { isRecord } from '../../base/record.ts'
import { nearest } from '../../base/suggest.ts'
import type { FaultInFile } from './faults.ts'
import { PHASES_OF_FILES } from './fields.ts'
import { createdTime, idProblem, labelProblem, listProblems } from './identifiers.ts'
import type { Revision, RevisionDatabase } from './revision.ts'

type RunFunction = (db: RevisionDatabase) => Promise<void>

/** What a revision module exports, checked. */
export interface ExportedValues
  extends Pick<
    Revision,
    | 'id'
    | 'revises'
    | 'dependsOn'
    | 'branchLabels'
    | 'message'
    | 'created'
    | 'transaction'
    | 'phase'
    | 'unpromised'
  > {
  readonly upgrade: RunFunction
  readonly downgrade: RunFunction | null
}

type CheckedExports =
  | { readonly kind: 'values'; readonly values: ExportedValues }
  | { readonly kind: 'faults'; readonly faults: readonly FaultInFile[] }

type Exports = Readonly<Record<string, unknown>>

const NAMES = [
  'revision',
  'revises',
  'upgrade',
  'downgrade',
  'message',
  'created',
  'branchLabel',
  'branchLabels',
  'dependsOn',
  'transaction',
  'phase',
  'unpromised',
] as const

/**
 * Checks the exports of a revision module, named ones or those of one default object (which is what
 * a CommonJS module comes as). Every wrong, missing or probably misspelt one is a fault; other
 * exports are the module's own business. `lineOf` says where a name is exported.
 */
export function checkExports(
  module: Exports,
  lineOf: (name: string) => number | null,
): CheckedExports {
  const exports = withDefault(module)
  const faults: FaultInFile[] = []
  const wrong: Complain = (name, message, remedy) => {
    if (exports[name] === undefined && misspelt.has(name)) return
    faults.push({ code: 'REVISION_MODULE', line: lineOf(name), message, remedy })
  }
  const misspelt = new Set<string>()
  for (const name of Object.keys(exports)) {
    const meant = misspeltFor(name, exports)
    if (meant === undefined) continue
    wrong(name, `export \`${name}\` is not one that pgate knows`, `call it \`${meant}\``)
    misspelt.add(meant)
  }
  const upgrade = readRun(exports, 'upgrade', wrong)
  const downgrade = readRun(exports, 'downgrade', wrong)
  const unpromised = readList(exports, 'unpromised', patternProblem, wrong)
  const values = {
    id: readId(exports, wrong),
    revises: readRevises(exports, wrong),
    dependsOn: readList(exports, 'dependsOn', idProblem, wrong),
    branchLabels: [
      ...readList(exports, 'branchLabel', labelProblem, wrong),
      ...readList(exports, 'branchLabels', labelProblem, wrong),
    ],
    message: readText(exports, 'message', wrong) ?? '',
    transaction: readWord(exports, 'transaction', ['auto', 'on', 'off'], wrong),
    ...(readWord(exports, 'phase', PHASES_OF_FILES, wrong) === 'contract' && {
      phase: 'contract' as const,
    }),
    ...readCreated(exports, wrong),
    ...(unpromised.length === 0 ? {} : { unpromised }),
  }
  if (faults.length > 0 || upgrade === null) return { kind: 'faults', faults }
  return { kind: 'values', values: { ...values, upgrade, downgrade } }
}

type Complain = (name: string, message: string, remedy: string) => void

function withDefault(module: Exports): Exports {
  const inner = module.default
  const bare = module.revision === undefined && module.upgrade === undefined
  return bare && isRecord(inner) ? inner : module
}

/** The export that an unknown name was probably meant to be, and that is not there. */
function misspeltFor(name: string, exports: Exports): string | undefined {
  if (NAMES.some((known) => known === name)) return undefined
  const plain = name.replaceAll('_', '')
  const meant = /^downRevisions?$/i.test(plain) ? 'revises' : nearest(plain, NAMES)
  return meant === undefined || exports[meant] !== undefined ? undefined : meant
}

function readId(exports: Exports, wrong: Complain): string {
  const id = exports.revision
  if (typeof id !== 'string') {
    wrong('revision', ...notGiven('revision', id, 'a string'))
    return ''
  }
  const problem = idProblem(id)
  if (problem !== undefined) wrong('revision', `revision \`${id}\` ${problem}`, 'choose another id')
  return id
}

function readRevises(exports: Exports, wrong: Complain): readonly string[] {
  if (exports.revises === undefined) {
    wrong('revises', ...notGiven('revises', undefined, 'an id, several, or null for the first'))
    return []
  }
  return readList(exports, 'revises', idProblem, wrong)
}

/** A string, a list of strings, or nothing (null too, and `none`, as in a SQL file). */
function readList(
  exports: Exports,
  name: (typeof NAMES)[number],
  problemOf: (id: string) => string | undefined,
  wrong: Complain,
): readonly string[] {
  const value = exports[name] ?? []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const ids = list.filter((id) => typeof id === 'string')
  if (ids.length < list.length) {
    wrong(name, ...notGiven(name, value, 'a string, a list of strings or null'))
    return []
  }
  if (ids.length === 1 && ids[0]?.toLowerCase() === 'none') return []
  for (const problem of listProblems(ids, problemOf)) {
    wrong(name, `${name}: ${problem}`, 'write each id as its file has it')
  }
  return ids
}

function readRun(
  exports: Exports,
  name: 'upgrade' | 'downgrade',
  wrong: Complain,
): RunFunction | null {
  const value = exports[name]
  const optional = name === 'downgrade' && (value === undefined || value === null)
  if (optional) return null
  if (typeof value !== 'function') {
    wrong(name, ...notGiven(name, value, 'a function of `db`'))
    return null
  }
  return async (db) => {
    await value(db)
  }
}

function readText(exports: Exports, name: 'message' | 'created', wrong: Complain) {
  const value = exports[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') wrong(name, ...notGiven(name, value, 'a string'))
  else if (!value.includes('\0')) return value.split(/[\r\n]/, 1)[0]?.trim()
  else
    wrong(name, `\`${name}\` holds a NUL character`, 'take it out; PostgreSQL text cannot hold one')
  return undefined
}

function readCreated(exports: Exports, wrong: Complain): { created?: string } {
  const created = readText(exports, 'created', wrong)
  if (created === undefined) return {}
  if (createdTime(created) === undefined) {
    wrong(
      'created',
      `created \`${created}\` is not an ISO 8601 date`,
      'write it as 2025-10-18T02:30:00Z',
    )
  }
  return { created }
}

/** One of a few words; the first where it is not there. */
function readWord<Word extends string>(
  exports: Exports,
  name: (typeof NAMES)[number],
  words: readonly [Word, ...Word[]],
  wrong: Complain,
): Word {
  const [usual] = words
  const value = exports[name] ?? usual
  const word = words.find((one) => one === value)
  const listed = words.map((one) => `'${one}'`)
  if (word === undefined) {
    wrong(name, ...notGiven(name, value, `${listed.slice(0, -1).join(', ')} or ${listed.at(-1)}`))
  }
  return word ?? usual
}

function notGiven(name: string, value: unknown, wanted: string): [string, string] {
  const found =
    value === undefined ? `the module exports no \`${name}\`` : `\`${name}\` is ${kindOf(value)}`
  return [found, `export it as ${wanted}`]
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : `of type ${typeof value}`
}

/**
 * The 1-based line that exports a name, as good as a look at the text can be: a module may come by
 * its exports in other ways.
 */
export function lineOfExport(text: string, name: string): number | null {
  const declared = new RegExp(`^export[ \\t].*?\\b${name}\\b`)
  const index = text.split('\n').findIndex((line) => declared.test(line))
  return index === -1 ? null : index + 1
}
