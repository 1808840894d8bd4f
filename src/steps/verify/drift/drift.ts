import {
  type CatalogObjects,
  type Definition,
  type DefinitionValue,
  type ObjectKind,
  parseKey,
  type Respelling,
  type Respellings,
} from '../../../catalog/object-key.ts'
import { type Reordered, reorderedColumns } from '../column-order.ts'
import {
  type MovedExtension,
  movedExtensions,
  withoutMovedSchemas,
  withoutUnneeded,
} from '../extensions-promised.ts'
import type { Equivalent } from '../spelling/parse-tree.ts'
import { isQueryBody, printedForm } from '../spelling/printed-form.ts'
import { type ExtraImpact, extraImpact } from './extra.ts'
import { settleRoles, withMigratingRole } from './grants.ts'
import { withLivePartitions } from './partitions.ts'

/** How the live schema differs from the promised one. */
export interface DriftReport {
  readonly missing: readonly { readonly key: string; readonly expected: Definition }[]
  readonly different: readonly DifferentObject[]
  /** Tables whose columns are in another order: different, unless something else has made them. */
  readonly reordered: readonly Reordered[]
  readonly extra: readonly ExtraObject[]
  /** What is no drift and still worth knowing; one sentence each. */
  readonly notices: readonly string[]
}

export interface ExtraObject {
  readonly key: string
  readonly found: Definition
  readonly impact: ExtraImpact
}

export interface DifferentObject {
  readonly key: string
  /** At least one. */
  readonly fields: readonly DifferentField[]
}

/** `undefined`: the field is not there. */
export interface DifferentField {
  readonly field: string
  readonly expected: DefinitionValue | undefined
  readonly found: DefinitionValue | undefined
}

export interface Comparison {
  readonly expected: CatalogObjects
  readonly live: CatalogObjects
  /** What else of what is expected is right. */
  readonly respelled?: Respellings | undefined
  /** On one major version of PostgreSQL the same object is printed the same. */
  readonly sameMajor: boolean
  /** Without it all texts have to be equal. */
  readonly equivalent?: Equivalent | undefined
}

/** States that the structure checks report, each with its remedy, and what is looked at apart. @see structure.ts */
const STATE_FIELDS: ReadonlySet<string> = new Set([
  'valid',
  'ready',
  'validated',
  'indexValid',
  'position',
  'related',
  'recent',
  'byDefault',
])

/**
 * Compares two schemas object by object and field by field. Of what the server prints one spelling
 * must be equal, or its parse tree; across majors a query body whose meaning cannot be seen from its
 * spelling is reported instead: its columns are compared as objects of their own.
 * @see docs/decisions/0011-other-majors.md, docs/decisions/0050-both-spellings-are-right.md
 */
export function compareCatalogs(comparison: Comparison): DriftReport {
  const named = withMigratingRole(comparison.expected, comparison.live)
  const needed = withoutUnneeded(named, comparison.live)
  const { expected, live } = settleRoles(
    withLivePartitions(needed.expected, comparison.live),
    comparison.live,
  )
  const moved = movedExtensions(expected, live)
  const pairs = matchKeys(expected, live, withoutMovedSchemas(moved))
  const compared = [...pairs.both].map(([key, found]) =>
    compareObject(key, {
      comparison,
      moved,
      promised: expected.get(key) ?? {},
      respelled: comparison.respelled?.get(key) ?? {},
      found,
    }),
  )
  return {
    missing: pairs.missing.map((key) => ({ key, expected: expected.get(key) ?? {} })),
    different: compared.filter(({ fields }) => fields.length > 0).map(withoutReported),
    reordered: reorderedColumns(expected, live),
    extra: pairs.extra.map((key) => {
      const found = live.get(key) ?? {}
      return { key, found, impact: extraImpact(key, found, expected) }
    }),
    notices: [
      ...needed.notices,
      ...moved.map(reportMoved),
      ...compared.flatMap(({ notices }) => notices),
    ],
  }
}

/** The order of columns as a difference like any other. */
export function withOrder(drift: DriftReport): DriftReport {
  const order = drift.reordered.map(({ key, ...columns }) => ({
    key,
    fields: [{ field: 'columns', ...columns }],
  }))
  return { ...drift, different: [...drift.different, ...order], reordered: [] }
}

/** True where an object is missing or different, or takes away what is promised: what shuts the gate. */
export function hasDrift({ missing, different, extra }: DriftReport): boolean {
  return (
    missing.length > 0 || different.length > 0 || extra.some(({ impact }) => impact === 'shuts')
  )
}

