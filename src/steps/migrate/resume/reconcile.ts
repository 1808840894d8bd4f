import { qualifiedName } from '../../../postgres/sql/identifier.ts'
import {
  DUPLICATE_DATABASE,
  DUPLICATE_OBJECT,
  INVALID_CATALOG_NAME,
  sqlstateOf,
  UNDEFINED_OBJECT,
} from '../../../postgres/sql/sqlstate.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import { concurrentIndex } from '../../../revisions/sql/concurrent-index.ts'
import type { Run } from '../run.ts'
import { detachmentToRun } from './detachment.ts'
import { dropReindexLeftovers } from './leftovers.ts'

/**
 * Before a statement that runs outside a transaction: looks in the catalog how far an earlier run
 * got with it, and clears away what a cancelled or failed attempt has left.
 * @param inDoubt whether an earlier run was cut off at this statement, so that nobody knows whether
 *   it took effect; then what it was to make is believed to be its work
 * @returns the text that still has to run; undefined where the statement took effect
 */
export async function remainingSql(
  run: Run,
  statement: Statement,
  inDoubt: boolean,
): Promise<string | undefined> {
  switch (statement.node) {
    case 'IndexStmt':
      return (await isBuilt(run, statement, inDoubt)) ? undefined : statement.text
    case 'AlterTableStmt':
      return detachmentToRun(run, statement, inDoubt)
    case 'ReindexStmt':
      await dropReindexLeftovers(run, statement)
      return statement.text
    default:
      return statement.text
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
async function isBuilt(run: Run, statement: Statement, inDoubt: boolean): Promise<boolean> {
  const wanted = await concurrentIndex(statement)
  if (wanted === undefined) return false
  const table = wanted.schema === undefined ? [wanted.table] : [wanted.schema, wanted.table]
  const { rows } = await run.session.query<{ schema: string; name: string; valid: boolean }>(
    `select n.nspname as schema, c.relname as name, i.indisvalid and i.indisready as valid
       from pg_catalog.pg_index i
       join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) i.indexrelid
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where i.indrelid operator(pg_catalog.=) pg_catalog.to_regclass($1)
        and c.relname operator(pg_catalog.=) $2`,
    [qualifiedName(...table), wanted.name],
  )
  const [found] = rows
  if (found === undefined) return false
  if (found.valid) return inDoubt
  const message = `Index ${wanted.name} is invalid: dropped, to be built again`
  run.context.log.warn('index.rebuild', message, { index: wanted.name })
  await run.session.query(`drop index concurrently ${qualifiedName(found.schema, found.name)}`)
  return false
}
