import {
  type CatalogObjects,
  type Definition,
  type DefinitionValue,
  holderOf,
} from '../../../catalog/object-key.ts'
import type { CatalogScope } from '../../../catalog/scope.ts'
import { difference } from '../../../diff/difference.ts'
import { needsByName } from '../../../diff/needs-by-name.ts'
import { readSchema } from '../../../diff/read-schema.ts'
import type { Schema } from '../../../diff/schema.ts'
import type { Statement, Unwritten } from '../../../diff/statement.ts'
import type { Session } from '../../../postgres/session/session.ts'
import { type MovedExtension, movedExtensions } from '../extensions-promised.ts'
import type { DifferentField, DriftReport } from './drift.ts'
import { renamedTo } from './renamed.ts'

/** What makes a live schema what is promised. */
export interface DriftRepair {
  /** In the order in which they run. */
  readonly statements: readonly RepairStatement[]
  /** What a person has to repair, each with why; an object once. */
  readonly left: readonly Unwritten[]
}

export interface RepairStatement extends Statement {
  /** It destroys data, or comes after one that does: it is for a person to let it run. */
  readonly isHeld?: true
}

export interface Damaged {
  readonly drift: DriftReport
  /** All that the manifest promises, as this database has it to be. */
  readonly promised: CatalogObjects
  /** True: extra objects go, too. */
  readonly strict: boolean
}

/**
 * Reads the live schema once more, with what each object needs, and finds the statements that repair its drift.
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readDriftRepair(
  session: Session,
  scope: CatalogScope,
  damaged: Damaged,
): Promise<DriftRepair> {
  return repairDrift(await readSchema(session, scope), damaged)
}

/**
 * The statements that repair a drift. What nothing promises stays as it is, and so does what differs in its
 * spelling alone: the schema to reach is the live one with what the report says put right. Pure.
 */
export function repairDrift(live: Schema, damaged: Damaged): DriftRepair {
  const { target, left } = targetOf(live, damaged)
  const found = difference(live, target, { renames: new Map() })
  const unwritten = uniqueByKey([...left, ...found.unwritten])
  const dropped = new Set(left.map(({ key }) => key))
  for (const { key } of unwritten) if (!live.objects.has(key)) dropped.add(key)
  const destroying = new Set(found.statements.flatMap((one) => (one.destroys ? [one.key] : [])))
  const blocked: Unwritten[] = []
  const statements = found.statements.flatMap((one): readonly RepairStatement[] => {
    const by = neededOf([target], one.key, dropped)
    if (by === one.key) return []
    if (by !== undefined) blocked.push({ key: one.key, why: `it needs ${by}` })
    if (by !== undefined) return []
    const isHeld = neededOf([target, live], one.key, destroying) !== undefined
    return [isHeld ? { ...one, isHeld } : one]
  })
  const { missing, different } = damaged.drift
  const drifted = new Set([...missing, ...different].map(({ key }) => key))
  const waiting = blocked.filter(({ key }) => drifted.has(key))
  // The order of columns is named of a table that one is added to; of another nothing is to be done.
  const isNamed = ({ key }: Unwritten) =>
    drifted.has(key) ||
    !key.startsWith('table ') ||
    statements.some((one) => one.key.startsWith(key.replace('table', 'column').concat('.')))
  return { statements, left: uniqueByKey([...unwritten.filter(isNamed), ...waiting]) }
}

interface Target {
  readonly target: Schema
  readonly left: readonly Unwritten[]
}

/** What differs field by field, as in a report; of a missing object all of them. */
interface Wanted {
  readonly key: string
  readonly definition: Definition
}

