import { GateError } from '../../../errors/error.ts'
import { isConnectionLost, sqlstateOf } from '../../../postgres/sql/sqlstate.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import type { BatchProgress } from '../../../store/batch-table.ts'
import { afterRevision } from '../../../store/own-tables.ts'
import type { KeyRange } from '../batches/batch-sql.ts'
import { remainingSql, showsItWasDone } from '../resume/reconcile.ts'
import { retryTransient } from '../retry.ts'
import { type Run, resetRole, resetSession } from '../run.ts'
import { nonTransactionalSettings, transactionSettings } from '../settings.ts'
import { endWaits } from '../tool-lock.ts'
import { execute, transaction } from '../watch/watch.ts'
import { send, sendSteps } from './chunks.ts'

/** How far a revision that runs by statements has come; changed as it goes. */
export interface Underway {
  /** Of the journal's row. */
  readonly id: string
  /** Statements that an earlier run has done. */
  readonly done: number
  /** What runs, and its 1-based number. */
  statement?: Statement
  number?: number
  /** An earlier run was cut off at this statement, and nobody knows yet whether it took effect. */
  inDoubt: boolean
  /** What took effect and could not be recorded yet. */
  unrecorded?: StatementProgress | undefined
  /** How far the batches of the statement are, and which keys the one under way has. */
  batch?: BatchProgress | undefined
  range?: KeyRange | undefined
}

/** What the journal records once a statement has taken effect. */
export interface StatementProgress {
  readonly id: string
  readonly done: number
  /** What people call it. */
  readonly what: string
  readonly checksum: string
}

/** How far its revision has come, what is recorded once it has taken effect, and where it stands. */
export interface StatementRun {
  readonly underway: Underway
  readonly progress: StatementProgress
  readonly file: string
}

/** Whether it runs in a transaction. What may end that (CALL) was asked not to run in one. */
export function isAtomic({ transactional, uncertain }: Statement): boolean {
  return transactional && uncertain !== true
}

/**
 * Runs one statement and records it, and puts the session back. One that may run in a transaction
 * does so together with its record; for any other the catalog is asked first what remains to be done.
 * @throws what the server or the signal says, unchanged; `underway` then says what is known
 */
export async function runStatement(
  run: Run,
  statement: Statement,
  about: StatementRun,
): Promise<void> {
  const { underway, progress } = about
  if (statement.batch?.part === 'begin') {
    await (await import('../batches/begin.ts')).beginBatches(run, statement, about)
  } else if (statement.batch !== undefined) {
    await (await import('../batches/run-batches.ts')).runBatches(run, statement, about)
  } else if (isAtomic(statement)) await runAtomic(run, statement, { underway, progress })
  else await runAlone(run, statement, { underway, progress })
}

async function runAtomic(
  run: Run,
  statement: Statement,
  { underway, progress }: { readonly underway: Underway; readonly progress: StatementProgress },
): Promise<void> {
  const { session, context } = run
  const { begin = [], parts = [statement] } = statement
  const act = async () => {
    for (const part of parts) {
      underway.statement = part
      context.signal.throwIfAborted()
      await execute(run, progress.what, () => send(session, part))
    }
    underway.statement = statement
    await resetRole(run)
    await afterRevision(run.revision, () => run.journal.recordProgress(session, progress))
  }
  await recorded(run, progress.what, act, { begin, underway })
  await resetSession(run)
}

/** Acts in a durable transaction, tried again where a lock is in its way. */
export async function recorded(
  run: Run,
  what: string,
  act: () => Promise<void>,
  {
    begin,
    underway,
  }: { readonly begin: readonly Statement[]; readonly underway: { statement?: Statement } } = {
    begin: [],
    underway: {},
  },
): Promise<void> {
  const settings = transactionSettings(run.context.config, run.names, true)
  const opening = [
    ...begin.map((statement) => ({ statement, send: { text: statement.text } })),
    ...settings.map((text) => ({ send: { text } })),
  ]
  await retryTransient(run.context, what, () =>
    transaction(run, async () => {
      await sendSteps(run.session, opening, underway)
      await act()
    }),
  )
}

async function runAlone(
  run: Run,
  statement: Statement,
  { underway, progress }: { readonly underway: Underway; readonly progress: StatementProgress },
): Promise<void> {
  const { context, session } = run
  // Inside the retries: an attempt that failed may have left an invalid index behind.
  await retryTransient(context, progress.what, async () => {
    await run.lock.beforeStatement(nonTransactionalSettings(context.config, statement))
    await endWaits(run)
    const text = await remainingSql(run, statement, underway.inDoubt)
    if (text !== undefined) {
      await execute(run, progress.what, () =>
        takeEffect(run, { text, statement, underway }, progress),
      )
    }
    underway.unrecorded = progress
    underway.inDoubt = false
  })
  // The statement's own settings, a role among them, are not to be in the record's way.
  await resetSession(run)
  await recorded(run, progress.what, () => run.journal.recordProgress(session, progress))
  underway.unrecorded = undefined
}

/** Keeps what the server answered, which `execute` hides where it was interrupted meanwhile. */
async function takeEffect(
  { session }: Run,
  what: { readonly text: string; readonly statement: Statement; readonly underway: Underway },
  progress: StatementProgress,
): Promise<void> {
  const { text, statement, underway } = what
  try {
    await session.query(text)
  } catch (error) {
    // An interrupt has the server's own word as its cause.
    const said = error instanceof GateError ? error.cause : error
    if (sqlstateOf(said) === undefined || isConnectionLost(said)) throw error
    const done = underway.inDoubt && showsItWasDone(statement, error)
    underway.inDoubt = false
    if (!done) throw error
  }
  underway.unrecorded = progress
}
