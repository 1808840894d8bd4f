import { counted, oneLine } from '../../base/words.ts'
import {
  type Definition,
  type DefinitionValue,
  HOLDER_KINDS,
  holderOf,
} from '../../catalog/object-key.ts'
import { type DifferentField, type DriftReport, hasDrift } from './drift/drift.ts'
import type { DriftRepair } from './drift/repair.ts'
import { excerpts } from './excerpt.ts'
import type { StructureFault } from './structure/structure.ts'

/** What verify found; frozen. */
export interface VerifyOutcome {
  readonly mode: 'manifest' | 'structure' | 'off'
  /** Why no object was compared with a manifest; `null` where all were. */
  readonly notCompared: string | null
  /** How many objects were looked at. */
  readonly objects: number
  /** Empty where there was no manifest to compare with. */
  readonly drift: DriftReport
  /** What would repair the drift; absent where there is none, or nobody asked. */
  readonly repair?: DriftRepair | undefined
  /** The migrating role's name, quoted. */
  readonly migrator: string
  readonly faults: readonly StructureFault[]
  /** What is no reason to shut the gate and still worth a line each. */
  readonly notices: readonly string[]
  /** Extra objects that change what something promised accepts or shows; a sentence each. */
  readonly warnings: readonly string[]
  readonly strict: boolean
  readonly ok: boolean
  /** False where what passed may fail later without any change: an index that is being built. */
  readonly isLasting: boolean
  /** Of the catalog that was looked at, for the journal's proof; empty where none was. */
  readonly digest: string
}

/** So many objects are listed; the rest is counted. */
const MAX_LISTED = 20

/** What was found, as one line of counts and one line for each object or fault. */
export function failureMessage(outcome: VerifyOutcome): string {
  const { drift, repair, faults, strict } = outcome
  const objects = [...renderFailing(drift), ...(strict ? extraLines(drift) : [])]
  const lines = limited(objects, ({ key, text }) => [text, ...repairLines(key, repair)], 'lines')
  const broken = limited(faults, (fault) => renderFaults([fault]), 'faults')
  const summary = hasDrift(drift)
    ? 'the live schema is not what the manifest promises'
    : 'the schema does not pass'
  return [`${summary}: ${counts(outcome)}${firstOf(outcome)}`, ...lines, ...broken].join('\n')
}

/** The last line of a run shows the first line alone: one name says where to look. */
function firstOf(outcome: VerifyOutcome): string {
  const { objects, missing, different, faults } = failureFacts(outcome)
  const [first] = objects.map(oneLine)
  const others = missing + different + shutting(outcome).length + faults - 1
  if (first === undefined) return ''
  return others > 0 ? ` (${first} and ${others} more)` : ` (${first})`
}

/** The counts, and the keys of what was found; at most 20, so that they fit into any report. */
export function failureFacts(outcome: VerifyOutcome) {
  const { drift, faults } = outcome
  const objects = [...drift.missing, ...drift.different, ...shutting(outcome)]
  const names = [...objects.map(({ key }) => key), ...faults.map(({ subject }) => subject)]
  return {
    missing: drift.missing.length,
    different: drift.different.length,
    extra: drift.extra.length,
    faults: faults.length,
    objects: names.slice(0, MAX_LISTED),
  }
}

/** The extra objects that shut the gate: all of them where it is strict. */
function shutting({ drift, strict }: VerifyOutcome): DriftReport['extra'] {
  return strict ? drift.extra : drift.extra.filter(({ impact }) => impact === 'shuts')
}

/** The next thing to do. */
export function failureHint({ drift, faults }: VerifyOutcome): string {
  if (hasDrift(drift)) {
    return 'Put back what was changed by hand (`pgate verify --repair-sql` prints the statements), or write a revision for it and run `pgate manifest`; PGATE_VERIFY=structure opens the gate without comparing, until that is done.'
  }
  if (faults.length > 0) return 'Run what stands under each fault, then start the gate again.'
  return 'Add the extra objects to a revision, drop them, or leave out --strict.'
}

function counts(outcome: VerifyOutcome): string {
  const { drift, faults } = outcome
  const found: readonly (readonly [number, string])[] = [
    [drift.missing.length, 'missing'],
    [drift.different.length, 'different'],
    [shutting(outcome).length, 'extra'],
    [faults.length, faults.length === 1 ? 'fault' : 'faults'],
  ]
  return found
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
}

/** What is rendered of the first 20 items, and how many more there are. */
export function limited<T>(
  items: readonly T[],
  render: (item: T) => readonly string[],
  word: string,
): readonly string[] {
  const rest = items.length - MAX_LISTED
  const lines = items.slice(0, MAX_LISTED).flatMap(render)
  return rest > 0 ? [...lines, `and ${rest} more ${word}`] : lines
}

/** A line of a report, and the object that it is of. */
interface ObjectLine {
  readonly key: string
  readonly text: string
}

/**
 * One line for each object that shuts the gate: missing and different ones, and what takes them away.
 * What is part of a missing or extra table is counted with the table.
 *
 * @example 'different column public.users.email: type: expected text, found character varying(255)'
 */
