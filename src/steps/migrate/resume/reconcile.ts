import { qualifiedName } from '../../../postgres/sql/identifier.ts'
import {
  DUPLICATE_DATABASE,
  DUPLICATE_OBJECT,
  INVALID_CATALOG_NAME,
  sqlstateOf,
  UNDEFINED_OBJECT,
} from '../../../postgres/sql/sqlstate.ts'
import type { Statement, StatementSubject } from '../../../revisions/file/revision.ts'
import type { Run } from '../run.ts'

type Subject<Act extends StatementSubject['act']> = Extract<StatementSubject, { readonly act: Act }>

/**
 * Before a statement that runs outside a transaction: looks in the catalog how far an earlier run
 * got with it, and clears away what a cancelled or failed attempt has left.
 * @param inDoubt whether an earlier run was cut off at this statement, so that nobody knows whether
 *   it took effect; then what it was to make is believed to be its work
 * @returns the text that still has to run; undefined where the statement took effect
 */
export async function remainingSql(
  run: Run,
  { subject, text }: Statement,
  inDoubt: boolean,
): Promise<string | undefined> {
  switch (subject?.act) {
    case 'build':
      return (await isBuilt(run, subject, inDoubt)) ? undefined : text
    case 'detach':
      return detachment(run, { text, inDoubt }, subject)
    case 'reindex':
      await dropReindexLeftovers(run, subject)
      return text
    default:
      return text
  }
}

/** What the server says to a statement that has taken effect already, by the parser's name for it. */
const ALREADY: Readonly<Record<string, string>> = {
  DropStmt: UNDEFINED_OBJECT,
  DropSubscriptionStmt: UNDEFINED_OBJECT,
  DropTableSpaceStmt: UNDEFINED_OBJECT,
  DropdbStmt: INVALID_CATALOG_NAME,
  CreatedbStmt: DUPLICATE_DATABASE,
  CreateSubscriptionStmt: DUPLICATE_OBJECT,
  CreateTableSpaceStmt: DUPLICATE_OBJECT,
}

/**
 * Whether a failure of a statement in doubt shows that the earlier run had come through with it:
 * the index that DROP INDEX CONCURRENTLY was to drop is gone. Pure.
 */
export function showsItWasDone({ node }: Pick<Statement, 'node'>, error: unknown): boolean {
  const already = ALREADY[node]
  return already !== undefined && sqlstateOf(error) === already
}

/**
 * For CREATE INDEX CONCURRENTLY. A valid index of that name on that table is done where that is in
 * doubt; an invalid one, which a cancelled or failed build leaves behind and `if not exists` would
 * believe, is dropped so that it is built again.
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
async function isBuilt(
  run: Run,
  { table, index }: Subject<'build'>,
  inDoubt: boolean,
): Promise<boolean> {
  if (index === undefined) return false
  const { rows } = await run.session.query<{ schema: string; name: string; valid: boolean }>(
    `select n.nspname as schema, c.relname as name, i.indisvalid and i.indisready as valid
       from pg_catalog.pg_index i
       join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) i.indexrelid
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where i.indrelid operator(pg_catalog.=) pg_catalog.to_regclass($1)
        and c.relname operator(pg_catalog.=) $2`,
    [table, index],
  )
  const [found] = rows
  if (found === undefined) return false
  if (found.valid) return inDoubt
  const message = `Index ${index} is invalid: dropped, to be built again`
  run.context.log.warn('index.rebuild', message, { index })
  await run.session.query(`drop index concurrently ${qualifiedName(found.schema, found.name)}`)
  return false
}

/**
 * For ALTER TABLE … DETACH PARTITION … CONCURRENTLY. One that stopped between its two transactions
 * leaves the partition pending, which only FINALIZE ends.
 * @returns undefined where, `inDoubt`, the partition is a table of its own already
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
 */
async function detachment(
  run: Run,
  { text, inDoubt }: { readonly text: string; readonly inDoubt: boolean },
  { parent, partition }: Subject<'detach'>,
): Promise<string | undefined> {
  const { rows } = await run.session.query<{ there: boolean; pending: boolean | null }>(
    `select pg_catalog.to_regclass($2) is not null as there, i.inhdetachpending as pending
       from (select 1) one
       left join pg_catalog.pg_inherits i
         on i.inhparent operator(pg_catalog.=) pg_catalog.to_regclass($1)
        and i.inhrelid operator(pg_catalog.=) pg_catalog.to_regclass($2)`,
    [parent, partition],
  )
  const [found] = rows
  if (found?.pending === true) {
    return `alter table ${parent} detach partition ${partition} finalize`
  }
  const done = inDoubt && found?.there === true && found.pending === null
  return done ? undefined : text
}

/**
 * Before REINDEX … CONCURRENTLY: drops what one that was cancelled, failed or cut off has left on
 * the same tables, invalid indexes named `…_ccnew` (the copy that did not get ready) and `…_ccold`
 * (the original that was replaced). Another session that reindexes at this moment is waited for, and
 * has taken its own away by then.
 * @see https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
 */
async function dropReindexLeftovers(run: Run, subject: Subject<'reindex'>): Promise<void> {
  for (const { schema, name } of await reindexLeftovers(run, subject)) {
    run.context.log.warn(
      'index.leftover',
      `Index ${name}, left by a REINDEX that stopped: dropped`,
      {
        index: name,
      },
    )
    await run.session.query(`drop index concurrently if exists ${qualifiedName(schema, name)}`)
  }
}

/** Those indexes, by name. */
export async function reindexLeftovers(
  run: Run,
  { kind, name }: Subject<'reindex'>,
): Promise<readonly { readonly schema: string; readonly name: string }[]> {
  const { rows } = await run.session.query<{ schema: string; name: string }>(LEFTOVERS, [
    kind,
    name,
  ])
  return rows
}

/** The tables that are meant, their partitions, and the TOAST tables of both. */
const LEFTOVERS = `
  with named as (
    select case when $1 operator(pg_catalog.=) 'index'
             then (select indrelid from pg_catalog.pg_index
                    where indexrelid operator(pg_catalog.=) pg_catalog.to_regclass($2))
             else pg_catalog.to_regclass($2) end as oid
  ), tables as (
    select oid from named
    union select t.relid from named, pg_catalog.pg_partition_tree(named.oid) t
  )
  select n.nspname as schema, c.relname as name
    from tables
    join pg_catalog.pg_class t on t.oid operator(pg_catalog.=) tables.oid
    join pg_catalog.pg_index i
      on i.indrelid operator(pg_catalog.=) t.oid or i.indrelid operator(pg_catalog.=) t.reltoastrelid
    join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) i.indexrelid
    join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
   where not i.indisvalid and c.relname operator(pg_catalog.~) '_cc(new|old)[0-9]*$'
   order by c.relname`
