import type { Config } from '../config/config.ts'
import { JOURNAL, OWN_TABLES } from '../config/values.ts'
import { qualifiedName, quoteLiteral } from '../postgres/sql/identifier.ts'
import type { OwnTables } from '../revisions/sql/own-tables.ts'
import type { HistoryStore } from './history-store.ts'
import { assertSql } from './inspection-sql.ts'

/** The journal's own version, kept as the table's comment. */
const JOURNAL_COMMENT = 'pgate journal, version 4'
/** Its rows do not say to which version table they belong. */
const VERSION_1_COMMENT = 'pgate journal, version 1'
/** Its rows have no restore point. */
const VERSION_2_COMMENT = 'pgate journal, version 2'
/** Its rows do not say which run wrote them. */
const VERSION_3_COMMENT = 'pgate journal, version 3'

/** The names of pgate's two tables, quoted and qualified, ready for SQL. */
export interface TableNames {
  /** As they are, not quoted. */
  readonly schema: string
  readonly journalSchema: string
  readonly versions: string
  readonly journal: string
  /** PGATE_ROLE: who may own them besides the role that connects. */
  readonly role?: string | undefined
  /** Which revisions the database has: `versions` is its table. */
  readonly history: HistoryStore
  /** True where another program migrates: its table may be missing, and pgate never makes it. */
  readonly isTheirs?: true
}

/** Which of the two there are. */
export interface ExistingTables {
  readonly versions: boolean
  readonly journal: boolean
  /** True where the journal is of a version before 4: it is read as it is, and upgraded before it is written. */
  readonly isOutdated: boolean
  /** True where it is of version 3, and not this role's to alter: its rows do not say their run. */
  readonly lacksRun?: boolean
  /** Who may write into the journal besides those that pgate believes; absent: not asked. */
  readonly writers?: readonly string[]
  /** Tables on which row security is on and does not count for this role; absent: not asked. */
  readonly secured?: readonly string[]
}

export const BOTH_TABLES: ExistingTables = Object.freeze({
  versions: true,
  journal: true,
  isOutdated: false,
})

/** What of the configuration says where pgate's tables are and whose they may be. */
export type TablePlace = Pick<
  Config,
  'schema' | 'journalSchema' | 'versionTable' | 'versionSchema' | 'role'
>

/** The schema of the history's table. */
export function versionSchemaOf({
  schema,
  versionSchema = schema,
}: Pick<Config, 'schema' | 'versionSchema'>): string {
  return versionSchema
}

/** The names for a history and PGATE_JOURNAL_SCHEMA, without which the journal is next to it. */
export function namesOf(
  { schema, role, journalSchema = schema }: Pick<Config, 'schema' | 'role' | 'journalSchema'>,
  history: HistoryStore,
): TableNames {
  const journal = qualifiedName(journalSchema, JOURNAL)
  return Object.freeze({ schema, journalSchema, role, versions: history.table, journal, history })
}

/** Asks for CREATE on the database even where the schema is there: to be run only where it is not. */
export function schemaDdl(schema: string): string {
  return `create schema if not exists ${qualifiedName(schema)}`
}

const ACTIONS = `${JOURNAL}_action_check
        check (action operator(pg_catalog.=) any (array['upgrade', 'downgrade', 'stamp', 'accept', 'verify']))`

/**
 * The journal, its comment, which says its version, and the rights that others must not have on it:
 * statements that belong together. Who could write there could have SQL run, and forge a proof.
 */
export function journalDdl({ journal }: TableNames): readonly string[] {
  return [
    `create table if not exists ${journal} (
      id bigint generated always as identity primary key,
      revision pg_catalog.text not null,
      revises pg_catalog.text[] not null,
      depends_on pg_catalog.text[] not null,
      name pg_catalog.text not null,
      action pg_catalog.text not null constraint ${ACTIONS},
      checksum pg_catalog.text,
      meaning pg_catalog.text,
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
      downgrade_sql pg_catalog.text,
      version_table pg_catalog.text,
      restore_point pg_catalog.jsonb,
      phase pg_catalog.text,
      run_id pg_catalog.text
    )`,
    `comment on table ${journal} is '${JOURNAL_COMMENT}'`,
    revokeWrites(journal),
  ]
}

