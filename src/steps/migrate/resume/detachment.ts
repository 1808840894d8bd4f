import { qualifiedName } from '../../../postgres/sql/identifier.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import { parseStatements } from '../../../revisions/sql/parser.ts'
import type { Run } from '../run.ts'

/**
 * Before ALTER TABLE … DETACH PARTITION … CONCURRENTLY: how far an earlier run got. One that
 * stopped between its two transactions leaves the partition pending, which only FINALIZE ends.
 * @returns the text that still has to run; undefined where, `inDoubt`, the partition is a table of
 *   its own already
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
 */
export async function detachmentToRun(
  run: Run,
  statement: Statement,
  inDoubt: boolean,
): Promise<string | undefined> {
  const names = await detachedPartition(statement)
  if (names === undefined) return statement.text
  const { rows } = await run.session.query<{ there: boolean; pending: boolean | null }>(
    `select pg_catalog.to_regclass($2) is not null as there, i.inhdetachpending as pending
       from (select 1) one
       left join pg_catalog.pg_inherits i
         on i.inhparent operator(pg_catalog.=) pg_catalog.to_regclass($1)
        and i.inhrelid operator(pg_catalog.=) pg_catalog.to_regclass($2)`,
    [names.parent, names.partition],
  )
  const [found] = rows
  if (found?.pending === true) {
    return `alter table ${names.parent} detach partition ${names.partition} finalize`
  }
  const done = inDoubt && found?.there === true && found.pending === null
  return done ? undefined : statement.text
}

/** Both names quoted, and qualified where the statement does so. */
export async function detachedPartition({
  text,
}: Statement): Promise<{ readonly parent: string; readonly partition: string } | undefined> {
  const parsed = await parseStatements(text)
  const node = parsed.kind === 'statements' ? parsed.statements[0]?.node : undefined
  if (node === undefined || !('AlterTableStmt' in node)) return undefined
  const [command] = node.AlterTableStmt.cmds ?? []
  if (command === undefined || !('AlterTableCmd' in command)) return undefined
  const definition = command.AlterTableCmd.def
  if (definition === undefined || !('PartitionCmd' in definition)) return undefined
  const parent = quoted(node.AlterTableStmt.relation)
  const partition = quoted(definition.PartitionCmd.name)
  return parent === undefined || partition === undefined ? undefined : { parent, partition }
}

interface Named {
  readonly schemaname?: string | undefined
  readonly relname?: string | undefined
}

function quoted(relation: Named | undefined): string | undefined {
  if (relation?.relname === undefined) return undefined
  const { schemaname, relname } = relation
  return schemaname === undefined ? qualifiedName(relname) : qualifiedName(schemaname, relname)
}
