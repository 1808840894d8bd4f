import { isDeepStrictEqual } from 'node:util'
import { withSpellings } from '../../../src/author/spellings.ts'
import { withoutLastPart } from '../../../src/catalog/object-key.ts'
import { type Difference, difference } from '../../../src/diff/difference.ts'
import { readSchema } from '../../../src/diff/read-schema.ts'
import type { Schema } from '../../../src/diff/schema.ts'
import { inSpellingOf } from '../../../src/diff/spelling.ts'
import type { Session } from '../../../src/postgres/session/session.ts'
import { SILENT_LOG } from '../cli/silent-log.ts'
import type { TestServer } from '../servers/servers.ts'
import type { Pair } from './pair.ts'
import { keptColumns, rowsOf } from './rows.ts'
import { inDatabase, placed, runStatements, SCOPE, schemaOf, wrongIn } from './there-and-back.ts'

/** Two schemas as SQL, and rows for the first that the second takes, too. */
export interface Texts {
  readonly from: string
  readonly to: string
  readonly rows?: string
}

/** What of a pair is as it should not be, one line each, after there and back; none where all is well. */
export function faultsOfPair(server: TestServer, pair: Pair): Promise<readonly string[]> {
  const { both = '', from, to, rows } = pair
  const texts = { from: `${both};${from}`, to: `${both};${to}`, ...(rows && { rows }) }
  return inDatabase(server, (session) => faultsBetween(session, texts, pair))
}

type Expected = Pick<Pair, 'isUnread' | 'unwritten'>

/** The same in an empty database, which is as `from` afterwards. */
export async function faultsBetween(
  session: Session,
  { from, to, rows = '' }: Texts,
  expected: Expected = {},
): Promise<readonly string[]> {
  const wanted = await schemaOf(session, to)
  await session.query(from)
  await session.query(rows)
  const first = await readSchema(session, SCOPE)
  const isAlike = wrongIn(first, wanted).length === 0
  if (isAlike !== (expected.isUnread === true))
    return [`the two ${isAlike ? 'are alike' : 'differ'}`]
  const kept = keptColumns(first, wanted)
  const before = await rowsOf(session, kept)
  const there = await faultsOfWay(session, { from: first, to: wanted }, expected)
  if (there.length > 0) return there.map((fault) => `there: ${fault}`)
  if (expected.unwritten) return []
  const reached = await readSchema(session, SCOPE)
  const back = await faultsOfWay(session, { from: reached, to: first }, expected)
  if (back.length > 0) return back.map((fault) => `back: ${fault}`)
  return lostRows(before, await rowsOf(session, kept))
}

/** A column cannot come before one that is there: that is said, and nothing else is done. */
const OTHER_ORDER = 'its columns stand in the order'

interface Way {
  readonly from: Schema
  readonly to: Schema
}

/** Goes one way, from the database as it is. */
export async function faultsOfWay(
  session: Session,
  { from, to }: Way,
  { unwritten = [], isUnread }: Expected = {},
): Promise<readonly string[]> {
  const found = difference(from, to, { renames: new Map() })
  const kept = keptColumns(from, to)
  const before = await rowsOf(session, kept)
  const named = found.unwritten.filter(({ why }) => !why.startsWith(OTHER_ORDER))
  if (!isDeepStrictEqual(named.map(({ key }) => key).toSorted(), unwritten.toSorted()))
    return named.map(({ key, why }) => `unwritten: ${key}: ${why}`)
  if (unwritten.length === 0 && (found.statements.length === 0) !== (isUnread === true))
    return [`${found.statements.length} statements`]
  const failure = await runStatements(session, found)
  if (failure) return [`${failure.message} by ${failure.sql}`, scriptOf(found)]
  const reached = await readSchema(session, SCOPE)
  const about = { log: SILENT_LOG, signal: new AbortController().signal }
  const spelt = await withSpellings(about, session, { schema: to, other: reached })
  const wrong = wrongIn(reached, inSpellingOf(reached, spelt))
  const orders = found.unwritten.filter(({ why }) => why.startsWith(OTHER_ORDER))
  const said = orders.flatMap(({ key }) => ordersBelow(to, key))
  const faults = [
    ...wrong
      .filter(
        (key) => !said.includes(key) && !unwritten.some((one) => isOf(inParent(key, to), one)),
      )
      .map((key) => described(key, reached, to)),
    ...said.filter((key) => !wrong.includes(key)).map((key) => `${key} is as wanted`),
    ...lostRows(before, await rowsOf(session, kept)),
    ...silentLosses(from, to, found),
  ]
  const left = faults.length + unwritten.length > 0 ? [] : leftOver(reached, spelt)
  return faults.length + left.length === 0 ? [] : [...faults, ...left, scriptOf(found)]
}

/** The order of a table's columns, and those of its partitions. */
function ordersBelow(schema: Schema, table: string): readonly string[] {
  const name = table.replace(/^table /, '')
  const below = schema.objects.entries().filter(([, { partitionOf }]) => partitionOf === name)
  return [`order of ${name}`, ...[...below].flatMap(([key]) => ordersBelow(schema, key))]
}

/** True where the object, or what it is part of, is what was left. */
function isOf(key: string, left: string): boolean {
  return key === left || key.includes(left.replace(/^\w+ /, ''))
}

/** The column of the table above where it is a partition's: the two have one type. */
function inParent(key: string, { objects }: Schema): string {
  const table = withoutLastPart(key.slice('column '.length))
  const { partitionOf } = objects.get(`table ${table}`) ?? {}
  return key.startsWith('column ') && partitionOf ? key.replace(table, String(partitionOf)) : key
}

function scriptOf({ statements }: Pick<Difference, 'statements'>): string {
  return `statements:\n${statements.map(({ sql }) => `  ${sql};`).join('\n')}`
}

function described(key: string, found: Schema, wanted: Schema): string {
  const text = (schema: Schema) => JSON.stringify(placed(schema).get(key) ?? 'nothing')
  return `wrong: ${key}: ${text(found)} in place of ${text(wanted)}`
}

function lostRows(
  before: Awaited<ReturnType<typeof rowsOf>>,
  after: Awaited<ReturnType<typeof rowsOf>>,
): readonly string[] {
  return [...before].flatMap(([table, rows]) => {
    const found = after.get(table)
    if (isDeepStrictEqual(found, rows)) return []
    return [`rows of ${table}: ${rows.join(' ')}; found: ${found?.join(' ')}`]
  })
}

/** Tables and their columns that go without a word that they do. */
function silentLosses(from: Schema, to: Schema, { statements }: Difference): readonly string[] {
  const said = new Set(statements.filter((one) => one.destroys).map(({ key }) => key))
  return [...from.objects.keys()]
    .filter((key) => key.startsWith('table ') && !to.objects.has(key) && !said.has(key))
    .map((key) => `${key} goes, and no statement says that it destroys`)
}

/** Once there, nothing is left to do. */
function leftOver(reached: Schema, to: Schema): readonly string[] {
  const again = difference(reached, to, { renames: new Map() })
  return again.statements.map(({ sql }) => `once more: ${sql}`)
}