function targetOf(live: Schema, { drift, promised, strict }: Damaged): Target {
  const moved = movedExtensions(promised, live.objects)
  const known = needsByName(withMoved(promised, moved))
  const wanted: readonly Wanted[] = [
    ...viewsBehind(drift, promised),
    ...drift.missing.map(({ key, expected }) => ({ key, definition: expected })),
    ...drift.different.map(({ key, fields }) => patched(live, key, fields)),
  ]
  const extra = drift.extra.filter(({ impact }) => strict || impact === 'shuts')
  const objects = new Map(live.objects)
  for (const { key } of extra) objects.delete(key)
  for (const { key, definition } of wanted) objects.set(key, definition)
  const needs = new Map(live.needs)
  const byName = needsByName(objects)
  for (const { key } of wanted) needs.set(key, byName.get(key) ?? new Set())
  return {
    target: { objects, needs },
    left: wanted.flatMap(({ key }) => leftFor(key, { drift, moved, known })),
  }
}

/** Where a body is not compared, as across majors, the view's columns say that it is another. */
function viewsBehind(
  { missing, different }: DriftReport,
  promised: CatalogObjects,
): readonly Wanted[] {
  return [...missing, ...different].flatMap(({ key }) => {
    const views = ['view', 'materialized view'].map((kind) => `${kind} ${holderOf(key, {})}`)
    return views.flatMap((view) => {
      const definition = key.startsWith('column ') ? promised.get(view) : undefined
      return definition === undefined ? [] : [{ key: view, definition }]
    })
  })
}

/** A partition's row security, and whether a crash leaves its rows, stand with its table in a live schema. */
function patched(live: Schema, key: string, fields: readonly DifferentField[]): Wanted {
  const isOfTable = fields.every(
    ({ field, found }) => field.endsWith('owSecurity') || String(found) === 'unlogged',
  )
  const holder = key.startsWith('partition ') && isOfTable ? key.replace('partition', 'table') : key
  const definition: Record<string, DefinitionValue> = { ...live.objects.get(holder) }
  for (const { field, expected } of fields) {
    const name = holder !== key && field === 'deviations' ? 'unlogged' : field
    if (expected === undefined) delete definition[name]
    else definition[name] = expected
  }
  return { key: holder, definition }
}

interface Known {
  readonly drift: DriftReport
  readonly moved: readonly MovedExtension[]
  readonly known: Schema['needs']
}

/** Why no statement is safe to give. */
function leftFor(key: string, { drift, moved, known }: Known): readonly Unwritten[] {
  const fields = drift.different.find((one) => one.key === key)?.fields ?? []
  const extension = moved.find((one) => known.get(key)?.has(one.key))
  if (extension !== undefined) {
    const why = `it names ${extension.key}, which is in schema ${extension.found} here and not in ${extension.expected}`
    return [{ key, why }]
  }
  const renamed = renamedTo(key, drift)
  if (renamed !== undefined) return [{ key, why: renamed }]
  if (!key.startsWith('published ') && fields.some(({ field }) => field === 'columns'))
    return [{ key, why: 'columns change places only where the table is made again, with its rows' }]
  if (fields.some(({ field }) => field === 'everyRemainder'))
    return [{ key, why: 'rows of a remainder have no partition: make one for it' }]
  return []
}

/** The extensions where the manifest has them: what names something of theirs names that schema. */
function withMoved(promised: CatalogObjects, moved: readonly MovedExtension[]): CatalogObjects {
  const places = moved.map(({ key, expected }) => [key, { schema: expected }] as const)
  return new Map([...promised, ...places])
}

/** Which of the keys it is, or needs, through whatever, on one of the sides. */
function neededOf(
  sides: readonly Schema[],
  key: string,
  keys: ReadonlySet<string>,
): string | undefined {
  const seen = new Set([key])
  for (const one of seen) {
    if (keys.has(one)) return one
    for (const { needs } of sides) for (const need of needs.get(one) ?? []) seen.add(need)
  }
  return undefined
}

function uniqueByKey(all: readonly Unwritten[]): readonly Unwritten[] {
  return [...new Map(all.toReversed().map((one) => [one.key, one])).values()].toReversed()
}
