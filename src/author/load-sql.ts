import { GateError } from '../errors/error.ts'
import { sessionState } from '../lock/session-state.ts'
import type { Session } from '../postgres/session/session.ts'
import { locate } from '../postgres/sql/position.ts'
import {
  DUPLICATE_OBJECT,
  DUPLICATE_SCHEMA,
  serverErrorOf,
  sqlstateOf,
} from '../postgres/sql/sqlstate.ts'
import type { CopyData } from '../revisions/file/revision.ts'
import { nodeName } from '../revisions/sql/classify.ts'
import { type Read, readStatements } from '../revisions/sql/read-statements.ts'
import { modelsInvalid, type SqlText } from './sql-files.ts'

/** What a statement says that names what is not there yet: a later one may make it. */
const MISSING: ReadonlySet<string> = new Set([
  '3F000', // schema
  '42P01', // table
  '42703', // column
  '42704', // type, and other objects
  '42883', // function
  '42830', // the key that a foreign key refers to
])

const EXISTS: ReadonlySet<string> = new Set([DUPLICATE_OBJECT, DUPLICATE_SCHEMA])

/** One statement, and where it stands. */
export interface LoadedStatement {
  readonly text: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly copy?: CopyData | undefined
  /** An extension or a schema: one that is there already will do. */
  readonly mayExist?: boolean
}

/** A statement that could not run, with the server's error. */
export interface Stuck {
  readonly statement: LoadedStatement
  readonly error: unknown
}

/** What the database that the statements are for is like. */
type Setup = Parameters<typeof sessionState>[1]

/**
 * Runs the statements of all texts, whatever their order: one that needs what a later one makes runs after it.
 * What stands around them (BEGIN, COMMIT, owners) is passed over.
 * @returns those that never found what they need
 * @throws {GateError} MODELS_INVALID for what is no SQL or reaches beyond the database, MODELS_FAILED for a statement that fails otherwise
 */
export async function loadSql(
  session: Session,
  setup: Setup,
  texts: readonly SqlText[],
): Promise<readonly Stuck[]> {
  let stuck: readonly Stuck[] = []
  for (const text of texts) {
    const statements = await statementsOf(text)
    await session.query(sessionState(session, setup).join('; '))
    stuck = [...stuck, ...(await runEach(session, statements))]
  }
  await session.query(sessionState(session, setup).join('; '))
  return retry(session, stuck)
}

/** Runs them again and again, as long as that brings one further. */
export async function retry(session: Session, stuck: readonly Stuck[]): Promise<readonly Stuck[]> {
  if (stuck.length === 0) return stuck
  const left = await runEach(
    session,
    stuck.map(({ statement }) => statement),
  )
  return left.length < stuck.length ? retry(session, left) : left
}

async function runEach(
  session: Session,
  statements: readonly LoadedStatement[],
): Promise<readonly Stuck[]> {
  const stuck: Stuck[] = []
  for (const statement of statements) {
    const { text, copy } = statement
    try {
      await (copy === undefined ? session.query(text) : session.copyIn(text, copy.data))
    } catch (error) {
      const sqlstate = sqlstateOf(error) ?? ''
      if (MISSING.has(sqlstate)) stuck.push({ statement, error })
      else if (!(statement.mayExist && EXISTS.has(sqlstate))) {
        throw modelsFailed({ statement, error })
      }
    }
  }
  return stuck
}

async function statementsOf({ name, text }: SqlText): Promise<readonly LoadedStatement[]> {
  const statements: LoadedStatement[] = []
  for await (const read of readStatements(text)) {
    if (read.kind === 'error') {
      throw modelsInvalid(`${name}:${read.at.line}:${read.at.column}: ${read.message}`)
    }
    if (read.kind === 'meta') refuseCommand(name, read)
    else if (read.kind === 'unparsed') statements.push({ ...read.at, text: read.text, file: name })
    else if (!isFrame(read)) {
      refuseBeyond(name, read)
      const { text: own, at, node } = read.statement
      const mayExist = 'CreateExtensionStmt' in node || 'CreateSchemaStmt' in node
      statements.push({ ...at, text: own, file: name, copy: read.copy, mayExist })
    }
  }
  return statements
}

/** What pg_dump puts around all it writes means nothing here. */
function refuseCommand(name: string, { command, at }: Extract<Read, { kind: 'meta' }>): void {
  if (/^(?:un)?restrict$/.test(command)) return
  throw modelsInvalid(
    `${name}:${at.line}: \\${command} is a command for psql; write the step in SQL, or take the line out`,
  )
}

/** Of the whole server; that of --shadow-url may hold more than the throwaway database. */
const BEYOND: ReadonlySet<string> = new Set([
  ...['CreatedbStmt', 'DropdbStmt', 'AlterDatabaseStmt', 'AlterDatabaseSetStmt'],
  ...['AlterSystemStmt', 'AlterRoleSetStmt', 'GrantRoleStmt'],
  ...['CreateTableSpaceStmt', 'DropTableSpaceStmt', 'AlterRoleStmt', 'DropRoleStmt'],
])

function refuseBeyond(
  name: string,
  { statement: { node, at } }: Extract<Read, { kind: 'statement' }>,
): void {
  if (!BEYOND.has(nodeName(node))) return
  throw modelsInvalid(
    `${name}:${at.line}:${at.column}: the statement reaches beyond the database that it runs in; take it out`,
  )
}

/** Each statement is a transaction of its own, and roles are of another server. */
function isFrame({ statement: { node } }: Extract<Read, { kind: 'statement' }>): boolean {
  if (['TransactionStmt', 'AlterOwnerStmt'].includes(nodeName(node))) return true
  const { cmds = [] } = 'AlterTableStmt' in node ? node.AlterTableStmt : {}
  return (
    cmds.length > 0 &&
    cmds.every((one) => 'AlterTableCmd' in one && one.AlterTableCmd.subtype === 'AT_ChangeOwner')
  )
}

/** MODELS_FAILED, with the place where the server's error is. */
export function modelsFailed({ statement, error }: Stuck): unknown {
  const said = serverErrorOf(error)
  if (said === undefined) return error
  const { line, column } = locate(statement, said.position ?? 1)
  const { sqlstate, message, hint } = said
  return new GateError(
    'MODELS_FAILED',
    `${statement.file}:${line}:${column}: ${message} (SQLSTATE ${sqlstate})${hint === undefined ? '' : `; ${hint}`}`,
    { facts: { file: statement.file, line, column, sqlstate }, cause: error },
  )
}
