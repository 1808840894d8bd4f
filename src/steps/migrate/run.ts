import type { Config } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { lockIsHeld } from '../../lock/advisory-lock.ts'
import type { Lease } from '../../lock/lease.ts'
import type { GateLock } from '../../lock/lock.ts'
import { fixedSurroundings } from '../../lock/surroundings.ts'
import type { Database, Session } from '../../postgres/session/session.ts'
import { liftSessionLimits } from '../../postgres/session/session-limits.ts'
import { quoteIdentifier } from '../../postgres/sql/identifier.ts'
import type { Revision, Statement } from '../../revisions/file/revision.ts'
import { lockSql } from '../../store/inspection-sql.ts'
import type { Origin } from '../../store/journal.ts'
import { type TableNames, tableNames } from '../../store/tables.ts'
import { NOTICE_LOSS, NOTICE_SILENCE } from './watch/notice-loss.ts'
import type { LastSeen } from './watch/watch.ts'

/** What every part of a run needs: one session, under the gate's lock. */
export interface Run {
  readonly context: StepContext
  readonly session: Session
  readonly names: TableNames
  readonly origin: Origin
  /** What each commit confirms; absent on a direct connection. @see guarded.ts */
  readonly lease: Lease | undefined
  /** Where more sessions come from; absent where this one is the only one (embedded). */
  readonly sideConnections: Database | undefined
  readonly lastSeen: LastSeen
  /** True where the server was asked to look whether its client is still there. */
  readonly isNoticed?: boolean
  /** What runs now; absent before the first revision and in a run without any. */
  readonly revision?: Pick<Revision, 'id' | 'file'>
  /** Takes the lock once more where the session has let go of it. @see GateLock */
  readonly retakeLock: () => Promise<boolean>
}

/** A run over a session that the caller holds, with the lock. A lease that is lost ends it. */
export function startRun(
  context: StepContext,
  session: Session,
  by: {
    readonly origin: Origin
    readonly lock: Pick<GateLock, 'lease' | 'retake'>
    readonly sideConnections?: Database | undefined
  },
): Run {
  const names = tableNames(context.config)
  const { origin, lock, sideConnections } = by
  const retakeLock = () => lock.retake()
  const base = { session, names, origin, sideConnections, lastSeen: { blockers: [] }, retakeLock }
  const lease = lock.lease()
  if (lease === undefined) return { ...base, context, lease }
  const signal = AbortSignal.any([context.signal, lease.lost])
  return { ...base, context: { ...context, signal }, lease }
}

/**
 * Where a slow statement of the run is watched from: nowhere through a pooler, where the process id
 * of the session that works cannot be known.
 */
export function watchedFrom({ lease, sideConnections }: Run): Database | undefined {
  return lease === undefined ? sideConnections : undefined
}

/** `972fc63ffb69 -> 567cc0f251e5, add session templates table`, as Alembic writes it. */
export function describeStep(revision: Revision, action: 'upgrade' | 'downgrade'): string {
  const below = revision.revises.length === 0 ? '<base>' : revision.revises.join(', ')
  const [from, to] = action === 'upgrade' ? [below, revision.id] : [revision.id, below]
  return `${from} -> ${to}, ${revision.message}`
}

/**
 * Puts the session in the state that every revision starts from: the role of PGATE_ROLE, every
 * setting as at the connection's start, but for the surroundings, which are the same everywhere, and
 * PGATE_SCHEMA, which is first on the search path.
 * Through a pooler there is no session to put back: each transaction brings its own state.
 *
 * The same message asks whether the session has the gate's lock still: DISCARD ALL and
 * pg_advisory_unlock_all() in a revision let go of it. Then it is taken once more, or the run ends.
 * @throws {GateError} LOCK_LOST
 */
export async function resetSession(run: Run): Promise<void> {
  const { context, session, lease } = run
  if (lease !== undefined) return
  const statements = [...resetStatements(run), lockIsHeld(context.config)]
  const { rows } = await session.query<{ held: boolean }>(statements.join('; '))
  if (rows[0]?.held === false) await retakeLock(run)
}

/**
 * The run with its session put in that state for the first time. The server is asked to notice when
 * its client is gone; one that cannot (before PostgreSQL 14, on some operating systems) goes without.
 */
export async function readyRun(run: Run): Promise<Run> {
  if (run.lease !== undefined) return run
  const noticed = { ...run, isNoticed: true }
  const statements = resetStatements(noticed).map((text) => ({ text }))
  const { failure } = await run.session.pipeline(statements)
  if (failure === undefined) return noticed
  if (failure.index < statements.length - 1) throw failure.error
  await resetSession(run)
  return run
}

