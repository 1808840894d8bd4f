import { GateError } from '../errors.ts'
import { excerpt, shownLine, withoutSecrets } from '../postgres/sql-secrets.ts'
import { inTransaction, nodeName, refusedStatement } from './classify.ts'
import { type Fault, faultsError } from './faults.ts'
import { type OwnTables, ownTableFault } from './own-tables.ts'
import { type Parsed, type ParsedStatement, parseStatements } from './parser.ts'
import type { Revision, SqlBody, Statement } from './revision.ts'

/**
 * Cuts a section into its statements, in order, each with the line and column of the file on which
 * its first token stands. `file` is the file's name as it is to be shown. No server is asked.
 *
 * @param own what no statement may change; absent: nothing is looked for
 * @throws {GateError} MIGRATION_FAILED for a syntax error; REVISION_UNSUPPORTED for transaction
 *   control and COPY from or to the client; REVISION_OWN_TABLE
 */
export async function splitStatements(
  body: SqlBody,
  file: string,
  own?: OwnTables,
): Promise<readonly Statement[]> {
  const parsed = await parseStatements(body.text)
  if (parsed.kind === 'error') throw syntaxError(parsed, body, file)
  const faults: Fault[] = []
  for (const statement of parsed.statements) {
    const fault = unsupportedFault(statement) ?? (own && (await ownTableFault(statement, own)))
    if (fault !== undefined) {
      faults.push({ ...fault, file, line: lineInFile(body, statement.at.line) })
    }
  }
  const [first, ...more] = faults
  if (first !== undefined) throw faultsError([first, ...more])
  return Object.freeze(parsed.statements.map((statement) => toStatement(statement, body)))
}

function unsupportedFault({ node }: ParsedStatement) {
  const refused = refusedStatement(node)
  if (refused === undefined) return undefined
  return { code: 'REVISION_UNSUPPORTED', message: refused.found, remedy: refused.remedy } as const
}

function toStatement(
  { text, at, node, endsTransaction }: ParsedStatement,
  body: SqlBody,
): Statement {
  const inside = endsTransaction ? 'no' : inTransaction(node)
  return Object.freeze({
    text,
    line: lineInFile(body, at.line),
    column: at.column,
    transactional: inside === 'yes' || 'CallStmt' in node,
    node: nodeName(node),
    ...(inside === 'perhaps' ? { uncertain: true as const } : {}),
  })
}

function lineInFile(body: SqlBody, line: number): number {
  return body.line + line - 1
}

function syntaxError(
  error: Extract<Parsed, { kind: 'error' }>,
  body: SqlBody,
  file: string,
): GateError {
  const line = lineInFile(body, error.at.line)
  const { column } = error.at
  const at = { row: error.at.line - 1, line, column }
  const message = withoutSecrets(error.message, body.text)
  return new GateError(
    'MIGRATION_FAILED',
    [
      `${file}:${line}:${column}: ${message} (SQLSTATE ${error.sqlstate})`,
      ...excerpt(body.text, at),
    ].join('\n'),
    {
      facts: { file, line, column, source: shownLine(body.text, at.row), sqlstate: error.sqlstate },
      hint: `Mend ${file}:${line}:${column} and run pgate again; nothing was run.`,
    },
  )
}

/**
 * How a revision is to run. `auto`: in one transaction, unless it holds a statement that may not;
 * `off`: statement by statement. A module (no statements) runs in one transaction unless `off`.
 * @throws {GateError} REVISION_TRANSACTION where `transaction: on` stands against a statement
 */
export function executionMode(
  revision: Pick<Revision, 'id' | 'file' | 'transaction'>,
  statements: readonly Statement[],
): 'transaction' | 'statements' {
  if (revision.transaction === 'off') return 'statements'
  const refused = statements.filter((statement) => !statement.transactional)
  if (revision.transaction === 'auto') return refused.length > 0 ? 'statements' : 'transaction'
  const certain = refused.find((statement) => statement.uncertain !== true)
  if (certain !== undefined) throw transactionForbidden(revision, certain)
  return 'transaction'
}

function transactionForbidden(
  { id, file }: Pick<Revision, 'id' | 'file'>,
  { line, column, node, text }: Statement,
): GateError {
  const words = shownLine(text, 0).slice(0, 60)
  return new GateError(
    'REVISION_TRANSACTION',
    `${file}:${line}:${column}: PostgreSQL refuses this statement inside a transaction, and the header says \`transaction: on\`: ${words}`,
    {
      facts: { revision: id, file, line, column, node },
      hint: 'Take `-- transaction: on` out of the header, or give the statement a revision of its own.',
    },
  )
}
