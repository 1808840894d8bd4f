import type { Config } from '../config.ts'
import { qualifiedName } from '../postgres/identifier.ts'
import type { Session } from '../postgres/session.ts'

/** The journal's name; beside the version table, in PGATE_SCHEMA. */
export const JOURNAL = 'pgate_journal'

/** The journal's own version, kept as the table's comment. */
const JOURNAL_COMMENT = 'pgate journal, version 1'

/** The names of pgate's two tables, quoted and qualified, ready for SQL. */
export interface TableNames {
  readonly schema: string
  readonly versions: string
  readonly journal: string
}

/** Which of the two there are. */
export interface ExistingTables {
  readonly versions: boolean
  readonly journal: boolean
}

export const BOTH_TABLES: ExistingTables = Object.freeze({ versions: true, journal: true })

export function tableNames(config: Pick<Config, 'schema' | 'versionTable'>): TableNames {
  return Object.freeze({
    schema: config.schema,
    versions: qualifiedName(config.schema, config.versionTable),
    journal: qualifiedName(config.schema, JOURNAL),
  })
}

/**
 * Creates the schema, Alembic's version table and the journal, each only where it is missing.
 * Called in a transaction, under the gate's lock alone, because two servers' `if not exists` can still collide.
 * @see design: "In the database"; the version table is exactly the one that Alembic makes
 */
export async function ensureTables(session: Session, config: Config): Promise<void> {
  const names = tableNames(config)
  const { rows } = await session.query<{ schema: boolean; versions: boolean; journal: boolean }>(
    `select pg_catalog.to_regnamespace(pg_catalog.quote_ident($1)) is not null as schema,
            pg_catalog.to_regclass($2) is not null as versions,
            pg_catalog.to_regclass($3) is not null as journal`,
    [names.schema, names.versions, names.journal],
  )
  const [there] = rows
  if (there?.schema === false) await session.query(schemaDdl(config))
  if (there?.versions === false) await session.query(versionTableDdl(config))
  if (there?.journal === false) {
    await session.query(journalDdl(names).join('; '))
  }
}

/** Asks for CREATE on the database even where the schema is there: to be run only where it is not. */
export function schemaDdl(config: Pick<Config, 'schema'>): string {
  return `create schema if not exists ${qualifiedName(config.schema)}`
}

/** Exactly the table that Alembic makes. */
export function versionTableDdl(config: Pick<Config, 'schema' | 'versionTable'>): string {
  const constraint = qualifiedName(`${config.versionTable}_pkc`)
  return `create table if not exists ${tableNames(config).versions} (
    version_num varchar(32) not null,
    constraint ${constraint} primary key (version_num)
  )`
}

/** The journal and its comment, which tells its version: statements that belong together. */
export function journalDdl({ journal }: TableNames): readonly string[] {
  return [
    `create table if not exists ${journal} (
      id bigint generated always as identity primary key,
      revision pg_catalog.text not null,
      revises pg_catalog.text[] not null,
      depends_on pg_catalog.text[] not null,
      name pg_catalog.text not null,
      action pg_catalog.text not null check (action operator(pg_catalog.=) any (array['upgrade', 'downgrade', 'stamp', 'verify'])),
      checksum pg_catalog.text,
      statements integer,
      statements_done integer,
      statements_done_checksum pg_catalog.text,
      started_at timestamp with time zone not null,
      finished_at timestamp with time zone,
      duration interval generated always as (finished_at operator(pg_catalog.-) started_at) stored,
      outcome pg_catalog.text not null check (outcome operator(pg_catalog.=) any (array['running', 'done', 'failed', 'interrupted'])),
      error pg_catalog.text,
      role pg_catalog.text not null default current_user,
      host pg_catalog.text not null,
      pgate_version pg_catalog.text not null,
      downgrade_sql pg_catalog.text
    )`,
    `comment on table ${journal} is '${JOURNAL_COMMENT}'`,
  ]
}