/**
 * Inside a transaction of a revision that may have set another role: makes the session the one again
 * that pgate began as, since pgate's own rows are written as that. What is wrong with a failed
 * transaction is reported where its COMMIT would be.
 */
export async function takeOwnRole({ session, context }: Run): Promise<void> {
  if (session.transactionStatus() === 'open') {
    await session.query(ownRole(context.config).join('; '))
  }
}

/** One statement each. */
export function ownRole({ role }: Pick<Config, 'role'>): readonly string[] {
  const own = role === undefined ? [] : [`set local role ${quoteIdentifier(role)}`]
  return ['reset session authorization', 'reset role', ...own]
}

/** What puts the session back, one statement each. */
export function resetStatements({
  context,
  session,
  isNoticed,
}: Pick<Run, 'context' | 'session' | 'isNoticed'>): readonly string[] {
  const { role, schema } = context.config
  const statements = ['reset session authorization', 'reset role', 'reset all', NOTICE_SILENCE]
  if (role !== undefined) statements.push(`set role ${quoteIdentifier(role)}`)
  statements.push(`select ${fixedSurroundings(schema, 'session')}`)
  statements.push(liftSessionLimits(session, 'session'))
  if (isNoticed === true) statements.push(NOTICE_LOSS)
  return statements
}

async function retakeLock({ context, revision, retakeLock: retake }: Run): Promise<void> {
  const who = revision === undefined ? 'this session' : `revision ${revision.id} (${revision.file})`
  if (!(await retake())) {
    throw new GateError('LOCK_LOST', `${who} let go of the gate's lock, and another gate took it`, {
      facts: { revision: revision?.id, file: revision?.file },
    })
  }
  context.log.warn('lock.retaken', `${who} let go of the gate's lock; it was taken again`, {
    revision: revision?.id,
  })
}

/**
 * The settings of one transaction of a revision, as one statement list. A lock that is not free
 * within PGATE_DDL_LOCK_TIMEOUT is given up, so that other traffic never queues behind pgate for
 * longer. `durable: false` lets the commit return before the log is on disk: the log keeps the
 * order of commits, so a crash leaves a prefix, and the run's last commit, which is durable, makes
 * all before it so.
 * @see https://www.postgresql.org/docs/current/wal-async-commit.html
 */
export function transactionSettings(run: OwnTables, durable: boolean): string {
  return settingStatements(run, durable).join('; ')
}

type OwnTables = Pick<Run, 'context' | 'names'>

/**
 * The same, one statement each. pgate's tables are locked before anything takes the transaction's
 * snapshot: what hangs on them is then what a look within it finds.
 */
export function settingStatements(
  { context, names }: OwnTables,
  durable: boolean,
): readonly string[] {
  const settings = timeouts(context.config).map((setting) => `set local ${setting}`)
  const lock = lockSql([names.versions, names.journal])
  return [...settings, lock, durable ? DURABLE : 'set local synchronous_commit = off']
}

/** Statements that hold a strong lock while they run, so that others would queue behind them. */
const LOCKING_NODES: ReadonlySet<string> = new Set(['VacuumStmt', 'ClusterStmt', 'CallStmt'])

/**
 * The settings of a statement that runs outside a transaction. CONCURRENTLY waits for older
 * transactions without keeping anybody else waiting, and giving up would leave an invalid index:
 * it has no lock_timeout.
 * @see docs/decisions/0006-how-long-a-busy-lock-is-tried.md
 */
export function aloneSettings(
  { config }: { readonly config: Parameters<typeof timeouts>[0] },
  { node }: Pick<Statement, 'node'>,
): string {
  const settings = timeouts(config).map((setting) => `set ${setting}`)
  if (!LOCKING_NODES.has(node)) settings.push('set lock_timeout = 0')
  return settings.join('; ')
}

/** What `set` or `set local` is to be put before. */
export function timeouts({
  ddlLockTimeoutMs,
  statementTimeoutMs,
}: Pick<Config, 'ddlLockTimeoutMs' | 'statementTimeoutMs'>): readonly string[] {
  const lock = `lock_timeout = ${ddlLockTimeoutMs}`
  return statementTimeoutMs === undefined
    ? [lock]
    : [lock, `statement_timeout = ${statementTimeoutMs}`]
}

/** A server whose default is `off` is asked for `on`; any stronger setting of its own stands. */
export const DURABLE = `select pg_catalog.set_config('synchronous_commit',
  case when pg_catalog.current_setting('synchronous_commit') operator(pg_catalog.=) 'off' then 'on'
  else pg_catalog.current_setting('synchronous_commit') end, true)`
