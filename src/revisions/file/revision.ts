/** One revision file, read and checked; frozen. */
export interface Revision {
  /**
   * As its tool's history has it. Of pgate's own files 1 to 32 characters, letters, digits, `_`, `.`
   * and `-`: Alembic's column holds no more.
   */
  readonly id: string
  /** Down revisions: none for a base, two and more for a merge. */
  readonly revises: readonly string[]
  readonly dependsOn: readonly string[]
  readonly branchLabels: readonly string[]
  /** Ids of the revisions that this one stands for, besides its own: it was squashed out of them. */
  readonly replaces?: readonly string[]
  /** What its tool calls it, where its history has another id; commands take it. */
  readonly alias?: string
  /** `contract`: it takes away what an older version of the application uses; absent: `expand`. */
  readonly phase?: 'contract'
  /** Patterns of objects that no manifest is to promise. @see object-pattern.ts */
  readonly unpromised?: readonly string[]
  /** The header's first line; for people. */
  readonly message: string
  /** As the header has it (ISO 8601), or absent. */
  readonly created?: string
  /** As it is to be shown: the folder as configured, and the file's name. */
  readonly file: string
  /** `message`: as `off` where a section is one statement, else as `auto`, like one simple query. */
  readonly transaction: 'auto' | 'on' | 'off' | 'message'
  /** SHA-256 in hex over the normalised upgrade section. @see docs/revision-files.md */
  readonly checksum: string
  /** The local files that a module imports, which the checksum covers, as seen from its folder. */
  readonly imports?: readonly string[]
  /** What the row of its tool's history says of it, by column, where that is more than the id. */
  readonly row?: HistoryRowFacts
  /** The checksums that its tool may have recorded for this text: as it is, with LF, with CRLF. */
  readonly recorded?: readonly string[]
  readonly upgrade: RevisionBody
  /** `null`: irreversible. */
  readonly downgrade: RevisionBody | null
}

/** What one direction of a revision does. */
export type RevisionBody = RunnableBody | OpaqueBody

/** What pgate itself can run. */
export type RunnableBody = SqlBody | ModuleBody

/** Columns and values of a row, as JSON has them. */
export type HistoryRowFacts = Readonly<Record<string, string | number | boolean | null>>

export interface SqlBody {
  readonly kind: 'sql'
  /** The section's text, line endings as LF, without the line that opens it. */
  readonly text: string
  /** The 1-based line of the file that `text` starts on. */
  readonly line: number
  /** As it is to be shown, where it is another than the revision's: a separate downgrade. */
  readonly file?: string
  /** How it runs, where each section says so for itself. */
  readonly transaction?: Revision['transaction']
  /** It is of a file of pgate's own and has lines `-- pgate: batch`; in other tools' files they are comments. */
  readonly hasBatches?: true
}

export interface ModuleBody {
  readonly kind: 'module'
  readonly run: (db: RevisionDatabase) => Promise<void>
}

/** Code that only its own tool can run: fine where it is applied, refused where it is to be run. */
export interface OpaqueBody {
  readonly kind: 'opaque'
  /** What it is written in: `Go`, `Java`, `Python`. */
  readonly language: string
  /** What runs it: `alembic upgrade head`. */
  readonly command: string
  /** What to do where nothing runs it. */
  readonly remedy?: string
}

/** What a TypeScript or JavaScript revision is given. */
export interface RevisionDatabase {
  /**
   * Runs SQL; values are `$1`, `$2` and so on. Await it: one that is not awaited may be refused.
   * @throws the server's error
   */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<RevisionResult<Row>>
}

/** What a query of a revision answers. */
export interface RevisionResult<Row = Record<string, unknown>> {
  /** What it returned, each row by the names of its columns. */
  readonly rows: readonly Row[]
  /** Rows returned or affected; 0 for statements that count none. */
  readonly rowCount: number
}

/** One statement of a SQL body, cut out by PostgreSQL's own parser. */
export interface Statement {
  /** As it stands in the file, without the closing semicolon. */
  readonly text: string
  /** 1-based line and column (in characters) in the file where it begins. */
  readonly line: number
  readonly column: number
  /** False where PostgreSQL refuses it inside a transaction block. */
  readonly transactional: boolean
  /**
   * Set where only the server can know: CALL (the procedure may COMMIT, so that with
   * `transaction: off` it runs outside a transaction) and DROP SUBSCRIPTION (with a slot or not).
   */
  readonly uncertain?: true
  /** The parser's node name: `CreateStmt`, `IndexStmt`; `Group` where `parts` are run as one. */
  readonly node: string
  /** Of a statement that PostgreSQL refuses in a transaction: what the catalog can be asked about. */
  readonly subject?: StatementSubject
  /** The rows that stand below a COPY … FROM stdin. */
  readonly copy?: CopyData
  /** What runs in one transaction of its own, because the file says BEGIN and COMMIT around it. */
  readonly parts?: readonly Statement[]
  /** SET TRANSACTION, to come before anything else in that transaction. */
  readonly begin?: readonly Statement[]
  /** Of the two statements that a `-- pgate: batch` line makes of one. */
  readonly batch?: Batch
}

/**
 * What a `-- pgate: batch` line says. The line itself is a statement, `begin`, which looks up to which key
 * the batches go; the one below it, `rows`, is what each batch runs.
 */
export interface Batch {
  readonly part: 'begin' | 'rows'
  /** As SQL has it, quoted; qualified where the line is. */
  readonly table: string
  /** The key's columns, as they are; absent: the primary key. */
  readonly by?: readonly string[]
  readonly rows: number
  readonly pauseMs: number
  /** Where in the text the relation `batch` goes: at its start, or behind WITH or WITH RECURSIVE. */
  readonly insertAt: number
  /** Columns of the table that the statement changes. */
  readonly sets: readonly string[]
}

/**
 * What a statement with CONCURRENTLY builds, drops or detaches. Names are quoted, and qualified where
 * the statement does so.
 */
export type StatementSubject =
  | { readonly act: 'build'; readonly table: string; readonly index?: string }
  | { readonly act: 'reindex'; readonly kind: 'index' | 'table'; readonly name: string }
  | { readonly act: 'detach'; readonly parent: string; readonly partition: string }
  | { readonly act: 'drop'; readonly names: readonly string[] }

/** What COPY … FROM stdin reads. */
export interface CopyData {
  readonly data: string
  /** From the statement's first line to the first line of the data. */
  readonly lineOffset: number
  /** The table's name, as the server's messages have it. */
  readonly relation: string
}
