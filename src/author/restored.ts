import {
  type CatalogObjects,
  type Definition,
  type DefinitionValue,
  parseKey,
} from '../catalog/object-key.ts'
import { difference } from '../diff/difference.ts'
import type { Schema } from '../diff/schema.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { isClusters } from '../steps/verify/drift/grants.ts'
import type { RowsByTable } from './table-rows.ts'

/** A schema with its rows, at one moment. */
export interface DatabaseState extends Schema {
  readonly rows: RowsByTable
}

/** What is not as it was. */
export interface StateDifference {
  /** The object, or the table whose rows are meant. */
  readonly key: string
  readonly field?: string
  readonly expected?: DefinitionValue | undefined
  readonly found?: DefinitionValue | undefined
  readonly message: string
  /** The statements that would put it right, where the engine can write them. */
  readonly repair?: readonly string[]
}

/** The states of a round trip, in order. */
export interface TripStates {
  readonly before: DatabaseState
  readonly up: DatabaseState
  readonly down: DatabaseState
  readonly again: DatabaseState
}

/** What a comparison found, and what it let pass. */
export interface Restored {
  readonly differences: readonly StateDifference[]
  readonly notes: readonly string[]
}

/**
 * The states without what is the whole server's, where the revision does not speak of roles: somebody else
 * has changed it meanwhile. Pure.
 */
export function withoutOthers(states: TripStates, { upgrade, downgrade }: Revision): TripStates {
  const texts = [upgrade, downgrade].map((body) => (body?.kind === 'sql' ? body.text : 'role'))
  if (texts.some((text) => SPEAKS_OF_ROLES.test(text))) return states
  const own = (state: DatabaseState): DatabaseState => ({
    ...state,
    objects: new Map([...state.objects].filter(([key]) => !isClusters(key))),
  })
  const { before, up, down, again } = states
  return { before: own(before), up: own(up), down: own(down), again: own(again) }
}

const SPEAKS_OF_ROLES = /\b(?:role|user|grant|revoke|database)\b/i

/** Where a column stands no ALTER TABLE can restore; when a setting was made is no part of a schema. */
const PASSED_FIELDS: ReadonlySet<string> = new Set(['position', 'recent'])

/**
 * Holds what a downgrade has left against what was there before the upgrade, field by field. Let pass, and
 * noted, is a value of an enum, which PostgreSQL cannot drop, and an extension, which others may use. A constant of the moment, as a view
 * with `'now'` has it, is equal to another. Pure.
 */
export function compareDown({ before, up, down }: TripStates, today: Date): Restored {
  const notes: string[] = []
  const differences = differencesOf(before.objects, down.objects, today).filter((difference) => {
    const note = passed(difference, before, up)
    if (note !== undefined) notes.push(`${difference.key}: ${note}`)
    return note === undefined
  })
  return { differences, notes }
}

/** Why a difference is let pass; undefined: it is not. */
function passed(
  difference: StateDifference,
  before: DatabaseState,
  up: DatabaseState,
): string | undefined {
  const { key } = difference
  if (parseKey(key)?.kind === 'extension' && !before.objects.has(key))
    return 'stays, as it may have been there before on another server'
  const labels = enumValuesThatStay(difference, up.objects)
  if (labels.length === 0) return undefined
  return `${labels.join(', ')} stays, as PostgreSQL drops no value of an enum`
}

/** The same, each object with the statements that lead from what was found to what was expected. Pure. */
export function withRepairs(
  differences: readonly StateDifference[],
  { found, expected }: { readonly found: Schema; readonly expected: Schema },
): readonly StateDifference[] {
  if (differences.length === 0) return differences
  const { statements } = difference(found, expected, { renames: new Map() })
  return differences.map((one) => {
    const repair = statements.filter(({ key }) => key === one.key).map(({ sql }) => `${sql};`)
    return repair.length === 0 ? one : { ...one, repair }
  })
}

/** Every object and field that differs. Pure. */
export function differencesOf(
  expected: CatalogObjects,
  found: CatalogObjects,
  today: Date,
): readonly StateDifference[] {
  const keys = new Set([...expected.keys(), ...found.keys()])
  return [...keys].sort().flatMap((key) => {
    const [was, is] = [expected.get(key), found.get(key)]
    if (was === undefined) return [{ key, message: 'is there, and was not before' }]
    if (is === undefined) return [{ key, message: 'is missing' }]
    return fieldsThatDiffer(key, was, is, today)
  })
}

function fieldsThatDiffer(
  key: string,
  was: Definition,
  is: Definition,
  today: Date,
): readonly StateDifference[] {
  const fields = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...fields].sort().flatMap((field) => {
    const [expected, found] = [was[field], is[field]]
    const same = withoutMoment(expected, today) === withoutMoment(found, today)
    if (same || PASSED_FIELDS.has(field)) return []
    const message = `${field} is ${shown(found)}, and was ${shown(expected)}`
    return [{ key, field, expected, found, message }]
  })
}

const MOMENT = /\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d(?::?\d\d)?)?)?/g

/** A date of yesterday, today or tomorrow was drawn while the revision ran, wherever the server is. */
function withoutMoment(value: DefinitionValue | undefined, today: Date): string {
  const day = 24 * 60 * 60 * 1000
  const near = [-day, 0, day].map((by) =>
    new Date(today.getTime() + by).toISOString().slice(0, 'YYYY-MM-DD'.length),
  )
  return (JSON.stringify(value) ?? '').replaceAll(MOMENT, (moment) =>
    near.some((date) => moment.startsWith(date)) ? 'now' : moment,
  )
}

function enumValuesThatStay(
  { key, field, expected, found }: StateDifference,
  up: CatalogObjects,
): readonly string[] {
  if (parseKey(key)?.kind !== 'enum' || field !== 'labels') return []
  if (!Array.isArray(expected) || !Array.isArray(found)) return []
  const isAsUpgraded = JSON.stringify(up.get(key)?.labels) === JSON.stringify(found)
  const added: readonly string[] = found.filter((label) => !expected.includes(label))
  const isAdded = found.filter((label) => expected.includes(label)).join() === expected.join()
  return isAsUpgraded && isAdded ? added : []
}

/**
 * No row of a table of before may be lost on the way; and what the upgrade leaves alone, rows or the values of a
 * column, so do downgrade and second upgrade. Pure.
 */
export function rowsLost({ before, up, down, again }: TripStates): readonly StateDifference[] {
  return [...before.rows].flatMap(([table, was]) => {
    const later = [up, down, again].map(({ rows }) => rows.get(table))
    const [first, second, third] = later
    if (first === undefined || second === undefined || third === undefined) return []
    const kept = Math.min(was.count, first.count)
    const left = Math.min(second.count, third.count)
    const key = `table ${table}`
    if (left < kept) return [{ key, message: `${kept - left} of ${kept} rows are lost` }]
    const states = [first, second, third]
    if (states.every(({ columns }) => isSameColumns(columns, was.columns))) {
      return states.every(({ digest }) => digest === was.digest) || first.digest !== was.digest
        ? []
        : [{ key, message: 'its rows are others than before' }]
    }
    return [...was.columns]
      .filter(([column, digest]) => {
        // Values of a column that the upgrade drops are lost by it.
        if (first.columns.get(column) !== digest) return false
        return [second, third].some(({ columns }) => (columns.get(column) ?? digest) !== digest)
      })
      .map(([column]) => ({ key, message: `other values than before in its column ${column}` }))
  })
}

function isSameColumns(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): boolean {
  return [...one.keys()].join() === [...other.keys()].join()
}

function shown(value: DefinitionValue | undefined): string {
  if (value === undefined) return 'not set'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