/** Keys hold types (`function public.f(public.vector)`), so a moved extension changes keys too. */
function matchKeys(
  expected: Comparison['expected'],
  live: Comparison['live'],
  plain: (text: string) => string,
) {
  const strangers = [...live.keys()].filter((key) => !expected.has(key))
  const byPlainKey = new Map(strangers.map((key) => [plain(key), key]))
  const both = new Map<string, Definition>()
  const missing: string[] = []
  for (const key of expected.keys()) {
    const other = live.has(key) ? key : byPlainKey.get(plain(key))
    const found = other === undefined ? undefined : live.get(other)
    if (other === undefined || found === undefined) missing.push(key)
    else both.set(key, found)
    if (other !== key) byPlainKey.delete(plain(key))
  }
  const extra = strangers.filter((key) => byPlainKey.get(plain(key)) === key)
  return { both, missing, extra }
}

interface ObjectPair {
  readonly comparison: Comparison
  readonly moved: readonly MovedExtension[]
  readonly promised: Definition
  readonly respelled: Respelling
  readonly found: Definition
}

function compareObject(key: string, pair: ObjectPair): DifferentObject & { notices: string[] } {
  const { promised, found } = pair
  const kind = parseKey(key)?.kind ?? 'table'
  const fields: DifferentField[] = []
  const notices: string[] = []
  for (const field of new Set([...Object.keys(promised), ...Object.keys(found)])) {
    if (STATE_FIELDS.has(field) || kind === 'extension') continue
    // REFRESH is what an application does; rows that nobody may read are what it cannot do without.
    if (field === 'populated' && found.populated !== false) continue
    const difference = { field, expected: fieldOf(promised, field), found: fieldOf(found, field) }
    const verdict = compareSpellings(kind, difference, pair)
    if (verdict === 'different') fields.push(difference)
    if (verdict === 'notice') notices.push(reportBody(key))
  }
  if (promised.validated === false && found.validated === undefined)
    notices.push(reportValidated(key))
  return { key, fields, notices }
}

/** A field called `constructor` is not there because every object has one. */
function fieldOf(definition: Definition, field: string): DefinitionValue | undefined {
  return Object.hasOwn(definition, field) ? definition[field] : undefined
}

/** One spelling that is the same is enough; where none is, the first says what was expected. */
function compareSpellings(
  kind: ObjectKind,
  difference: DifferentField,
  pair: ObjectPair,
): FieldVerdict {
  const { field } = difference
  const others = Object.hasOwn(pair.respelled, field) ? (pair.respelled[field] ?? []) : []
  const verdicts = [difference.expected, ...others].map((expected) =>
    compareField(kind, { ...difference, expected }, pair),
  )
  return verdicts.find((verdict) => verdict === 'same') ?? verdicts[0] ?? 'different'
}

type FieldVerdict = 'same' | 'notice' | 'different'

function compareField(
  kind: ObjectKind,
  { field, expected, found }: DifferentField,
  { comparison, moved }: ObjectPair,
): FieldVerdict {
  if (sameValue(expected, found)) return 'same'
  const plain = withoutMovedSchemas(moved)
  if (moved.length > 0 && sameValue(mapText(expected, plain), mapText(found, plain))) return 'same'
  const form = printedForm(kind, field)
  const { sameMajor, equivalent } = comparison
  if (equivalent === undefined || form === undefined) return 'different'
  if (typeof expected !== 'string' || typeof found !== 'string') return 'different'
  if (equivalent(form, plain(expected), plain(found))) return 'same'
  return isQueryBody(form) && !sameMajor ? 'notice' : 'different'
}

function sameValue(one: DefinitionValue | undefined, other: DefinitionValue | undefined): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other
  return one.length === other.length && one.every((item, index) => item === other[index])
}

function mapText(
  value: DefinitionValue | undefined,
  change: (text: string) => string,
): DefinitionValue | undefined {
  if (typeof value === 'string') return change(value)
  return typeof value === 'object' ? value.map(change) : value
}

function withoutReported({ key, fields }: DifferentObject): DifferentObject {
  return { key, fields }
}

function reportMoved({ key, expected, found }: MovedExtension): string {
  return `${key} is in schema ${found}, not in ${expected}; names are compared without the two`
}

function reportBody(key: string): string {
  return `${key}: this server prints its body otherwise than the manifest's does, so the body was not compared`
}

function reportValidated(key: string): string {
  return `${key} is validated, which is more than the manifest promises`
}
