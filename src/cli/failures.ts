import { formatDuration } from '../base/duration.ts'
import type { StepName } from '../base/steps.ts'
import { GateError } from '../errors/error.ts'
import { liftLimitHint, sessionEnd } from '../postgres/session/session-limits.ts'
import { serverFacts } from '../postgres/sql/conditions.ts'
import {
  DISK_FULL,
  INSUFFICIENT_PRIVILEGE,
  INVALID_PARAMETER_VALUE,
  isConnectionLost,
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
  type ServerError,
  serverErrorOf,
} from '../postgres/sql/sqlstate.ts'
import { notPermitted } from '../steps/migrate/failure/failure.ts'

/** `SET ROLE` answers 22023 where the role does not exist. */
const NOT_PERMITTED: ReadonlySet<string> = new Set([
  INSUFFICIENT_PRIVILEGE,
  INVALID_PARAMETER_VALUE,
])

/** Of classes, and whole: no space, no memory, a system error, a timeout of the role's, a lock. */
const SERVERS_OWN: ReadonlySet<string> = new Set([
  '40',
  '53',
  '58',
  'XX',
  QUERY_CANCELED,
  LOCK_NOT_AVAILABLE,
])

function isServersOwn(sqlstate: string): boolean {
  return SERVERS_OWN.has(sqlstate) || SERVERS_OWN.has(sqlstate.slice(0, 2))
}

/** What may pass by itself, or once the server has what it lacks. */
function serverFailed(error: ServerError): GateError {
  const { sqlstate, message, hint } = error
  return new GateError(
    'SERVER_FAILED',
    `the server failed at a statement of pgate's own: ${message} (SQLSTATE ${sqlstate})`,
    { facts: serverFacts(error), hint: `${hint ?? whatToFix(sqlstate)} Then run pgate again.` },
  )
}

/** What the same statement meets again: something in the database raised it, or forbids it. */
function serverRefused(error: ServerError): GateError {
  const { sqlstate, message, hint } = error
  const next = hint === undefined ? '' : `PostgreSQL's hint: ${hint} `
  return new GateError(
    'SERVER_REFUSED',
    `the server refused a statement of pgate's own: ${message} (SQLSTATE ${sqlstate})`,
    {
      facts: serverFacts(error),
      hint: `${next}See what in this database refuses it (an event trigger: \\dy in psql), and run pgate again when it is allowed.`,
    },
  )
}

function whatToFix(sqlstate: string): string {
  if (sqlstate === DISK_FULL) return 'Give the server disk space.'
  if (sqlstate !== QUERY_CANCELED) return "See the server's log for what was in its way."
  return 'Raise statement_timeout for this role or database (ALTER ROLE … SET statement_timeout), or see who cancelled it.'
}

function connectionLost(error: unknown): GateError {
  const { reason, facts: cause, limit } = sessionEnd(error)
  const facts = { ...cause, limit }
  if (limit !== undefined) {
    const hint = `${liftLimitHint(limit)} No revision was being run.`
    const message = `${limit} ended pgate's session: ${reason}`
    return new GateError('SESSION_LIMIT', message, { facts, hint, cause: error })
  }
  const said = reason === undefined ? '' : `; the server said: ${reason}`
  const message = `the connection to PostgreSQL was lost${said}`
  return new GateError('CONNECTION_LOST', message, { facts, cause: error })
}

/**
 * What a failure outside a revision means to the operator: a connection lost while reading, or a
 * right that pgate lacks, or a server that could not, or would not. What no server said is returned as
 * it is, and is a fault of pgate.
 */
export function toGateError(error: unknown): unknown {
  if (error instanceof GateError) return error
  if (isConnectionLost(error)) {
    return connectionLost(error)
  }
  const server = serverErrorOf(error)
  if (server === undefined) return error
  if (NOT_PERMITTED.has(server.sqlstate)) return notPermitted(server)
  return isServersOwn(server.sqlstate) ? serverFailed(server) : serverRefused(server)
}

/** PGATE_DEADLINE: a signal that aborts when the whole run has taken `ms`. */
export interface Deadline {
  readonly signal: AbortSignal
  /** To be called when the run has ended, so that the timer does not keep the process. */
  stop(): void
}

/** `step` is asked when the time has come: what was under way decides the exit code. */
export function startDeadline(ms: number | undefined, step: () => StepName | undefined): Deadline {
  const controller = new AbortController()
  if (ms === undefined) return { signal: controller.signal, stop: () => {} }
  const timer = setTimeout(() => controller.abort(deadlinePassed(ms, step())), ms)
  return { signal: controller.signal, stop: () => clearTimeout(timer) }
}

/** PGATE_DEADLINE has passed; what was under way decides the code. */
export function deadlinePassed(ms: number, step: StepName | undefined): GateError {
  const migrating = step === 'migrate' || step === 'extensions' || step === 'repair'
  return new GateError(
    migrating ? 'MIGRATION_DEADLINE' : 'NOT_READY',
    `PGATE_DEADLINE (${formatDuration(ms)}) passed${step === undefined ? '' : ` during the step ${step}`}`,
    {
      facts: { step, deadlineMs: ms },
      hint: 'Run pgate again: it continues where it stopped; raise PGATE_DEADLINE if this is its usual time.',
    },
  )
}

/** What was under way when the process was ended at once. */
export interface UnderWay {
  readonly step: StepName | undefined
  /** Process ids of the sessions whose statement the server has not answered. */
  readonly unanswered: ReadonlySet<number>
}

/**
 * The failure of a run that a second signal ends at once: in which step, and what the server was not
 * seen to cancel. Pure.
 * @param second the second signal, as the edge reports it
 */
export function cutShort(second: GateError, { step, unanswered }: UnderWay): GateError {
  const sessions = [...unanswered]
  const during = step === undefined ? '' : ` during the step ${step}`
  const open = sessions.length === 0 ? '' : `; ${notSeenToEnd(sessions)}`
  return new GateError(second.code, `${second.message}${during}${open}`, {
    facts: { ...second.facts, step, unanswered: sessions },
    hint: sessions.length === 0 ? second.hint : `${LOOK} ${second.hint}`,
  })
}

const LOOK =
  "What still runs is in pg_stat_activity with pgate's application_name, and pg_terminate_backend ends it."

function notSeenToEnd(sessions: readonly number[]): string {
  const [noun, verb] = sessions.length === 1 ? ['session', 'runs'] : ['sessions', 'run']
  return `the server has not answered yet that it cancelled what ${noun} ${sessions.join(', ')} ${verb}`
}

/** The failure of a process that ends before pgate has printed its verdict. */
export function endedEarly(): GateError {
  return new GateError('REVISION_MODULE', 'the process was ended before pgate was done', {
    facts: { place: null },
    hint: 'Run pgate again; where it ends so each time, report it with the log at level debug.',
  })
}
