import { isDeepStrictEqual } from 'node:util'
import type { CatalogScope } from '../../../src/catalog/scope.ts'
import { type Answers, type Difference, difference } from '../../../src/diff/difference.ts'
import { readSchema } from '../../../src/diff/read-schema.ts'
import type { Schema } from '../../../src/diff/schema.ts'
import { type Session, withSession } from '../../../src/postgres/session/session.ts'
import { databaseOf, patiently } from '../database/connect.ts'
import { createDatabase, dropDatabase, type TestServer } from '../servers/servers.ts'

/** Where the statements of a difference led. */
export interface Leg extends Difference {
  /** What a statement failed with, and the statement; the rest was not run. */
  readonly failure: { readonly message: string; readonly sql: string } | undefined
  /** Keys that are not as they should be; of a column that is at another place: `order of public.t`. */
  readonly wrong: readonly string[]
}

export interface BothWays {
  readonly there: Leg
  readonly back: Leg
}

export const SCOPE: CatalogScope = { schemas: 'all', ownTables: [], everyPartition: true }
const NO_ANSWERS: Answers = { renames: new Map() }

/**
 * Makes a database by `a`, leads it to what `b` makes of an empty one, and back again, by the engine's
 * statements alone. `a` and `b` are texts of SQL.
 */
export async function thereAndBack(
  server: TestServer,
  a: string,
  b: string,
  answers: { readonly there?: Answers; readonly back?: Answers } = {},
): Promise<BothWays> {
  return inDatabase(server, async (session) => {
    const wanted = await schemaOf(session, b)
    await session.query(a)
    const first = await readSchema(session, SCOPE)
    const there = await travel(session, { from: first, to: wanted }, answers.there)
    const reached = await readSchema(session, SCOPE)
    return { there, back: await travel(session, { from: reached, to: first }, answers.back) }
  })
}

/** One way, from the database as it is: for rows that are put in before and looked at afterwards. */
export async function travel(
  session: Session,
  { from, to }: { readonly from: Schema; readonly to: Schema },
  answers: Answers = NO_ANSWERS,
): Promise<Leg> {
  const found = difference(from, to, answers)
  const failure = await runStatements(session, found)
  return { ...found, failure, wrong: failure ? [] : wrongIn(await readSchema(session, SCOPE), to) }
}

/** Lends a session on an empty database. */
export async function inDatabase<T>(
  server: TestServer,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const database = await createDatabase(server, 'there and back')
  try {
    return await withSession(databaseOf(database.url), patiently(), use)
  } finally {
    await dropDatabase(server, database)
  }
}

/** What a text makes of the database, which is as before afterwards. */
export async function schemaOf(session: Session, text: string): Promise<Schema> {
  await session.query('begin')
  try {
    await session.query(text)
    return await readSchema(session, SCOPE)
  } finally {
    await session.query('rollback')
  }
}

/** As a revision runs them: those that stand apart first, the others in one transaction. */
export async function runStatements(
  session: Session,
  { statements }: Pick<Difference, 'statements'>,
): Promise<Leg['failure']> {
  const apart = statements.filter((one) => one.isApart)
  const rest = statements.filter((one) => !one.isApart)
  for (const sql of [
    ...apart.map((one) => one.sql),
    'begin',
    ...rest.map((one) => one.sql),
    'commit',
  ])
    try {
      await session.query(sql)
    } catch (error) {
      await session.query('rollback')
      return { message: error instanceof Error ? error.message : String(error), sql }
    }
  return undefined
}

/** Keys of objects that are there and not wanted, wanted and not there, or different. */
export function wrongIn(found: Schema, wanted: Schema): readonly string[] {
  const [one, other] = [placed(found), placed(wanted)]
  const keys = [...new Set([...one.keys(), ...other.keys()])].toSorted()
  return keys.filter((key) => !isDeepStrictEqual(one.get(key), other.get(key)))
}

/** With the columns' order for each table in place of their numbers, which count dropped ones. */
export function placed({ objects }: Schema): ReadonlyMap<string, unknown> {
  const columns = [...objects].flatMap(([key, { position, ...definition }]) =>
    key.startsWith('column ') ? [{ key, position: Number(position), definition }] : [],
  )
  const order = Map.groupBy(
    columns.toSorted((a, b) => a.position - b.position),
    ({ key }) =>
      `order of ${key.slice('column '.length).replace(/\.(?:"(?:[^"]|"")*"|[^".]+)$/, '')}`,
  )
  return new Map<string, unknown>([
    ...objects,
    ...columns.map(({ key, definition }) => [key, definition] as const),
    ...[...order].map(([name, all]) => [name, all.map(({ key }) => key)] as const),
  ])
}
