import type { Node } from 'libpg-query'
import { qualifiedName } from '../../postgres/sql/identifier.ts'
import type { StatementSubject } from '../file/revision.ts'

/**
 * What a statement that runs outside a transaction is about; undefined where the catalog says
 * nothing of it. A whole schema or database is none: what else lies there is not this revision's.
 */
export function subjectOf(node: Node): StatementSubject | undefined {
  if ('IndexStmt' in node) {
    const table = nameOf(node.IndexStmt.relation)
    const { idxname: index } = node.IndexStmt
    if (table === undefined) return undefined
    return { act: 'build', table, ...(index !== undefined && { index }) }
  }
  if ('ReindexStmt' in node) {
    const name = nameOf(node.ReindexStmt.relation)
    const kind = node.ReindexStmt.kind === 'REINDEX_OBJECT_INDEX' ? 'index' : 'table'
    return name === undefined ? undefined : { act: 'reindex', kind, name }
  }
  if ('DropStmt' in node)
    return { act: 'drop', names: node.DropStmt.objects?.flatMap(wordsIn) ?? [] }
  if (!('AlterTableStmt' in node)) return undefined
  const [command] = node.AlterTableStmt.cmds ?? []
  const definition = command && 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined
  if (definition === undefined || !('PartitionCmd' in definition)) return undefined
  const parent = nameOf(node.AlterTableStmt.relation)
  const partition = nameOf(definition.PartitionCmd.name)
  if (parent === undefined || partition === undefined) return undefined
  return { act: 'detach', parent, partition }
}

interface NamedRelation {
  readonly schemaname?: string | undefined
  readonly relname?: string | undefined
}

function nameOf(relation: NamedRelation | undefined): string | undefined {
  if (relation?.relname === undefined) return undefined
  const { schemaname, relname } = relation
  return schemaname === undefined ? qualifiedName(relname) : qualifiedName(schemaname, relname)
}

/** DROP names its objects by lists of words. */
function wordsIn(object: Node): readonly string[] {
  const items = 'List' in object ? (object.List.items ?? []) : []
  const words = items.flatMap((one) => ('String' in one ? [one.String.sval ?? ''] : []))
  return words.length === 0 ? [] : [qualifiedName(...words)]
}
