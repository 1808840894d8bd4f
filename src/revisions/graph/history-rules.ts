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
  /** Whether a row stands for none of the files, and for none that is missing: a marker, code of the tool's. */
  readonly isMark?: (row: string) => boolean
  /**
   * What names a file that runs again whenever its text changes, whose ids differ by the text; undefined:
   * it is no such file. It is never late, never downgraded, and of its rows the newest alone counts.
   */
  readonly repeats?: (id: string) => string | undefined
  /**
   * A revision that was never run, below the newest that was: run (absent), refused, or passed over
   * for ever (`never`; with `covers`) and said.
   */
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
  /** What to do about a row whose file was removed on purpose. */
  readonly goneRemedy?: string
  /** What to do about a late file where it is not run. */
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

/**
 * What the rows stand for: the recorded ones of the files, and the rows of files that are gone where the
 * tool does not pass over them. Of heads they are as they are.
 */
export function withoutGone(
  rows: ReadonlySet<string>,
  rules: HistoryRules,
  ids: readonly string[],
): ReadonlySet<string> {
  const { gone = rules.rows === 'each' ? 'old' : 'refuse' } = rules
  if (rules.rows === 'heads' && gone === 'refuse') return rows
  const own = new Set(ids)
  const missing = [...rows].filter((row) => !own.has(row) && isMissed(row, rules, ids))
  return new Set([...ids.filter((id) => isRecorded(rows, rules, id)), ...missing])
}

/** Whether the tool would miss the file of a row that no file has. */
function isMissed(row: string, rules: HistoryRules, ids: readonly string[]): boolean {
  const { compare = byCodeUnits, covers, isMark, late, repeats, gone = 'old' } = rules
  if (isFailedRow(row)) return true
  if (isMark?.(row) === true) return false
  if (late !== 'never' && ids.some((id) => covers?.(row, id))) return false
  const name = repeats?.(row)
  if (name !== undefined && ids.some((id) => repeats?.(id) === name)) return false
  return gone === 'refuse' || (gone === 'old' && compare(row, ids.at(-1) ?? '') > 0)
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
