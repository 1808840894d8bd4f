import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import { INSUFFICIENT_PRIVILEGE, serverErrorOf } from '../postgres/sql/sqlstate.ts'
import { type Inspected, inspected } from './inspection.ts'
import { inspectionSql, writersSql } from './inspection-sql.ts'
import {
  type ExistingTables,
  isOutdated,
  journalDdl,
  journalUpgrade,
  lacksRun,
  schemaDdl,
  type TableNames,
} from './tables.ts'

/** A row of {@link standingSql}. */
export interface TableStanding extends Inspected {
  readonly writers: readonly string[]
  readonly outdated: boolean
  readonly lacksRun: boolean
}

/** One row for each of pgate's tables that there is, and what is to be known of the journal. */
export function standingSql(names: TableNames): string {
  const { versions, journal, role } = names
  return `select own.*, ${writersSql(journal, role)} as writers, ${isOutdated(names)} as outdated, ${lacksRun(names)} as "lacksRun"
    from (${inspectionSql({ tables: [versions, journal], role })}) own`
}

/** Those that have to be there: another program's own may be missing, or in another schema. */
export function tablesOf({ versions, journal, isTheirs }: TableNames): readonly string[] {
  return isTheirs ? [journal] : [versions, journal]
}

/**
 * Which of the tables there are, by those rows. Pure.
 * @throws {GateError} HISTORY_TABLE where one of them must not be touched
 */
export function existingTables(names: TableNames, rows: readonly TableStanding[]): ExistingTables {
  const there = inspected(rows)
  return Object.freeze({
    versions: there.has(names.versions),
    journal: there.has(names.journal),
    isOutdated: rows[0]?.outdated === true,
    lacksRun: rows[0]?.lacksRun === true,
    writers: rows[0]?.writers ?? [],
    secured: rows.filter(({ secured }) => secured).map(({ table }) => table),
  })
}

/**
 * Which of pgate's two tables there are.
 * @throws {GateError} HISTORY_TABLE where one of them must not be touched
 */
export async function readExistingTables(
  session: Session,
  names: TableNames,
): Promise<ExistingTables> {
  const { rows } = await session.query<TableStanding>(standingSql(names))
  return existingTables(names, rows)
}

/**
 * Creates the schemas, the history table and the journal, each only where it is missing, and
 * upgrades an older journal. Called in a transaction. The gate's lock is one version table's,
 * and two of them may share a journal: a gate that has something to make waits for the one that makes it now. What
 * somebody else was quicker to make is looked at before it is used.
 * @returns what there is then
 * @throws {GateError} HISTORY_TABLE
 * @see design: "In the database"; the history table is exactly the one that its tool makes
 */
export async function ensureTables(session: Session, names: TableNames): Promise<ExistingTables> {
  const before = await readExistingTables(session, names)
  if (isComplete(names, before)) return before
  await lockTables(session, names)
  const there = await readExistingTables(session, names)
  if (isComplete(names, there)) return there
  for (const schema of await missingSchemas(session, names)) await makeSchema(session, schema)
  for (const sql of ddlFor(names, there)) await session.query(sql)
  return readExistingTables(session, names)
}

/** Waits for who makes tables next to this journal; version tables with a gate's lock each may share it. */
export async function lockTables(session: Session, names: TableNames): Promise<void> {
  await session.query(
    'select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))',
    [`pgate tables in ${names.journal}`],
  )
}

function isComplete(
  { isTheirs }: TableNames,
  { versions, journal, isOutdated }: ExistingTables,
): boolean {
  return (isTheirs === true || versions) && journal && !isOutdated
}

function ddlFor(names: TableNames, there: ExistingTables): readonly string[] {
  return [
    ...(there.versions || names.isTheirs ? [] : names.history.ddl),
    ...(there.journal ? [] : journalDdl(names)),
    ...(there.isOutdated ? journalUpgrade(names) : []),
  ]
}

/** It asks for a right on the database, which few roles have and need once only. */
async function makeSchema(session: Session, schema: string): Promise<void> {
  const sql = schemaDdl(schema)
  try {
    await session.query(sql)
  } catch (error) {
    const server = serverErrorOf(error)
    if (server?.sqlstate !== INSUFFICIENT_PRIVILEGE) throw error
    const { message, sqlstate } = server
    throw new GateError('MIGRATION_NOT_PERMITTED', `${message} (SQLSTATE ${sqlstate}): ${sql}`, {
      facts: { sqlstate, schema },
      hint: `Let the owner of the database make it for the role that migrates: ${sql}; then ALTER SCHEMA … OWNER TO that role, or GRANT USAGE, CREATE ON it.`,
      cause: error,
    })
  }
}

async function missingSchemas(
  session: Session,
  { schema, journalSchema, history, isTheirs }: TableNames,
): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(
    `select distinct name from pg_catalog.unnest($1::pg_catalog.text[]) as wanted (name)
      where pg_catalog.to_regnamespace(pg_catalog.quote_ident(name)) is null`,
    [isTheirs ? [journalSchema] : [schema, journalSchema, history.schema]],
  )
  return rows.map(({ name }) => name)
}

/**
 * Warns where others may write into the journal, whose proofs are not believed then, and where row
 * security is on although it does not count for this role: it hides the rows from those who only read.
 */
export function warnOfTables(
  { log }: Pick<StepContext, 'log'>,
  { journal }: TableNames,
  { writers = [], secured = [] }: ExistingTables,
): void {
  if (writers.length > 0) {
    log.warn(
      'journal.writers',
      `${writers.join(', ')} may write into ${journal}: what it proves is not believed, so every start looks at all objects, and downgrade --from-journal is refused. ${revokeHint(journal, writers)}`,
      { journal, writers },
    )
  }
  for (const table of secured) {
    log.warn(
      'history.row_security',
      `row security is on for ${table}; it does not hold for this role, but roles that only read are refused: ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY;`,
      { table },
    )
  }
}

/** A statement that takes the rights away; a member of the owner keeps them. */
export function revokeHint(journal: string, writers: readonly string[]): string {
  const roles = writers.map((role) => (role === 'PUBLIC' ? role : quoteIdentifier(role)))
  return `REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON ${journal} FROM ${roles.join(', ')}; a role that is a member of the table's owner keeps them.`
}
