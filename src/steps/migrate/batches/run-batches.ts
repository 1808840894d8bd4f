import { createHash } from 'node:crypto'
import { QUERY_CANCELED, serverErrorOf, sqlstateOf } from '../../../postgres/sql/sqlstate.ts'
import type { Batch, Statement } from '../../../revisions/file/revision.ts'
import { withBatch } from '../../../revisions/sql/batches.ts'
import {
  type BatchProgress,
  batchTable,
  noteBatch,
  readProgress,
} from '../../../store/batch-table.ts'
import { afterRevision, assertError, beforeWrites } from '../../../store/own-tables.ts'
import { recorded, type StatementRun, type Underway } from '../apply/run-statement.ts'
import { retryTransient } from '../retry.ts'
import { type Run, resetSession } from '../run.ts'
import { resetRoleSql, transactionSettings } from '../settings.ts'
import { execute, transaction } from '../watch/watch.ts'
import { batchSql, type KeyRange, type KeyValues, lockKeysSql, WALK, WORK } from './batch-sql.ts'
import { type Key, requireKey } from './key.ts'
import { reporterOf } from './report.ts'
import { nextSize, type Size, smaller } from './size.ts'

/** What the batches of one statement are run with. */
interface Batches {
  readonly run: Run
  readonly statement: Statement
  readonly batch: Batch
  readonly key: Key
  readonly checksum: string
  /** What people call it. */
  readonly what: string
  readonly underway: Underway
}

/**
 * Runs the statement for some thousands of keys after the other, up to the key that was the greatest when
 * it began, each batch together with its progress in a transaction of its own: so each key comes exactly
 * once, whatever ends the run, and the next run goes on behind the last batch that was committed. A batch
 * that meets a lock is tried again; one that statement_timeout ends is halved.
 * @throws what the server or the signal says, unchanged; BATCH_KEY, HISTORY_TABLE, HISTORY_CHANGED
 */
export async function runBatches(
  run: Run,
  statement: Statement,
  about: StatementRun,
): Promise<void> {
  const { progress, underway } = about
  const batches = await prepare(run, statement, about)
  const { context } = run
  let at = batches.at
  const report = reporterOf(context, progress.what, at)
  let size: Size = { rows: rowsOf(run, batches.batch), good: 0 }
  const most = size.rows
  underway.batch = at
  while (!isOver(at)) {
    context.signal.throwIfAborted()
    const next = await oneBatch(batches, at, size.rows).catch((error: unknown) => {
      const less = isTimeout(batches, error) ? smaller(size, most) : undefined
      if (less === undefined) throw error
      report.halved(size.rows, less.rows)
      size = less
    })
    if (next === undefined) continue
    size = nextSize(size, most)
    at = next
    underway.batch = at
    report.done(at)
    const pauseMs = context.config.batchPauseMs ?? batches.batch.pauseMs
    if (!isOver(at) && pauseMs > 0) await context.clock.sleep(pauseMs, context.signal)
  }
  await recorded(run, progress.what, () => run.journal.recordProgress(run.session, progress))
  report.end(at)
  underway.batch = undefined
}

function rowsOf({ context }: Run, { rows }: Batch): number {
  return context.config.batchRows ?? rows
}

async function prepare(
  run: Run,
  statement: Statement,
  { underway, progress, file }: StatementRun,
): Promise<Batches & { readonly at: BatchProgress }> {
  const { session, names, context } = run
  const { batch } = statement
  if (batch === undefined) throw new Error('a statement without a batch line has no batches')
  const checksum = createHash('sha256').update(statement.text).digest('hex')
  const found: { key?: Key; at?: BatchProgress } = {}
  await recorded(run, progress.what, async () => {
    found.at = await readProgress(session, names, { run: progress.id, statement: progress.done })
    const asked = { ...batch, table: found.at.relation, by: found.at.columns }
    found.key = await requireKey(session, { file, statement, batch: asked })
  })
  const { key, at } = found
  if (key === undefined || at === undefined) throw new Error('batches without a key')
  if (at.batches > 0 && at.checksum !== checksum) {
    context.log.warn(
      'batch.edited',
      `${file}:${statement.line}: the statement is not the one that the first ${at.batches} batches ran; what they did stands`,
      { file, line: statement.line, batches: at.batches, rows: at.rows },
    )
  }
  return { run, statement, batch, key, checksum, what: progress.what, underway, at }
}