export function renderFailing({ missing, different, extra }: DriftReport): readonly ObjectLine[] {
  const gone = missing.map(({ key, expected }) => ({ key, definition: expected }))
  return [
    ...fold(gone).map(({ key, definition, parts }) => ({
      key,
      text: line('missing', `${key}${withParts(parts)}${whatItIs(definition)}`),
    })),
    ...different.map(({ key, fields }) => ({
      key,
      text: line('different', `${key}: ${renderFields(fields)}`),
    })),
    ...extra
      .filter(({ impact }) => impact === 'shuts')
      .map(({ key }) => ({ key, text: line('extra', key) })),
  ]
}

/** The first statement that repairs it, cut short, or why there is none. */
function repairLines(key: string, repair: DriftRepair | undefined): readonly string[] {
  if (repair === undefined) return []
  const why = repair.left.find((one) => one.key === key)?.why
  const own = repair.statements.filter((one) => one.key === key)
  const [first, ...others] = own.filter(({ sql }) => !sql.startsWith('SET LOCAL '))
  const more = others.length > 0 ? ` and ${others.length} more` : ''
  const cost = first?.destroys === undefined ? '' : ` (destroys ${first.destroys})`
  const shown = first && `${excerpts(`${first.sql};`, '').expected}${more}${cost}`
  const words = shown ?? (why && `by hand: ${why}`)
  return words === undefined ? [] : [`${' '.repeat(10)}repair: ${words}`]
}

/** What nothing promises and what changes all the same what something promised accepts or shows. */
export function renderWarnings({ extra, reordered }: DriftReport): readonly string[] {
  const order = reordered.map(
    ({ key }) =>
      `${key} has its columns in another order than the revisions make, as what made it had them: SELECT * and INSERT without a list of columns differ`,
  )
  const impacts = extra
    .filter(({ impact }) => impact === 'warns')
    .map(({ key, found }) => {
      const holder = holderOf(key, found)
      const what = holder === undefined ? 'what is promised' : `what ${holder} accepts or shows`
      return `${key} is in no revision and may change ${what}`
    })
  return [...order, ...impacts]
}

/** The lines for objects that the manifest does not have and that may be there. */
export function renderExtra(drift: DriftReport): readonly string[] {
  return extraLines(drift).map(({ text }) => text)
}

function extraLines({ extra }: DriftReport): readonly ObjectLine[] {
  const others = extra.filter(({ impact }) => impact !== 'shuts')
  const found = others.map((object) => ({ key: object.key, definition: object.found }))
  return fold(found).map(({ key, parts }) => ({
    key,
    text: line('extra', `${key}${withParts(parts)}`),
  }))
}

/** Faults of the structure for people: one line each, and one for each step of the remedy. */
export function renderFaults(faults: readonly StructureFault[]): readonly string[] {
  return faults.flatMap(({ subject, message, remedy }) => [
    line('faulty', `${subject} ${message}`),
    ...remedy.map((step) => `${' '.repeat(10)}fix it: ${step}`),
  ])
}

/** A name may hold line feeds: one line it stays. */
function line(word: string, rest: string): string {
  return `${word.padEnd(9)} ${oneLine(rest)}`
}

interface FoldedObject {
  readonly key: string
  readonly definition: Definition
  /** How many others of the list are part of it. */
  readonly parts: number
}

function fold(objects: readonly Omit<FoldedObject, 'parts'>[]): readonly FoldedObject[] {
  const keys = new Set(objects.map(({ key }) => key))
  const parts = new Map<string, number>()
  const alone = objects.filter(({ key, definition }) => {
    const holder = holderKey(keys, key, definition)
    if (holder !== undefined) parts.set(holder, (parts.get(holder) ?? 0) + 1)
    return holder === undefined
  })
  return alone.map((object) => ({ ...object, parts: parts.get(object.key) ?? 0 }))
}

function holderKey(
  keys: ReadonlySet<string>,
  key: string,
  definition: Definition,
): string | undefined {
  const holder = holderOf(key, definition)
  return HOLDER_KINDS.map((kind) => `${kind} ${holder}`).find((candidate) => keys.has(candidate))
}

function withParts(parts: number): string {
  return parts === 0 ? '' : `, with ${counted(parts, 'part')}`
}

/** The one field that says most of a missing object, where it has such a field. */
function whatItIs(definition: Definition): string {
  const value =
    definition.definition ??
    definition.type ??
    definition.labels ??
    definition.role ??
    definition.value
  return value === undefined ? '' : `: expected ${excerpts(text(value), '').expected}`
}

function renderFields(fields: readonly DifferentField[]): string {
  return fields.map(renderField).join('; ')
}

function renderField({ field, expected, found }: DifferentField): string {
  const shown = excerpts(text(expected), text(found))
  return `${field}: expected ${shown.expected}, found ${shown.found}`
}

function text(value: DefinitionValue | undefined): string {
  if (value === undefined) return 'none'
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value)
}
