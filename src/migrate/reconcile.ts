import { qualifiedName } from '../postgres/identifier.ts'
import { concurrentIndex } from '../revisions/concurrent-index.ts'
import type { Statement } from '../revisions/revision.ts'
import type { Run } from './run.ts'

/**
 * Before CREATE INDEX CONCURRENTLY: looks whether an earlier run got there. A valid index of that
 * name on that table is done where the
 * run was taken up at this very statement; an invalid one, which a cancelled or failed build leaves behind and
 * `if not exists` would believe, is dropped so that it is built again.
 * @returns whether the statement still has to run
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export async function clearTheWay(
  run: Run,
  statement: Statement,
  resumedHere: boolean,
): Promise<boolean> {
  const wanted = await concurrentIndex(statement)
  if (wanted === undefined) return true
  const table = wanted.schema === undefined ? [wanted.table] : [wanted.schema, wanted.table]
  const { rows } = await run.session.query<{ schema: string; name: string; valid: boolean }>(
    `select n.nspname as schema, c.relname as name, i.indisvalid and i.indisready as valid
       from pg_catalog.pg_index i
       join pg_catalog.pg_class c on c.oid = i.indexrelid
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where i.indrelid = pg_catalog.to_regclass($1) and c.relname = $2`,
    [qualifiedName(...table), wanted.name],
  )
  const [found] = rows
  if (found === undefined) return true
  if (found.valid) return !resumedHere
  run.context.log.warn(
    'index.rebuild',
    `Index ${wanted.name} is invalid: dropped, to be built again`,
    {
      index: wanted.name,
    },
  )
  await run.session.query(`drop index concurrently ${qualifiedName(found.schema, found.name)}`)
  return true
}
