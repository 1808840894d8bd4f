import type { FlightResult, FlightStatement } from '../../../postgres/session/session.ts'
import { rollBack } from '../../../postgres/session/transaction.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import { assertSql } from '../../../store/inspection-sql.ts'
import { journalStatement } from '../../../store/journal.ts'
import { type VersionChange, versionsStatement } from '../../../store/versions.ts'
import type { PreparedRevision } from '../prepare.ts'
import { type Run, resetStatements, settingStatements } from '../run.ts'
import { LONGEST_TOGETHER } from './batches.ts'
import { journalFacts } from './transactional.ts'

/** One revision of a flight, and what it does to the version rows. */
export interface Passenger {
  readonly prepared: PreparedRevision
  readonly change: VersionChange & { readonly durable: boolean }
}

/** Where in a flight something is. `statement` and `number` (1-based): in the revision's own part. */
export interface Leg {
  readonly passenger: Passenger
  readonly part: 'begin' | 'books' | 'body' | 'commit' | 'reset'
  readonly statement?: Statement
  readonly number?: number
}

/** How a flight of revisions ended: so many are applied, and at the next one something went wrong. */
export interface Landing {
  readonly applied: number
  readonly failure?: { readonly at: Leg; readonly error: unknown }
}

/** More would only fill memory: by then the way there and back no longer counts. */
export const MOST_AT_ONCE = 100

/**
 * How many of the revisions, from the first, can leave in one flight: SQL that runs in a
 * transaction, on a connection of our own. What may let go of the gate's lock, or set another role,
 * goes by itself: the lock is asked for between flights, and the role put back before own rows.
 */
export function flightLength(
  { lease }: Run,
  revisions: readonly (Passenger & { readonly unfinished: unknown })[],
): number {
  if (lease !== undefined) return 0
  let characters = 0
  const end = revisions.findIndex(({ prepared, unfinished }, index) => {
    characters += prepared.body.kind === 'sql' ? prepared.body.text.length : 0
    const isFull = index === MOST_AT_ONCE || (index > 0 && characters > LONGEST_TOGETHER)
    // What puts the session back before it has taken a snapshot, which its own isolation forbids.
    const wantsNewSnapshot = index > 0 && prepared.begin.length > 0
    return isFull || wantsNewSnapshot || unfinished !== undefined || !flies(prepared)
  })
  return end === -1 ? revisions.length : end
}

/**
 * What may let go of the lock, or change the role that the journal's row is written as. What is
 * missed of the latter fails at that row, and is run again by itself.
 */
const BY_ITSELF =
  /\bdiscard\b|advisory_unlock|\bset\s+(?:(?:local|session)\s+)?(?:"?role"?|session\s+authorization|authorization)\b|'(?:role|session_authorization)'/i

function flies({ mode, body, statements }: PreparedRevision): boolean {
  if (mode !== 'transaction' || body.kind !== 'sql') return false
  // The messages of many statements take more memory than the statements.
  if (body.text.length > LONGEST_TOGETHER || BY_ITSELF.test(body.text)) return false
  return statements.every(({ copy }) => copy === undefined)
}

/**
 * Runs the revisions in one round trip, each in its own transaction with its version rows and its
 * journal row. At the first failure the server passes over the rest by itself: what is before it is
 * committed, its own transaction is rolled back, and nothing behind it has run.
 * @param arrived told what begins, each time that an answer comes, and what was committed
 */
export async function flyTogether(
  run: Run,
  passengers: readonly Passenger[],
  arrived: (news: { readonly leg: Leg; readonly isCommitted: boolean }) => void,
): Promise<Landing> {
  const legs = passengers.flatMap((passenger) => legsOf(run, passenger))
  const outcome = await run.session.flight(
    legs.map(({ statement }) => statement),
    (index) => {
      const [done, next] = [legs[index]?.leg, legs[index + 1]?.leg]
      if (done?.part === 'commit') arrived({ leg: done, isCommitted: true })
      else if (next?.part === 'body') arrived({ leg: next, isCommitted: false })
    },
  )
  return landingOf(run, legs, outcome)
}

interface FlightLeg {
  readonly leg: Leg
  readonly statement: FlightStatement
}

function legsOf(run: Run, passenger: Passenger): readonly FlightLeg[] {
  const { prepared, change } = passenger
  const { statements } = prepared
  const facts = { ...journalFacts(prepared), statementsDone: statements.length }
  const aside = (part: Leg['part']) => (statement: FlightStatement) => ({
    leg: { passenger, part },
    statement: { ...statement, prompt: part === 'commit' },
  })
  return [
    aside('begin')({ text: 'begin' }),
    ...prepared.begin.map((statement) => ({
      leg: { passenger, part: 'body', statement } as const,
      statement: { text: statement.text },
    })),
    ...settingStatements(run, change.durable).map((text) => aside('books')({ text })),
    // First of all, so that a rival without our lock clashes before anything else has run.
    aside('books')({
      text: assertSql([run.names.versions, run.names.journal]),
      name: 'pgate_assert',
    }),
    aside('books')(versionsStatement(run.names, change)),
    ...statements.map((statement, index) => ({
      leg: { passenger, part: 'body', statement, number: index + 1 } as const,
      statement: { text: statement.text },
    })),
    aside('books')(journalStatement(run, { ...facts, outcome: 'done' })),
    aside('commit')({ text: 'commit' }),
    ...resetStatements(run).map((text) => aside('reset')({ text })),
  ]
}

async function landingOf(
  { session }: Run,
  legs: readonly FlightLeg[],
  { results, failure }: FlightResult,
): Promise<Landing> {
  const done = legs.slice(0, results.length)
  const applied = done.filter(({ leg }) => leg.part === 'commit').length
  if (failure === undefined) return { applied }
  const { error, index } = failure
  const at = legs[index]?.leg
  if (at === undefined) throw error
  if (!isConnectionLost(error) && session.transactionStatus() !== 'idle') {
    await rollBack(session)
  }
  return { applied, failure: { at, error } }
}
