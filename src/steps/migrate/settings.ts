import type { Config } from '../../config/config.ts'
import { DURABLE } from '../../lock/session-state.ts'
import { quoteIdentifier } from '../../postgres/sql/identifier.ts'
import type { Statement } from '../../revisions/file/revision.ts'
import { lockSql } from '../../store/inspection-sql.ts'
import type { TableNames } from '../../store/tables.ts'

/**
 * The settings of one transaction of a revision, one statement each. A lock that is not free within
 * PGATE_DDL_LOCK_TIMEOUT is given up, so that other traffic never queues behind pgate for longer.
 * pgate's tables are locked before anything takes the transaction's snapshot: what hangs on them is
 * then what a look within it finds. `durable: false` lets the commit return before the log is on
 * disk: the log keeps the order of commits, so a crash leaves a prefix, and the run's last commit,
 * which is durable, makes all before it so.
 * @see https://www.postgresql.org/docs/current/wal-async-commit.html
 */
export function transactionSettings(
  config: Timeouts,
  { versions, journal }: Pick<TableNames, 'versions' | 'journal'>,
  durable: boolean,
): readonly string[] {
  const settings = timeouts(config).map((setting) => `set local ${setting}`)
  const asynchronous = 'set local synchronous_commit = off'
  return [...settings, lockSql([versions, journal]), durable ? DURABLE : asynchronous]
}

type Timeouts = Pick<Config, 'ddlLockTimeoutMs' | 'statementTimeoutMs'>

/** Statements that hold a strong lock while they run, so that others would queue behind them. */
const LOCKING_NODES: ReadonlySet<string> = new Set(['VacuumStmt', 'ClusterStmt', 'CallStmt'])

/**
 * The settings of a statement that runs outside a transaction. CONCURRENTLY waits for older
 * transactions without keeping anybody else waiting, and giving up would leave an invalid index:
 * it has no lock_timeout.
 * @see docs/decisions/0006-how-long-a-busy-lock-is-tried.md
 */
export function nonTransactionalSettings(
  config: Timeouts,
  { node }: Pick<Statement, 'node'>,
): string {
  const settings = timeouts(config).map((setting) => `set ${setting}`)
  if (!LOCKING_NODES.has(node)) settings.push('set lock_timeout = 0')
  return settings.join('; ')
}

/** What `set` or `set local` is to be put before. */
export function timeouts({ ddlLockTimeoutMs, statementTimeoutMs }: Timeouts): readonly string[] {
  const lock = `lock_timeout = ${ddlLockTimeoutMs}`
  return statementTimeoutMs === undefined
    ? [lock]
    : [lock, `statement_timeout = ${statementTimeoutMs}`]
}

/**
 * What makes a session the role again that pgate began as, inside a transaction of a revision that
 * may have set another, since pgate's own rows are written as that; one statement each.
 */
export function resetRoleSql({ role }: Pick<Config, 'role'>): readonly string[] {
  const own = role === undefined ? [] : [`set local role ${quoteIdentifier(role)}`]
  return ['reset session authorization', 'reset role', ...own]
}
