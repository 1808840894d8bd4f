import { GateError } from '../errors/error.ts'
import type { PipelineStatement, QueryResult, Session } from '../postgres/session/session.ts'
import {
  DIVISION_BY_ZERO,
  INSUFFICIENT_PRIVILEGE,
  type ServerError,
  serverErrorOf,
  sqlstateOf,
  UNIQUE_VIOLATION,
} from '../postgres/sql/sqlstate.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { assertSql, lockSql } from './inspection-sql.ts'

/**
 * What a table of another shape, a view or a sequence answers, and what a trigger or a rule on it
 * raises: classes of the statement's own, not of the server's state. A row that is there already is a
 * rival's doing, and a right that is missing has its own failure.
 */
const ANOTHER_SHAPE = /^(?:09|0A|22|23|27|38|39|42|44|P0)/
const OF_ITS_OWN: ReadonlySet<string> = new Set([UNIQUE_VIOLATION, INSUFFICIENT_PRIVILEGE])
/** Such as the view that takes no rows. */
const OBJECT_NOT_IN_PREREQUISITE_STATE = '55000'

/** {@link onTables} for statements on the history table, the journal or both. */
export async function onOwnTables<T>(names: BothNames, act: () => Promise<T>): Promise<T> {
  return onTables([names.versions, names.journal], act)
}

type BothNames = { readonly versions: string; readonly journal: string }

/**
 * Runs statements of pgate's own on tables of its own. Where the server says that a column, a type
 * or the kind of relation is another, somebody else made or changed the table, and that is reported.
 * @throws {GateError} HISTORY_TABLE; any other error unchanged
 */
export async function onTables<T>(tables: readonly string[], act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw ownTableError(tables, error)
  }
}

/** What {@link onTables} throws in place of an error of the server's. */
export function ownTableError(tables: readonly string[], error: unknown): unknown {
  const said = serverErrorOf(error)
  return said !== undefined && isOfAnotherShape(said) ? notOurs(tables, said, error) : error
}

/**
 * Runs writes of pgate's own right behind what a revision has done, in its transaction: where the
 * tables were right before and are not now, the revision has changed them.
 * @throws {GateError} HISTORY_TABLE that names its file; any other error unchanged
 */
export async function afterRevision<T>(
  revision: Pick<Revision, 'id' | 'file'> | undefined,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const isChanged = error instanceof GateError && error.code === 'HISTORY_TABLE'
    if (!isChanged || revision === undefined) throw error
    const { id, file } = revision
    throw new GateError(
      'HISTORY_TABLE',
      `${file} has changed a table of pgate's own: ${error.message}`,
      {
        facts: { ...error.facts, revision: id, file },
        hint: `Take out of ${file} what drops, alters, renames or moves it. What it did there was rolled back.`,
        cause: error,
      },
    )
  }
}

function isOfAnotherShape({ sqlstate }: ServerError): boolean {
  if (OF_ITS_OWN.has(sqlstate)) return false
  return ANOTHER_SHAPE.test(sqlstate) || sqlstate === OBJECT_NOT_IN_PREREQUISITE_STATE
}

function notOurs(tables: readonly string[], said: ServerError, cause: unknown): GateError {
  return new GateError(
    'HISTORY_TABLE',
    `${tables.join(' or ')} is not the table that pgate works with: ${said.message} (SQLSTATE ${said.sqlstate})`,
    {
      facts: { tables, sqlstate: said.sqlstate },
      hint: `See with \\d ${tables.join(' and \\d ')} what another hand changed, and put it back. A journal of pgate's may also be renamed, and is then replaced by a new one.`,
      cause,
    },
  )
}

/**
 * What goes before writes into tables of pgate's own that were looked at before, in the same pipeline
 * and transaction: a trigger that was put on one of them since is noticed before it runs.
 */
export function beforeWrites(tables: readonly string[]): readonly PipelineStatement[] {
  return [{ text: lockSql(tables) }, { text: assertSql(tables) }]
}

/**
 * Writes into a table of pgate's own inside the caller's transaction, in one round trip.
 * @param first what goes before, such as the role that writes
 * @throws {GateError} HISTORY_TABLE where a trigger or a foreign key hangs on it; else the server's
 *   or the socket's error, unchanged
 */
export async function writeOwn<Row>(
  session: Session,
  table: string,
  statement: PipelineStatement,
  first: readonly string[] = [],
): Promise<QueryResult<Row>> {
  const before = [...first.map((text) => ({ text })), ...beforeWrites([table])]
  const { results, failure } = await session.pipeline([...before, statement])
  if (failure === undefined) return results[before.length] as QueryResult<Row>
  throw failure.index === before.length - 1 ? assertError([table], failure.error) : failure.error
}

/** What an error of {@link assertSql} means. */
export function assertError(tables: readonly string[], error: unknown): unknown {
  return sqlstateOf(error) === DIVISION_BY_ZERO ? changedMeanwhile(tables, error) : error
}

function changedMeanwhile(tables: readonly string[], cause: unknown): GateError {
  const table = tables.join(' or ')
  return new GateError(
    'HISTORY_TABLE',
    `${table} has a trigger or a foreign key that it did not have when pgate looked at it`,
    {
      facts: { table },
      hint: `See with \\d ${table} what it is and who owns its function, and drop it; it was not run. Nobody but the role that migrates needs TRIGGER or REFERENCES there.`,
      cause,
    },
  )
}