function isOver({ lastKey, untilKey }: BatchProgress): boolean {
  return untilKey === null || (lastKey !== null && isSame(lastKey, untilKey))
}

function isSame(one: KeyValues, other: KeyValues): boolean {
  return one.every((value, index) => value === other[index])
}

/** By statement_timeout, as far as an SQLSTATE says: without one somebody has cancelled it. */
function isTimeout({ key, run }: Batches, error: unknown): boolean {
  const isEnded = sqlstateOf(error) === QUERY_CANCELED && !run.context.signal.aborted
  return isEnded && key.statementTimeoutMs > 0
}

/** One transaction; gives how far it came. */
async function oneBatch(batches: Batches, at: BatchProgress, size: number): Promise<BatchProgress> {
  const { run, checksum, what, underway } = batches
  const { session, names, context } = run
  let next = at
  const act = async () => {
    underway.range = undefined
    const all: KeyRange = { after: at.lastKey, upTo: at.untilKey ?? [] }
    const { count, keys, last } = await lockNext(batches, all, size)
    const lastKey = last ?? all.upTo
    underway.range = { after: at.lastKey, upTo: lastKey }
    const rows = count === 0 ? 0 : await send(batches, keys)
    const so = { keys: at.keys + count, rows: at.rows + rows, batches: at.batches + 1 }
    next = { ...at, ...so, checksum, lastKey }
    const after = { ...next, finished: isOver(next) }
    const before = resetRoleSql(context.config)
    await afterRevision(run.revision, () => noteBatch(session, names, { at, after, before }))
  }
  await retryTransient(context, `${what}, batch ${at.batches + 1}`, () => transaction(run, act))
  // Behind the COMMIT, where deferred constraints speak of these keys.
  underway.range = undefined
  await resetSession(run)
  return next
}

/**
 * Locks the rows of the batch, in their order; all that comes before its statement is one round trip. A lock
 * of somebody's must show as one, and not as a statement that took too long.
 */
async function lockNext(
  { run, key, what }: Batches,
  range: KeyRange,
  size: number,
): Promise<Locked> {
  const { config } = run.context
  const { statementTimeoutMs } = key
  const isShort = statementTimeoutMs > 0 && statementTimeoutMs <= config.ddlLockTimeoutMs
  const lock = isShort ? Math.max(1, Math.floor(statementTimeoutMs / 2)) : config.ddlLockTimeoutMs
  const tables = [batchTable(run.names)]
  const settings = transactionSettings(config, run.names, true).map((text) => ({ text }))
  const opening = [...settings, ...beforeWrites(tables)]
  const walk = [`set local lock_timeout = ${lock}`, ...WALK, lockKeysSql(key, range, size)]
  const { results, failure } = await execute(run, what, () =>
    run.session.pipeline([...opening, ...[...walk, ...WORK].map((text) => ({ text }))]),
  )
  if (failure !== undefined) {
    const isAssertion = failure.index === opening.length - 1
    throw isAssertion ? assertError(tables, failure.error) : failure.error
  }
  const [locked] = results[opening.length + walk.length - 1]?.rows ?? []
  return locked as unknown as Locked
}

/** Runs the statement for the keys, and gives how many rows it changed; an error's place is that in the file. */
async function send({ run, statement, key, what }: Batches, keys: KeyValues): Promise<number> {
  const { text, positionOf } = withBatch(statement, batchSql(key))
  try {
    return (await execute(run, what, () => run.session.query(text, keys))).rowCount
  } catch (error) {
    const position = serverErrorOf(error)?.position
    if (position !== undefined)
      Object.assign(Object(error), { position: `${positionOf(position)}` })
    throw error
  }
}

/** One row of {@link lockKeysSql}. */
interface Locked {
  readonly count: number
  /** Each column's keys, as PostgreSQL writes an array. */
  readonly keys: KeyValues
  readonly last: KeyValues | null
}
