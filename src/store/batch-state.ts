import { counted } from '../base/words.ts'
import type { Session } from '../postgres/session/session.ts'
import { type BatchProgress, batchTable } from './batch-table.ts'
import type { TableNames } from './tables.ts'

/** Batches that are under way, or stopped half-way; for people. */
export interface BatchState
  extends Pick<BatchProgress, 'run' | 'statement' | 'relation' | 'keys' | 'rows' | 'batches'> {
  readonly revision: string
  /** Of the keys, by what was known when they began; below 100. `null`: nobody knows. */
  readonly percent: number | null
  readonly startedAt: string
  /** When the last batch was committed. */
  readonly updatedAt: string
}

/**
 * The batches of runs that are not done, the newest first; none where this role may not read them.
 * @throws the server's or the socket's error, unchanged
 */
export async function readBatches(
  session: Pick<Session, 'query'>,
  names: TableNames,
): Promise<readonly BatchState[]> {
  const table = batchTable(names)
  const known = await session.query<{ readable: boolean }>(
    `select coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'SELECT'), false) as readable`,
    [table],
  )
  if (known.rows[0]?.readable !== true) return []
  const { rows } = await session.query<BatchProgress & { revision: string; began: Date; at: Date }>(
    `select b.run::pg_catalog.text as run, b.statement, b.revision, b.relation, b.last_key as "lastKey", b.until_key as "untilKey",
        b.keys::double precision as keys, b.rows::double precision as rows, b.batches, b.expected::double precision as expected,
        b.started as began, b.updated as at
       from ${table} b join ${names.journal} j on j.id operator(pg_catalog.=) b.run
      where b.version_table operator(pg_catalog.=) $1 and b.finished is null and j.outcome operator(pg_catalog.<>) 'done'
      order by b.run desc`,
    [names.versions],
  )
  return rows.map(({ began, at, ...row }) => {
    const { run, statement, revision, relation, keys, batches } = row
    return {
      ...{ run, statement, revision, relation, keys, rows: row.rows, batches },
      ...{
        percent: shareOf(row).percent,
        startedAt: began.toISOString(),
        updatedAt: at.toISOString(),
      },
    }
  })
}

/** `45 batches, 225,000 rows changed, 45%`. */
export function describeBatches({
  batches,
  rows,
  percent,
}: Pick<BatchState, 'batches' | 'rows' | 'percent'>): string {
  const share = percent === null ? '' : `, ${percent}%`
  return `${counted(batches, 'batch', 'batches')}, ${groupedCount(rows, 'row')} changed${share}`
}

/** `null`: nobody knows how many there are. Rows may have come and gone: what is not over is below 100. */
export function shareOf({
  keys,
  expected,
  lastKey,
  untilKey,
}: Pick<BatchProgress, 'keys' | 'expected' | 'lastKey' | 'untilKey'>) {
  const isOver = untilKey === null || untilKey.every((value, index) => value === lastKey?.[index])
  if (isOver) return { percent: 100, left: 0 }
  if (expected === null || expected <= 0) return { percent: null, left: null }
  const percent = Math.min(99, Math.floor((keys / expected) * 100))
  return { percent, left: Math.max(0, expected - keys) }
}

/** `1 row`, `225,000 rows`. */
export function groupedCount(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `225,000`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
