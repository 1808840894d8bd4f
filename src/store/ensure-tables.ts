import type { Config } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { INSUFFICIENT_PRIVILEGE, serverErrorOf } from '../postgres/sql/sqlstate.ts'
import { whatExists } from './standing.ts'
import {
  type ExistingTables,
  journalDdl,
  journalUpgrade,
  schemaDdl,
  type TableNames,
  tableNames,
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
  for (const schema of await missingSchemas(session, names)) await makeSchema(session, schema)
  for (const sql of ddlFor(config, there)) await session.query(sql)
  await whatExists(session, names)
}

function isComplete({ versions, journal, isOutdated }: ExistingTables): boolean {
  return versions && journal && !isOutdated
}

function ddlFor(config: Config, there: ExistingTables): readonly string[] {
  const names = tableNames(config)
  return [
    ...(there.versions ? [] : names.history.ddl),
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
  { schema, journalSchema }: TableNames,
): Promise<readonly string[]> {
  const { rows } = await session.query<{ name: string }>(
    `select distinct name from pg_catalog.unnest($1::pg_catalog.text[]) as wanted (name)
      where pg_catalog.to_regnamespace(pg_catalog.quote_ident(name)) is null`,
    [[schema, journalSchema]],
  )
  return rows.map(({ name }) => name)
}