/** Takes every right to write from all but the owner, whom default privileges may have given it. */
export function revokeWrites(table: string): string {
  return `do ${quoteLiteral(`declare other record; begin
    for other in
      select distinct case when a.grantee operator(pg_catalog.=) 0::pg_catalog.oid then 'public'
                           else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)::pg_catalog.text) end as name
        from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
       where c.oid operator(pg_catalog.=) ${quoteLiteral(table)}::pg_catalog.regclass
         and a.grantee operator(pg_catalog.<>) c.relowner
    loop
      execute pg_catalog.concat('revoke insert, update, delete, truncate, references, trigger on ', ${quoteLiteral(table)}, ' from ', other.name);
    end loop; end`)}`
}

/** A condition: whether the journal has to be upgraded before it is written. A role that may not alter it writes version 3. */
export function isOutdated(names: TableNames): string {
  const isOlder = isOfVersion(names, [VERSION_1_COMMENT, VERSION_2_COMMENT])
  return `(${isOlder} or ${isOfVersion(names, [VERSION_3_COMMENT])} and ${mayAlter(names)})`
}

/** A condition. @see ExistingTables.lacksRun */
export function lacksRun(names: TableNames): string {
  return `(${isOfVersion(names, [VERSION_3_COMMENT])} and not ${mayAlter(names)})`
}

function mayAlter({ journal }: TableNames): string {
  return `coalesce((select pg_catalog.pg_has_role(c.relowner, 'usage') from pg_catalog.pg_class c
    where c.oid operator(pg_catalog.=) pg_catalog.to_regclass(${quoteLiteral(journal)})), false)`
}

function isOfVersion({ journal }: TableNames, comments: readonly string[]): string {
  const any = `any (array[${comments.map(quoteLiteral).join(', ')}])`
  return `coalesce(pg_catalog.obj_description(pg_catalog.to_regclass(${quoteLiteral(journal)}), 'pg_class') operator(pg_catalog.=) ${any}, false)`
}

/**
 * Takes a journal from version 1, 2 or 3 to 4; an older pgate goes on reading and writing it. The rows that
 * one of version 1 has belong to the version table where that is the only one in its schema; of several
 * nobody knows whose they are, and they count for none.
 * @see docs/decisions/0046-whose-journal-rows-they-are.md
 */
export function journalUpgrade(names: TableNames): readonly string[] {
  const { journal, versions, schema } = names
  return [
    `alter table ${journal} add column if not exists version_table pg_catalog.text`,
    `alter table ${journal} add column if not exists meaning pg_catalog.text`,
    `alter table ${journal} add column if not exists restore_point pg_catalog.jsonb`,
    `alter table ${journal} add column if not exists phase pg_catalog.text`,
    `alter table ${journal} add column if not exists run_id pg_catalog.text`,
    `alter table ${journal} drop constraint if exists ${JOURNAL}_action_check`,
    `alter table ${journal} add constraint ${ACTIONS}`,
    assertSql([journal]),
    `update ${journal} set version_table = case when ${isAlone(schema)} then ${quoteLiteral(versions)} else '' end
      where version_table is null and ${isOfVersion(names, [VERSION_1_COMMENT])}`,
    `comment on table ${journal} is '${JOURNAL_COMMENT}'`,
  ]
}

/** Whether the schema has at most one table of the form that Alembic makes. */
function isAlone(schema: string): string {
  return `(select pg_catalog.count(*) operator(pg_catalog.<=) 1 from pg_catalog.pg_class c
      where c.relnamespace operator(pg_catalog.=) pg_catalog.to_regnamespace(${quoteLiteral(qualifiedName(schema))})
        and c.relkind operator(pg_catalog.=) 'r' and c.relnatts operator(pg_catalog.=) 1
        and exists (select from pg_catalog.pg_attribute a where a.attrelid operator(pg_catalog.=) c.oid
                     and a.attname operator(pg_catalog.=) 'version_num'))`
}

/**
 * What stands in a FROM for the journal's rows that belong to the version table. Where a row does not
 * say so (a pgate of before wrote it), it counts. In a journal of version 1, which lacks the column,
 * the name means the null outside of it: all rows are read.
 */
export function journalRows({ journal, versions }: TableNames): string {
  const own = quoteLiteral(versions)
  return `(select null::pg_catalog.text as version_table) as before_version_2
     cross join lateral (select * from ${journal}
       where coalesce(version_table, ${own}) operator(pg_catalog.=) ${own}) as run`
}

/** The tables that revisions must leave alone, and the role that owns them where one is set. */
export function ownTables({ schema, versionTable, role, ...place }: TablePlace): OwnTables {
  const { journalSchema = schema, versionSchema = schema } = place
  return {
    tables: [
      { schema: versionSchema, name: versionTable },
      ...OWN_TABLES.map((name) => ({ schema: journalSchema, name })),
    ],
    role,
  }
}
