import { createHash, type Hash } from 'node:crypto'
import { GateError } from '../../../errors/error.ts'
import { journalError } from '../../../errors/public-reason.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import type { Revision, Statement } from '../../../revisions/file/revision.ts'
import type { VersionChange } from '../../../store/history-store.ts'
import type { JournalRecord } from '../../../store/state.ts'
import { revisionFailure } from '../failure/failure.ts'
import type { PreparedRevision } from '../prepare.ts'
import { describeLeftovers } from '../resume/leftovers.ts'
import { type Run, resetSession } from '../run.ts'
import { transaction } from '../watch/watch.ts'
import { journalFacts } from './messages.ts'
import { runOutsideTransaction } from './module-transaction.ts'
import { isAtomic, recorded, runStatement, type Underway } from './run-statement.ts'

/**
 * Runs a revision that PostgreSQL refuses inside one transaction, statement by statement. Each one
 * that may run in a transaction does, together with its progress; one that may not is recorded
 * right after it. A run that stopped is taken up where `unfinished` says it came to; a row that
 * still says `running` was cut off, and leaves in doubt whether the statement there took effect.
 * @see docs/decisions/0020-what-a-killed-run-leaves.md
 * @throws {GateError} as applyInTransaction; HISTORY_EDITED where statements that have run are no
 *   longer what the file says
 */
export async function applyByStatements(
  run: Run,
  prepared: PreparedRevision,
  change: VersionChange & { readonly unfinished: JournalRecord | undefined },
): Promise<void> {
  const { revision, body } = prepared
  await run.names.history.refuseAdded(run.session, change)
  const underway = await begin(run, prepared, change.unfinished)
  let isRun = false
  try {
    await runFrom(run, prepared, underway)
    isRun = true
    delete underway.statement
    delete underway.number
    await recorded(run, 'The end of the revision', async () => {
      await run.names.history.change(run.session, change)
      await run.journal.finish(run.session, { id: underway.id, outcome: 'done' })
    })
  } catch (error) {
    const failure = revisionFailure(error, {
      revision,
      body,
      ...underway,
      left: isRun ? ALL_STANDS : await describeLeftovers(run, body, { underway, error }),
      run,
    })
    await noteEnd(run, underway, { failure, error })
    throw failure
  }
}

/** Where the last of its statements has run, and its end could not be recorded. */
const ALL_STANDS = 'All of its statements stand; the next run records that.'

async function begin(
  run: Run,
  prepared: PreparedRevision,
  unfinished: JournalRecord | undefined,
): Promise<Underway> {
  const { revision, statements } = prepared
  if (unfinished === undefined) {
    const row = { ...journalFacts(prepared), statementsDone: 0, outcome: 'running' } as const
    const id = await transaction(run, () => run.journal.write(run.session, row))
    return { id, done: 0, inDoubt: false }
  }
  const { id, statementsDone: done, statementsDoneChecksum } = unfinished
  if (done > 0 && progressChecksum(statements.slice(0, done)) !== statementsDoneChecksum) {
    throw editedUnderway(revision, done)
  }
  const row = { ...journalFacts(prepared), id }
  await transaction(run, () => run.journal.reopen(run.session, row))
  run.context.log.info('revision.resume', `Resuming ${revision.id} at statement ${done + 1}`, {
    revision: revision.id,
    statement: done + 1,
  })
  const stoppedAt = statements[done]
  const cutOff = unfinished.outcome === 'running' && stoppedAt !== undefined
  return { id, done, inDoubt: cutOff && !isAtomic(stoppedAt) }
}

async function runFrom(run: Run, prepared: PreparedRevision, underway: Underway): Promise<void> {
  const { body, statements } = prepared
  const { context } = run
  if (body.kind === 'module') {
    await run.lock.beforeStatement()
    await runOutsideTransaction(run, prepared, body)
    return resetSession(run)
  }
  const hash = createHash('sha256')
  for (const [index, statement] of statements.entries()) {
    addProgress(hash, statement)
    if (index < underway.done) continue
    Object.assign(underway, { statement, number: index + 1 })
    context.signal.throwIfAborted()
    const progress = {
      id: underway.id,
      done: index + 1,
      what: `Statement ${index + 1} of ${statements.length}`,
      checksum: hash.copy().digest('hex'),
    }
    const { file = prepared.revision.file } = body
    await runStatement(run, statement, { underway, progress, file })
  }
}

/** What has run is distinguished by its text, so that the rest of a failed file may be fixed. */
export function progressChecksum(statements: readonly Statement[]): string {
  const hash = createHash('sha256')
  for (const statement of statements) addProgress(hash, statement)
  return hash.digest('hex')
}

function addProgress(hash: Hash, { parts, ...statement }: Statement): void {
  for (const { text, copy } of parts ?? [statement]) {
    hash.update(`${text}\0`)
    if (copy !== undefined) hash.update(`${copy.data}\0`)
  }
}

/** Another run has the gate's lock or took the revision up: the row is that one's by now. */
export const TAKEN_OVER: readonly string[] = ['HISTORY_CHANGED', 'LOCK_LOST']

/**
 * The journal must say how it ended. Where the connection is gone, or a doubt was not settled, the
 * row goes on saying `running`, and the next run looks in the catalog.
 */
async function noteEnd(
  run: Run,
  { id, inDoubt, unrecorded }: Underway,
  { failure, error }: { readonly failure: GateError; readonly error: unknown },
): Promise<void> {
  if (inDoubt || isConnectionLost(error)) return
  if (TAKEN_OVER.includes(failure.code)) return
  const outcome = failure.code.startsWith('INTERRUPTED') ? 'interrupted' : 'failed'
  try {
    await resetSession(run)
    await transaction(run, async () => {
      if (unrecorded !== undefined) await run.journal.recordProgress(run.session, unrecorded)
      await run.journal.finish(run.session, { id, outcome, error: journalError(failure) })
    })
  } catch (second) {
    run.context.log.warn('journal.lost', 'The end of the run could not be written to the journal', {
      reason: String(second),
    })
  }
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
