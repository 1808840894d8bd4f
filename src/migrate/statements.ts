import { createHash } from 'node:crypto'
import { GateError } from '../errors.ts'
import { isConnectionLost } from '../postgres/sqlstate.ts'
import { withTransaction } from '../postgres/transaction.ts'
import type { Revision, Statement } from '../revisions/revision.ts'
import { execute } from './execute.ts'
import { revisionFailure } from './failure.ts'
import { finishJournal, recordProgress, reopenJournal, writeJournal } from './journal.ts'
import type { PreparedRevision } from './prepare.ts'
import { clearTheWay } from './reconcile.ts'
import { retryPassing } from './retry.ts'
import {
  aloneSettings,
  type Run,
  resetSession,
  transactionSettings,
  type VersionChange,
} from './run.ts'
import type { JournalRecord } from './state.ts'
import { journalFacts } from './transactional.ts'
import { changeVersions } from './versions.ts'

/**
 * Runs a revision that PostgreSQL refuses inside one transaction, statement by statement. Each one
 * that may run in a transaction does, together with its progress; one that may not is recorded
 * right after it. A run that stopped is taken up where `unfinished` says it came to.
 * @throws {GateError} as applyInTransaction; HISTORY_EDITED where statements that have run are no
 *   longer what the file says
 */
export async function applyByStatements(
  run: Run,
  prepared: PreparedRevision,
  change: VersionChange & { readonly unfinished: JournalRecord | undefined },
): Promise<void> {
  const { revision, body } = prepared
  const start = await begin(run, prepared, change.unfinished)
  const at: { statement?: Statement; number?: number } = {}
  try {
    await runFrom(run, prepared, { ...start, at })
    await withTransaction(run.session, async () => {
      await changeVersions(run.session, run.names, change)
      await finishJournal(run.session, run.names, { id: start.id, outcome: 'done' })
    })
  } catch (error) {
    const failure = revisionFailure(error, {
      revision,
      body,
      ...at,
      left: whatIsLeft(at),
      inTheWay: run.lastSeen.blockers,
    })
    await noteEnd(run, start.id, failure, error)
    throw failure
  }
}

interface Start {
  readonly id: string
  /** Statements that an earlier run has done. */
  readonly done: number
  readonly resumed: boolean
}

async function begin(
  run: Run,
  prepared: PreparedRevision,
  unfinished: JournalRecord | undefined,
): Promise<Start> {
  const { revision, statements } = prepared
  if (unfinished === undefined) {
    const row = { ...journalFacts(prepared), statementsDone: 0, outcome: 'running' } as const
    return { id: await writeJournal(run.session, run, row), done: 0, resumed: false }
  }
  const { id, statementsDone: done, statementsDoneChecksum } = unfinished
  if (done > 0 && progressChecksum(statements.slice(0, done)) !== statementsDoneChecksum) {
    throw editedUnderway(revision, done)
  }
  const row = { id, statements: statements.length, checksum: revision.checksum }
  await reopenJournal(run.session, run.names, row)
  run.context.log.info('revision.resume', `Resuming ${revision.id} at statement ${done + 1}`, {
    revision: revision.id,
    statement: done + 1,
  })
  return { id, done, resumed: true }
}

async function runFrom(
  run: Run,
  { body, statements }: PreparedRevision,
  from: Start & { readonly at: { statement?: Statement; number?: number } },
): Promise<void> {
  const { session, context } = run
  if (body.kind === 'module') {
    await execute(run, 'the revision', () =>
      body.run({ query: (text, values) => session.query(text, values) }),
    )
    return
  }
  for (const [index, statement] of statements.entries()) {
    if (index < from.done) continue
    Object.assign(from.at, { statement, number: index + 1 })
    context.signal.throwIfAborted()
    const checksum = progressChecksum(statements.slice(0, index + 1))
    await runOne(run, statement, {
      id: from.id,
      done: index + 1,
      what: `Statement ${index + 1} of ${statements.length}`,
      checksum,
      resumedHere: from.resumed && index === from.done,
    })
  }
}

interface Progress {
  readonly id: string
  readonly done: number
  /** What people call it. */
  readonly what: string
  readonly checksum: string
  /** Whether an earlier run stopped at this statement, so that it may have taken effect. */
  readonly resumedHere: boolean
}

async function runOne(run: Run, statement: Statement, progress: Progress): Promise<void> {
  const { context, session, names } = run
  const act = () => execute(run, progress.what, () => session.query(statement.text))
  // What may end the transaction it runs in (CALL) was asked not to run in one.
  if (statement.transactional && statement.uncertain !== true) {
    await retryPassing(context, progress.what, () =>
      withTransaction(session, async () => {
        await session.query(transactionSettings(context, true))
        await act()
        await recordProgress(session, names, progress)
      }),
    )
  } else {
    // Inside the retries: an attempt that failed may have left an invalid index behind.
    await retryPassing(context, progress.what, async () => {
      if (!(await clearTheWay(run, statement, progress.resumedHere))) return
      await session.query(aloneSettings(context, statement))
      await act()
    })
    await recordProgress(session, names, progress)
  }
  await resetSession(run)
}

/** What has run is told apart by its text, so that the rest of a failed file may be mended. */
export function progressChecksum(statements: readonly Statement[]): string {
  const hash = createHash('sha256')
  for (const statement of statements) hash.update(`${statement.text}\0`)
  return hash.digest('hex')
}

/** The journal must say how it ended; where the connection is gone, the next run sees `running`. */
async function noteEnd(run: Run, id: string, failure: GateError, error: unknown): Promise<void> {
  if (isConnectionLost(error)) return
  const outcome = failure.code.startsWith('INTERRUPTED') ? 'interrupted' : 'failed'
  try {
    await resetSession(run)
    await finishJournal(run.session, run.names, { id, outcome, error: failure.message })
  } catch (second) {
    run.context.log.warn('journal.lost', 'The journal could not be told how the run ended', {
      reason: String(second),
    })
  }
}

function whatIsLeft({ statement, number = 1 }: { statement?: Statement; number?: number }): string {
  // A concurrent build that fails leaves an invalid index.
  const part = statement?.transactional === false ? ', and clears away what this one left' : ''
  if (number > 1) {
    return `Statements 1 to ${number - 1} stand; the next run goes on at statement ${number}${part}.`
  }
  return part === '' ? 'Nothing of it is left.' : `The next run begins it again${part}.`
}

function editedUnderway(revision: Revision, done: number): GateError {
  return new GateError(
    'HISTORY_EDITED',
    `${revision.file}: its first ${done} statements have run, and the file now says something else there`,
    {
      facts: { revision: revision.id, file: revision.file, statementsDone: done },
      hint: `Put the first ${done} statements back as they were; those after them may be changed.`,
    },
  )
}
