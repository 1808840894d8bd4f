import type { Clock } from '../../../base/clock.ts'
import { formatDuration } from '../../../base/duration.ts'
import type { Config } from '../../../config/config.ts'
import type { StepContext } from '../../../config/context.ts'
import { cancellable } from '../../../postgres/session/cancel.ts'
import { type Database, type Session, withSession } from '../../../postgres/session/session.ts'
import type { Run } from '../run.ts'
import type { LastSeen } from './ended-blockers.ts'
import { describeSighting, lookAt, type Sighting } from './sightings.ts'

/** Runs one of the revision's own acts: cancelled when the signal aborts, watched when it is slow. */
export async function execute<T>(run: Run, what: string, act: () => Promise<T>): Promise<T> {
  const { context, session, lastSeen } = run
  lastSeen.blockers = []
  return watching(watchedIn(run, what), lastSeen, () => cancellable(session, context.signal, act))
}

/** A transaction that commits under the gate's lock or not at all; its COMMIT is watched. */
export async function transaction<T>(run: Run, use: () => Promise<T>): Promise<T> {
  const commit = (send: () => Promise<unknown>) =>
    watching(watchedIn(run, 'COMMIT'), run.lastSeen, send)
  return run.lock.transaction(use, commit)
}

function watchedIn(
  { context, session, lock, sideConnections }: Run,
  what: string,
): WatchedStatement {
  return { context, session, database: lock.canWatch ? sideConnections : undefined, what }
}

/** One that took longer is logged with its time. */
const SLOW_MS = 1_000
/** A statement that is done sooner is not worth a second connection. */
const WATCH_AFTER_MS = 1_000

/** Milliseconds after which a statement is watched: before it gives up waiting for a lock. */
function watchAfterMs({ ddlLockTimeoutMs }: Pick<Config, 'ddlLockTimeoutMs'>): number {
  return Math.min(WATCH_AFTER_MS, ddlLockTimeoutMs / 2)
}

const LOOK_EVERY_MS = 1_000
/** The log says what changed, and every so often that nothing did. */
const REPORT_EVERY_MS = 10_000
const CONNECT_MS = 15_000
/** How long the answer to having ended a session is waited for, once that has freed the way. */
const ANSWER_MS = 2_000

/** What is watched, and from where. */
export interface WatchedStatement {
  readonly context: StepContext
  /** Whose statement it is. */
  readonly session: Session
  /** Absent where there is no second connection available (embedded). */
  readonly database: Database | undefined
  /** What people call the statement. */
  readonly what: string
  /** How long it has run already, in milliseconds; default 0. */
  readonly hasRunForMs?: number
}

/**
 * Runs `act`. Once that takes over a second, looks at it every second from a connection of its own
 * and says who is in its way and how far an index build is. Watching never fails the act.
 */
export async function watching<T>(
  watched: WatchedStatement,
  seen: LastSeen,
  act: () => Promise<T>,
): Promise<T> {
  const { database, context, what } = watched
  const startedAt = context.clock.now() - (watched.hasRunForMs ?? 0)
  const report = () => {
    const durationMs = Math.round(context.clock.now() - startedAt)
    if (durationMs < SLOW_MS) return
    const message = `${what} took ${formatDuration(durationMs)}`
    context.log.info('statement.slow', message, { statement: what, durationMs })
  }
  if (database === undefined) return act().finally(report)
  const ended = new AbortController()
  const watch = watchUntil(watched, { database, seen, ended: ended.signal }).catch((error) => {
    if (ended.signal.aborted) return
    context.log.debug('watch.lost', 'The statement is no longer watched', { reason: String(error) })
  })
  try {
    return await act()
  } finally {
    report()
    ended.abort()
    await watch
  }
}

/** What is under way, of a number of things that follow each other without anybody waiting. */
export interface Stages {
  /** The one before has ended, and this one has begun. */
  begin(what: string): void
  /** All has ended; resolves when nobody watches any more. */
  end(): Promise<void>
}

/** Watches each stage that takes over a second, as {@link watching} does; a quicker one costs nothing. */
export function watchStages(run: Run): Stages {
  const afterMs = watchAfterMs(run.context.config)
  let what = ''
  let ended = Promise.withResolvers<void>()
  const watches: Promise<void>[] = []
  const timer = setTimeout(() => {
    const watched = { ...watchedIn(run, what), hasRunForMs: afterMs }
    watches.push(watching(watched, run.lastSeen, () => ended.promise))
  }, afterMs)
  const next = () => {
    ended.resolve()
    ended = Promise.withResolvers()
  }
  return {
    begin: (begun) => {
      what = begun
      if (watches.length > 0) next()
      timer.refresh()
    },
    end: async () => {
      clearTimeout(timer)
      next()
      await Promise.all(watches)
    },
  }
}

interface Watch {
  readonly database: Database
  readonly seen: LastSeen
  readonly ended: AbortSignal
}

async function watchUntil(watched: WatchedStatement, watch: Watch): Promise<void> {
  const { clock } = watched.context
  const { hasRunForMs = 0 } = watched
  const startedAt = clock.now() - hasRunForMs
  await clock.sleep(Math.max(0, watchAfterMs(watched.context.config) - hasRunForMs), watch.ended)
  const options = { timeoutMs: CONNECT_MS, signal: watch.ended }
  await withSession(watch.database, options, async (observer) => {
    // A look that gets no answer must not keep the gate from ending.
    const close = async () => {
      const answered = new AbortController()
      const late = clock.sleep(ANSWER_MS, answered.signal).catch(() => undefined)
      await Promise.race([watch.seen.ending?.underway(), late])
      answered.abort()
      await observer.close()
    }
    watch.ended.addEventListener('abort', () => void close(), { once: true })
    const report = reporterOf(watched, clock, startedAt)
    while (!watch.ended.aborted) {
      const seen = await lookAt(observer, watched.session.processId, watched.context.config)
      const judged = await watch.seen.ending?.judge(observer, seen.blockers)
      const sighting = judged === undefined ? seen : { ...seen, blockers: judged }
      // A look just after the statement gave up sees nobody; who was there is what counts.
      if (sighting.blockers.length > 0) watch.seen.blockers = sighting.blockers
      report(sighting)
      await clock.sleep(LOOK_EVERY_MS, watch.ended)
    }
  })
}

function reporterOf(
  { context, what }: WatchedStatement,
  clock: Clock,
  startedAt: number,
): (sighting: Sighting) => void {
  let reportedAt = Number.NEGATIVE_INFINITY
  let reported = ''
  return (sighting) => {
    const elapsedMs = Math.round(clock.now() - startedAt)
    const state = describeSighting(sighting) || 'running'
    context.progress(`${what}, ${formatDuration(elapsedMs)}: ${state}`)
    const kind = stateOf(sighting)
    if (kind === reported && clock.now() - reportedAt < REPORT_EVERY_MS) return
    reported = kind
    reportedAt = clock.now()
    const message = `${what} has run for ${formatDuration(elapsedMs)}: ${state}`
    context.log.info('statement.watch', message, { elapsedMs, ...sighting })
  }
}

/** What counts as a change: another blocker, another phase; not another percent. */
function stateOf({ blockers, progress, waitEvent }: Sighting): string {
  return [progress?.phase ?? '', waitEvent === 'SyncRep', ...blockers.map(({ pid }) => pid)].join()
}
