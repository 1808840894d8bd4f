/**
 * What the rows of a tool's history mean for its files. Ids are the history's own, so that the rules
 * hold where the files are not read at all.
 */
export interface HistoryRules {
  /**
   * `heads`: the rows are the heads of what is applied, as in Alembic. `each`: every applied revision
   * has a row, so that one that was added late is pending, whatever came after it.
   */
  readonly rows: 'heads' | 'each'
  /** True where the files say nothing of parents: each revises the one before. Absent: as `each` does. */
  readonly isChain?: boolean
  /** Whether a row stands for a revision that has none of its own: a baseline, a high-water mark. */
  readonly covers?: (row: string, id: string) => boolean
  /** A revision that was never run, below the newest that was: run (absent), or refused. */
  readonly late?: 'run' | 'refuse' | 'never'
  /**
   * A row whose file is gone: an error (`refuse`), passed over where it is older than the newest file
   * (`old`; absent, with `each`), or passed over (`all`).
   */
  readonly gone?: 'refuse' | 'old' | 'all'
  /** The order of ids; absent: by their code units. */
  readonly compare?: (one: string, other: string) => number
  /** A file whose checksum is not the one that the tool recorded: refused (absent), or said. */
  readonly edited?: 'refuse' | 'warn'
  /** What to do about a run that failed, as the tool's own documentation has it. */
  readonly failedRemedy?: string | ((id: string) => string)
  /** What to do about a late file where it is refused. */
  readonly lateRemedy?: string
}

/** Alembic's, and that of pgate's own files. */
export const HEADS: HistoryRules = Object.freeze({ rows: 'heads' })

/** What a history shows for a run that failed, or that is under way, behind the id. */
const FAILED = ' (failed)'

/**
 * SQL for the row of a run that failed, given an expression for its id; no revision has this id.
 * @public
 */
export function failedRowSql(id: string): string {
  return `pg_catalog.concat(${id}, '${FAILED}')`
}

/** The id that failed, of such a row. */
export function failedId(row: string): string {
  return row.slice(0, -FAILED.length)
}

/** Whether a row is that of a run that failed. */
export function isFailedRow(row: string): boolean {
  return row.endsWith(FAILED)
}

/** Whether one of the rows stands for the revision. */
export function isRecorded(
  rows: ReadonlySet<string>,
  { covers }: HistoryRules,
  id: string,
): boolean {
  return rows.has(id) || (covers !== undefined && [...rows].some((row) => covers(row, id)))
}

/** The rows without those whose files are gone and that the tool passes over. */
export function withoutGone(
  rows: ReadonlySet<string>,
  rules: HistoryRules,
  ids: readonly string[],
): ReadonlySet<string> {
  const { compare = byCodeUnits, covers, gone = rules.rows === 'each' ? 'old' : 'refuse' } = rules
  if (gone === 'refuse') return rows
  const own = new Set(ids)
  const newest = ids.at(-1) ?? ''
  const stands = (row: string) =>
    own.has(row) || isFailedRow(row) || ids.some((id) => covers?.(row, id) === true)
  const isNewer = (row: string) => gone === 'old' && compare(row, newest) > 0
  return new Set([...rows].filter((row) => stands(row) || isNewer(row)))
}

/** Ids that are whole numbers, by their value. */
export function byNumber(one: string, other: string): number {
  const difference = BigInt(one) - BigInt(other)
  return difference < 0n ? -1 : Number(difference > 0n)
}

/** By their code units: the order of names in a folder. */
export function byCodeUnits(one: string, other: string): number {
  return one < other ? -1 : Number(one > other)
}
