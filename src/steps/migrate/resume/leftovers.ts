import { qualifiedName } from '../../../postgres/sql/identifier.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import { parseStatements } from '../../../revisions/sql/parser.ts'
import type { Run } from '../run.ts'

/**
 * Before REINDEX … CONCURRENTLY: drops what one that was cancelled, failed or cut off has left on
 * the same tables, invalid indexes named `…_ccnew` (the copy that did not get ready) and `…_ccold`
 * (the original that was replaced). Another session that reindexes at this moment is waited for, and
 * has taken its own away by then.
 * @see https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
 */
export async function dropReindexLeftovers(run: Run, statement: Statement): Promise<void> {
  for (const { schema, name } of await reindexLeftovers(run, statement)) {
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
  statement: Statement,
): Promise<readonly { readonly schema: string; readonly name: string }[]> {
  const target = await reindexTarget(statement)
  if (target === undefined) return []
  const values = [target.kind, target.name]
  const { rows } = await run.session.query<{ schema: string; name: string }>(LEFTOVERS, values)
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

interface ReindexTarget {
  readonly kind: 'index' | 'table'
  /** Quoted, qualified where the statement does so. */
  readonly name: string
}

/** Undefined for a whole schema or database too: what else lies there is not this revision's. */
async function reindexTarget({ text }: Statement): Promise<ReindexTarget | undefined> {
  const parsed = await parseStatements(text)
  const node = parsed.kind === 'statements' ? parsed.statements[0]?.node : undefined
  if (node === undefined || !('ReindexStmt' in node)) return undefined
  const { kind, relation } = node.ReindexStmt
  if (relation?.relname === undefined) return undefined
  const { schemaname, relname } = relation
  const name = schemaname === undefined ? [relname] : [schemaname, relname]
  return {
    kind: kind === 'REINDEX_OBJECT_INDEX' ? 'index' : 'table',
    name: qualifiedName(...name),
  }
}
