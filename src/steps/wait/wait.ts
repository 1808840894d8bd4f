import { pauseMs, refusedPauseMs } from '../../base/backoff.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import type { Database, PipelineResult, Session } from '../../postgres/session/session.ts'
import type { Classified } from './classify.ts'
import { hintFor } from './hints.ts'
import { createLanes } from './lanes.ts'
import { type Needs, type ProbeResult, probe, type Question, type WhoIsInTheWay } from './probe.ts'

export type { Needs, Question, WhoIsInTheWay } from './probe.ts'

/** A usable server: the gate goes on with this very session, and closes it. */
export interface WaitOutcome {
  /** Authenticated, in the right database, on a server that is what is needed; the caller closes it. */
  readonly session: Session
  /** To the question that was sent along; empty where there was none. */
  readonly answers: PipelineResult
  readonly waitedMs: number
  /** 1 or more. */
  readonly attempts: number
}

/** How a server is waited for, besides the configuration. */
export interface WaitFor {
  /** Sent along with the probe's own question; absent: none. */
  readonly question?: Question | undefined
  /** Absent: `write`. */
  readonly needs?: Needs | undefined
  /** Asked where the question has no answer; absent: nobody can be asked. */
  readonly whoIsInTheWay?: WhoIsInTheWay | undefined
}

/** One host gets no longer, so that a black hole does not eat the whole wait. */
const HOST_TIMEOUT_MS = 5_000

/** One attempt gets no longer, unless there are more hosts than it could try in it. */
const ATTEMPT_LIMIT_MS = 15_000

/** An attempt gets at least this, even where the wait timeout ends sooner: less proves nothing. */
const ATTEMPT_LEAST_MS = 250

/** What is known after an attempt that gave no session. */
interface Attempt {
  readonly last: Classified
  readonly attempts: number
  readonly waitedMs: number
  /** On the clock: since when every answer has been a refusal; undefined after any other. */
  readonly refusedSince?: number
  /** How many refusals that have been, one after the other. */
  readonly refusals: number
  /** True where no answer has been anything but a refusal. */
  readonly onlyRefusals: boolean
}

/**
 * Waits until the server can be used and returns the open session that proved it. Tries at once,
 * then with growing, jittered pauses, for at most `config.waitTimeoutMs`; a refusal (password,
 * role, database, TLS) must last `config.authGraceMs` before it is believed, since the official
 * image refuses while it initialises.
 *
 * Reports `wait.state` when the state changes, `wait.ready` at the end.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED, or the signal's reason
 */
export async function waitForServer(
  context: StepContext,
  database: Database,
  waitFor: WaitFor = {},
): Promise<WaitOutcome> {
  const { clock, signal } = context
  const started = clock.now()
  const lanes = createLanes(
    (ended, pace) => attempt({ ...context, signal: ended }, database, { started, pace, waitFor }),
    signal,
  )
  try {
    return await untilUsable(context, database, { started, next: lanes.next })
  } finally {
    await lanes.stop()
  }
}

async function untilUsable(
  context: StepContext,
  database: Database,
  { started, next }: { readonly started: number; readonly next: () => Promise<ProbeResult> },
): Promise<WaitOutcome> {
  const { clock, signal, config, log } = context
  let before: Attempt | undefined
  for (;;) {
    const result = await next()
    const attempts = (before?.attempts ?? 0) + 1
    const waitedMs = Math.round(clock.now() - started)
    if (result.status === 'usable') {
      const { session, answers } = result
      const { isEncrypted } = session
      const ready = `${database.label} is ready${describeEncryption(session)}`
      log.info('wait.ready', ready, { durationMs: waitedMs, attempts, encrypted: isEncrypted })
      return Object.freeze({ session, answers, waitedMs, attempts })
    }
    const now = follow(before, { result, attempts, waitedMs, at: clock.now() })
    report(context, { database, now, before })
    giveUp(context, database, now)
    before = now
    const left = config.waitTimeoutMs - waitedMs
    const pause = now.refusals > 0 ? refusedPauseMs(now.refusals, clock.random()) : undefined
    await clock.sleep(Math.min(pause ?? pauseMs(attempts, clock.random()), left), signal)
  }
}

