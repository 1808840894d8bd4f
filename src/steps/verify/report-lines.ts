import { counted, oneLine } from '../../base/words.ts'
import {
  type Definition,
  type DefinitionValue,
  HOLDER_KINDS,
  holderOf,
} from '../../catalog/object-key.ts'
import type { DifferentField, DriftReport } from './drift/drift.ts'
import type { DriftRepair } from './drift/repair.ts'
import { excerpts } from './excerpt.ts'
import type { StructureFault } from './structure/structure.ts'

/** So many objects are listed; the rest is counted. */
export const MAX_LISTED = 20

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
export function repairLines(key: string, repair: DriftRepair | undefined): readonly string[] {
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

export function extraLines({ extra }: DriftReport): readonly ObjectLine[] {
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
