import type { Config } from '../config.ts'
import type { Session } from '../postgres/session.ts'
import { whatExists } from './standing.ts'
import {
  type ExistingTables,
  journalDdl,
  journalUpgrade,
  schemaDdl,
  type TableNames,
  tableNames,
  versionTableDdl,
} from './tables.ts'

/**
 * Creates the schemas, Alembic's version table and the journal, each only where it is missing, and
 * upgrades a journal of version 1. Called in a transaction. The gate's lock is one version table's,
 * and two of them may share a journal: who has something to make waits for whoever makes it now. What
 * somebody else was quicker to make is looked at before it is used.
 * @throws {GateError} HISTORY_TABLE
 * @see design: "In the database"; the version table is exactly the one that Alembic makes
 */
export async function ensureTables(session: Session, config: Config): Promise<void> {
  const names = tableNames(config)
  if (isComplete(await whatExists(session, names))) return
  await session.query(
    'select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))',
    [`pgate tables in ${names.journal}`],
  )
  const there = await whatExists(session, names)
  if (isComplete(there)) return
  for (const sql of await ddlFor(session, config, there)) await session.query(sql)
  await whatExists(session, names)
}

function isComplete({ versions, journal, isOutdated }: ExistingTables): boolean {
  return versions && journal && !isOutdated
}

async function ddlFor(
  session: Session,
  config: Config,
  there: ExistingTables,
): Promise<readonly string[]> {
  const names = tableNames(config)
  return [
    ...(await missingSchemas(session, names)).map(schemaDdl),
    ...(there.versions ? [] : [versionTableDdl(config)]),
    ...(there.journal ? [] : journalDdl(names)),
    ...(there.isOutdated ? journalUpgrade(names) : []),
  ]
}

async function missingSchemas(
  session: Session,
  { schema, journalSchema }: TableNames,
): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(
    `select distinct name from pg_catalog.unnest($1::pg_catalog.text[]) as wanted (name)
      where pg_catalog.to_regnamespace(pg_catalog.quote_ident(name)) is null`,
    [[schema, journalSchema]],
  )
  return rows.map(({ name }) => name)
}
