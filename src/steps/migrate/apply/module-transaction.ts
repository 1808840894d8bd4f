import { randomUUID } from 'node:crypto'
import { GateError } from '../../../errors/error.ts'
import { rollBack } from '../../../postgres/session/transaction.ts'
import { NO_SAVEPOINT, NO_TRANSACTION, sqlstateOf } from '../../../postgres/sql/sqlstate.ts'
import type { ModuleBody } from '../../../revisions/file/revision.ts'
import { refusedStatement } from '../../../revisions/sql/classify.ts'
import { parseStatements } from '../../../revisions/sql/parser.ts'
import type { PreparedRevision } from '../prepare.ts'
import type { Run } from '../run.ts'
import { callModule } from './module-call.ts'

/**
 * Runs a module's function inside the transaction that pgate has begun for it, and makes sure that
 * it is still the same one afterwards: statements that would end it are refused before they are
 * sent, the transaction's status is looked at after every query, and a savepoint under a name that
 * nobody can guess has to be there at the end.
 * @throws {GateError} MIGRATION_FAILED where the module would end, or has ended, the transaction;
 *   else as callModule
 * @see docs/decisions/0049-a-module-keeps-its-transaction.md
 */
export async function runInsideTransaction(
  run: Run,
  prepared: PreparedRevision,
  body: ModuleBody,
): Promise<void> {
  const { session } = run
  const guard = `pgate_${randomUUID().replaceAll('-', '')}`
  await session.query(`savepoint ${guard}`)
  await callModule(run, prepared, {
    body,
    refusal: (text) => refusalOf(prepared, text),
    damage: () => (session.transactionStatus() === 'idle' ? transactionEnded(prepared) : undefined),
  })
  if (session.transactionStatus() === 'failed') throw failureHidden(prepared)
  try {
    await session.query(`release savepoint ${guard}`)
  } catch (error) {
    throw GUARD_IS_GONE.has(sqlstateOf(error) ?? '') ? transactionEnded(prepared) : error
  }
}

const GUARD_IS_GONE: ReadonlySet<string> = new Set([NO_SAVEPOINT, NO_TRANSACTION])

/**
 * Runs a module's function outside a transaction of pgate's. It may begin and end its own; one that
 * it leaves open is rolled back, and the revision has failed.
 * @throws {GateError} MIGRATION_FAILED; else as callModule
 */
export async function runOutsideTransaction(
  run: Run,
  prepared: PreparedRevision,
  body: ModuleBody,
): Promise<void> {
  const { session } = run
  const isInside = () => ['open', 'failed'].includes(session.transactionStatus())
  try {
    await callModule(run, prepared, { body })
    if (isInside()) throw leftOpen(prepared)
  } finally {
    if (isInside()) await rollBack(session)
  }
}

/** Only with one of these words can a text end a transaction; `end` is in every CASE, too. */
const MAY_CONTROL = /\b(?:abort|begin|commit|end|prepare|rollback|start)\b/i

/** A text that the parser does not understand is the server's to refuse. */
async function refusalOf(
  { revision, action }: PreparedRevision,
  text: string,
): Promise<GateError | undefined> {
  if (!MAY_CONTROL.test(text)) return undefined
  const parsed = await parseStatements(text)
  if (parsed.kind === 'error') return undefined
  for (const { node, text: statement } of parsed.statements) {
    const refused = 'TransactionStmt' in node ? refusedStatement(node) : undefined
    if (refused === undefined) continue
    return new GateError(
      'MIGRATION_FAILED',
      `${revision.file}: ${action}() gave db.query ${refused.found}, which would end the transaction that pgate has begun for it: ${statement.slice(0, 60)}`,
      {
        facts: { revision: revision.id, file: revision.file },
        hint: `${TAKE_OUT} The statement was not sent; the revision was rolled back, and nothing of it is left.`,
      },
    )
  }
  return undefined
}

const TAKE_OUT =
  "Take it out: pgate begins and ends the transaction (SAVEPOINT and ROLLBACK TO are allowed); or export transaction = 'off', and the module begins and ends its own."

function transactionEnded({ revision, action }: PreparedRevision): GateError {
  return new GateError(
    'MIGRATION_FAILED',
    `${revision.file}: ${action}() ended the transaction that pgate had begun for it`,
    {
      facts: { revision: revision.id, file: revision.file },
      hint: `What it had done up to there may have been committed, and the version rows do not hold ${revision.id}: compare the schema and put it right by hand. ${TAKE_OUT}`,
    },
  )
}

function failureHidden({ revision, action }: PreparedRevision): GateError {
  return new GateError(
    'MIGRATION_FAILED',
    `${revision.file}: a query of ${action}() failed, and it returned as if none had: PostgreSQL takes nothing more in that transaction`,
    {
      facts: { revision: revision.id, file: revision.file },
      hint: 'Pass the error on, or put SAVEPOINT before the query and ROLLBACK TO behind its failure. The revision was rolled back; nothing of it is left.',
    },
  )
}

function leftOpen({ revision, action }: PreparedRevision): GateError {
  return new GateError(
    'MIGRATION_FAILED',
    `${revision.file}: ${action}() returned with a transaction open that it had begun; it was rolled back`,
    {
      facts: { revision: revision.id, file: revision.file },
      hint: 'Commit what it begins, and run pgate again: it calls the function again from its start. What it had committed before stands.',
    },
  )
}
