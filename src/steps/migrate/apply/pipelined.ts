import type { PipelineResult, PipelineStatement } from '../../../postgres/session/session.ts'
import { rollBack } from '../../../postgres/session/transaction.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import type { VersionChange } from '../../../store/history-store.ts'
import { assertSql } from '../../../store/inspection-sql.ts'
import { journalStatement } from '../../../store/journal.ts'
import type { PreparedRevision } from '../prepare.ts'
import type { Run } from '../run.ts'
import { transactionSettings } from '../settings.ts'
import { LONGEST_TOGETHER } from './batches.ts'
import { journalFacts } from './transactional.ts'

/** One revision of a pipeline, and what it does to the version rows. */
export interface PipelinedRevision {
  readonly prepared: PreparedRevision
  readonly change: VersionChange & { readonly durable: boolean }
}

/** One message of a pipelined revision. `statement` and `number` (1-based): in the revision's own part. */
export interface PipelineStep {
  readonly of: PipelinedRevision
  readonly part: 'begin' | 'books' | 'body' | 'commit' | 'reset'
  readonly statement?: Statement
  readonly number?: number
}

/** How a pipeline of revisions ended: so many are applied, and at the next one something went wrong. */
export interface PipelineOutcome {
  readonly applied: number
  readonly failure?: { readonly at: PipelineStep; readonly error: unknown }
}

/** More would only fill memory: by then the way there and back no longer counts. */
export const MOST_AT_ONCE = 100

/**
 * How many of the revisions, from the first, can leave in one pipeline: SQL that runs in a
 * transaction, on a connection of our own. What may let go of the gate's lock, or set another role,
 * goes by itself: the lock is asked for between pipelines, and the role put back before own rows.
 */
export function pipelineLength(
  { lock }: Run,
  revisions: readonly (PipelinedRevision & { readonly unfinished: unknown })[],
): number {
  if (!lock.mayPipeline) return 0
  let characters = 0
  const end = revisions.findIndex(({ prepared, unfinished }, index) => {
    characters += prepared.body.kind === 'sql' ? prepared.body.text.length : 0
    const isFull = index === MOST_AT_ONCE || (index > 0 && characters > LONGEST_TOGETHER)
    // What puts the session back before it has taken a snapshot, which its own isolation forbids.
    const wantsNewSnapshot = index > 0 && prepared.begin.length > 0
    return isFull || wantsNewSnapshot || unfinished !== undefined || !mayBePipelined(prepared)
  })
  return end === -1 ? revisions.length : end
}

/**
 * What may let go of the lock, or change the role that the journal's row is written as. What is
 * missed of the latter fails at that row, and is run again by itself.
 */
const BY_ITSELF =
  /\bdiscard\b|advisory_unlock|\bset\s+(?:(?:local|session)\s+)?(?:"?role"?|session\s+authorization|authorization)\b|'(?:role|session_authorization)'/i

function mayBePipelined({ mode, body, statements }: PreparedRevision): boolean {
  if (mode !== 'transaction' || body.kind !== 'sql') return false
  // The messages of many statements take more memory than the statements.
  if (body.text.length > LONGEST_TOGETHER || BY_ITSELF.test(body.text)) return false
  return statements.every(({ copy }) => copy === undefined)
}

/**
 * Runs the revisions in one round trip, each in its own transaction with its version rows and its
 * journal row. At the first failure the server passes over the rest by itself: what is before it is
 * committed, its own transaction is rolled back, and nothing behind it has run.
 * @param onStep called with what begins, each time that an answer comes, and what was committed
 */
export async function runPipelined(
  run: Run,
  revisions: readonly PipelinedRevision[],
  onStep: (news: { readonly step: PipelineStep; readonly isCommitted: boolean }) => void,
): Promise<PipelineOutcome> {
  const messages = revisions.flatMap((revision) => messagesOf(run, revision))
  const outcome = await run.session.pipeline(
    messages.map(({ statement }) => statement),
    (index) => {
      const [done, next] = [messages[index]?.step, messages[index + 1]?.step]
      if (done?.part === 'commit') onStep({ step: done, isCommitted: true })
      else if (next?.part === 'body') onStep({ step: next, isCommitted: false })
    },
  )
  return outcomeOf(run, messages, outcome)
}

interface StepMessage {
  readonly step: PipelineStep
  readonly statement: PipelineStatement
}

function messagesOf(run: Run, of: PipelinedRevision): readonly StepMessage[] {
  const { prepared, change } = of
  const { statements } = prepared
  const facts = { ...journalFacts(prepared), statementsDone: statements.length }
  const aside = (part: PipelineStep['part']) => (statement: PipelineStatement) => ({
    step: { of, part },
    statement: { ...statement, flush: part === 'commit' },
  })
  return [
    aside('begin')({ text: 'begin' }),
    ...prepared.begin.map((statement) => ({
      step: { of, part: 'body', statement } as const,
      statement: { text: statement.text },
    })),
    ...transactionSettings(run.context.config, run.names, change.durable).map((text) =>
      aside('books')({ text }),
    ),
    // First of all, so that a rival without our lock clashes before anything else has run.
    aside('books')({
      text: assertSql([run.names.versions, run.names.journal]),
      name: 'pgate_assert',
    }),
    aside('books')(run.names.history.changeStatement(change)),
    ...statements.map((statement, index) => ({
      step: { of, part: 'body', statement, number: index + 1 } as const,
      statement: { text: statement.text },
    })),
    aside('books')(journalStatement(run, { ...facts, outcome: 'done' })),
    aside('commit')({ text: 'commit' }),
    ...run.lock.resetStatements().map((text) => aside('reset')({ text })),
  ]
}

async function outcomeOf(
  { session }: Run,
  messages: readonly StepMessage[],
  { results, failure }: PipelineResult,
): Promise<PipelineOutcome> {
  const done = messages.slice(0, results.length)
  const applied = done.filter(({ step }) => step.part === 'commit').length
  if (failure === undefined) return { applied }
  const { error, index } = failure
  const at = messages[index]?.step
  if (at === undefined) throw error
  if (!isConnectionLost(error) && session.transactionStatus() !== 'idle') {
    await rollBack(session)
  }
  return { applied, failure: { at, error } }
}