/** `, not encrypted`; empty where nothing leaves the machine. */
export function describeEncryption({ isEncrypted }: Pick<Session, 'isEncrypted'>): string {
  if (isEncrypted === undefined) return ''
  return isEncrypted ? ', encrypted' : ', not encrypted'
}

async function attempt(
  { clock, signal, config, log }: StepContext,
  database: Database,
  {
    started,
    pace,
    waitFor,
  }: { readonly started: number; readonly pace: 'fast' | 'slow'; readonly waitFor: WaitFor },
): Promise<ProbeResult> {
  const left = Math.max(ATTEMPT_LEAST_MS, config.waitTimeoutMs - (clock.now() - started))
  const hosts = config.connection?.hosts.length ?? 1
  const [timeoutMs, limitMs] =
    pace === 'slow'
      ? [left / hosts, left]
      : [HOST_TIMEOUT_MS, Math.max(ATTEMPT_LIMIT_MS, hosts * HOST_TIMEOUT_MS)]
  return probe(database, {
    ...waitFor,
    clock,
    signal,
    timeoutMs: Math.ceil(Math.min(timeoutMs, left)),
    limitMs: Math.ceil(Math.min(limitMs, left)),
    onBlocked: (message) => log.info('wait.blocked', `${database.label}: ${message}`),
  })
}

interface WaitAnswer {
  readonly result: Exclude<ProbeResult, { readonly status: 'usable' }>
  readonly attempts: number
  readonly waitedMs: number
  /** On the clock. */
  readonly at: number
}

function follow(before: Attempt | undefined, answer: WaitAnswer): Attempt {
  const { result, attempts, waitedMs, at } = answer
  const refused = result.status === 'refused'
  return {
    last: result,
    attempts,
    waitedMs,
    refusals: refused ? (before?.refusals ?? 0) + 1 : 0,
    onlyRefusals: refused && (before?.onlyRefusals ?? true),
    ...(refused && { refusedSince: before?.refusedSince ?? at }),
  }
}

interface WaitReport {
  readonly database: Database
  readonly now: Attempt
  readonly before: Attempt | undefined
}

function report(
  { log, progress, config }: StepContext,
  { database, now, before }: WaitReport,
): void {
  const { last, waitedMs } = now
  const seconds = `${(waitedMs / 1000).toFixed(0)} s of ${(config.waitTimeoutMs / 1000).toFixed(0)} s`
  progress(`waiting for ${database.label}: ${last.state} (${seconds})`)
  if (last.state === before?.last.state) return
  const { waitedMs: elapsedMs, ...facts } = factsOf(now)
  log.info('wait.state', `${database.label}: ${last.state}`, { ...facts, elapsedMs })
}

/** Throws where waiting on is in vain; returns where another attempt is worth it. */
function giveUp({ config, clock }: StepContext, database: Database, now: Attempt): void {
  const { last, refusedSince, waitedMs } = now
  const refusedMs = refusedSince === undefined ? 0 : clock.now() - refusedSince
  const over = waitedMs >= config.waitTimeoutMs
  const settled = refusedSince !== undefined && refusedMs >= config.authGraceMs
  if (last.patience === 'never' || settled || (over && now.onlyRefusals)) {
    const message = `${database.label} refuses the connection: ${last.failure.message}`
    throw failure('CONNECTION_REFUSED', message, { config, now })
  }
  if (!over) return
  const waited = `${(waitedMs / 1000).toFixed(1)} s`
  const message = `${database.label} was not usable after ${waited}: ${last.failure.message}`
  throw failure('NOT_READY', message, { config, now })
}

function failure(
  code: 'NOT_READY' | 'CONNECTION_REFUSED',
  message: string,
  { config, now }: { readonly config: StepContext['config']; readonly now: Attempt },
): GateError {
  return new GateError(code, message, {
    facts: factsOf(now),
    hint: hintFor(now.last, config.connection),
  })
}

function factsOf({ last, attempts, waitedMs }: Attempt): Readonly<Record<string, unknown>> {
  const { host, ping, reason, inTheWay } = last.failure
  return { host, state: last.state, ping, reason, inTheWay, attempts, waitedMs }
}
