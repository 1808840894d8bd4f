import type { PipelineStatement, Session } from '../postgres/session/session.ts'
import type { Revision } from '../revisions/file/revision.ts'

/** The revisions of a database before and after one was run, or after a stamp. */
export interface VersionChange {
  readonly from: ReadonlySet<string>
  readonly to: ReadonlySet<string>
  /** Those of the files, of which a row may say more than the id. */
  readonly revisions: ReadonlyMap<string, Pick<Revision, 'row'>>
  /** True where none of them is run: the row says so, where the tool's own does. */
  readonly isStamp?: boolean
}

/** A row as its tool wrote it, so far as it is more than an id. */
export interface HistoryRow {
  readonly id: string
  /** What the tool recorded of the file's text; `null`: nothing. */
  readonly checksum?: string | null
  /** What the tool kept of a run that failed; such a row's id is one of `failedRowSql`. */
  readonly failure?: string | null
}

/**
 * Which revisions a database has, in the table of the tool that owns the folder and in that tool's
 * own form, so that both can be used in turns. Owner, kind and triggers of the table are looked at
 * before it is touched; what another role may have planted is refused with HISTORY_TABLE.
 */
export interface HistoryStore {
  /** Quoted and qualified, ready for SQL. */
  readonly table: string
  /** The schema that it is in, as it is. */
  readonly schema: string
  /** A query of one row for each revision that the table holds, its id as text `id`. */
  readonly idsSql: string
  /** The same with all columns of {@link HistoryRow}. */
  readonly rowsSql: string
  /** The statements that make the table, exactly as its tool makes it. */
  readonly ddl: readonly string[]
  /**
   * What keeps a tool out that takes no lock of its own, as a statement at the beginning of each
   * revision's transaction; absent: its table has a key that does.
   */
  readonly lockSql?: string
  /** The keys of the advisory locks that the tool takes; absent: it takes none. */
  readonly lockKeys?: LockKeys
  /** @throws {GateError} HISTORY_TABLE */
  exists(session: Session): Promise<boolean>
  /**
   * The ids that the table holds; none where there is no table.
   * @throws {GateError} HISTORY_TABLE
   */
  read(session: Session): Promise<ReadonlySet<string>>
  /**
   * Where there is no table: refuses what shows that the history is kept in another place, as to
   * begin at base would run every revision once more. Reads the catalog alone.
   * @throws {GateError} HISTORY_TABLE
   */
  refuseElsewhere(session: Session): Promise<void>
  /**
   * Where there is no table, and the first revision is to be run: refuses a schema that holds tables,
   * if the tool itself begins in an empty one alone.
   * @throws {GateError} HISTORY_TABLE
   */
  refuseBeginning(session: Session): Promise<void>
  /**
   * Turns the rows of `from` into those of `to`, inside the caller's transaction. Each row that is to
   * go must be there, so that another tool that changed them meanwhile is noticed.
   * @throws {GateError} HISTORY_CHANGED, HISTORY_TABLE
   */
  change(session: Session, change: VersionChange): Promise<void>
  /**
   * The same as one message of a pipeline, where nobody can look between two statements: it fails
   * where {@link change} would throw. Behind a lock and a look at the triggers.
   */
  changeStatement(change: VersionChange): PipelineStatement
  /** What an error of that message means, HISTORY_CHANGED and HISTORY_TABLE among it; else the error. */
  changeError(change: VersionChange, error: unknown): unknown
  /**
   * Looks once more, before a revision runs whose rows come last.
   * @throws {GateError} HISTORY_CHANGED where another tool has added them meanwhile
   */
  refuseAdded(session: Session, change: VersionChange): Promise<void>
  /** The same as statements without parameters, for a script that is run without pgate. */
  changeScript(change: VersionChange): ChangeScript
}

export interface ChangeScript {
  /** The ids whose rows are to go; empty: there is nothing to remove. */
  readonly removed: readonly string[]
  /** Deletes them; the caller checks that as many rows went. */
  readonly remove: string
  readonly adds: readonly string[]
}

/** What a tool makes of the database's name, each of which it may lock by. */
export type LockKeys = (database: string) => readonly bigint[] | Promise<readonly bigint[]>
