import type { Node } from 'libpg-query'

/** What one of Alembic's own statements does to the rows of its version table. */
export interface RowChange {
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** What a statement is to an importer. */
export type Bookkeeping =
  | { readonly kind: 'transaction'; readonly ends: boolean }
  | { readonly kind: 'version-table' }
  | { readonly kind: 'version-rows'; readonly change: RowChange }
  | { readonly kind: 'foreign-rows' }

/**
 * Recognises what Alembic writes around a revision: BEGIN and COMMIT, CREATE and DROP of the version
 * table, and its rows. `foreign-rows` writes to that table in a form that Alembic does not use;
 * undefined is the revision's own.
 */
export function bookkeepingOf(node: Node, versionTable: string): Bookkeeping | undefined {
  if ('TransactionStmt' in node) return transactionOf(node.TransactionStmt.kind)
  if ('CreateStmt' in node && node.CreateStmt.relation?.relname === versionTable) {
    return { kind: 'version-table' }
  }
  if ('DropStmt' in node && dropsTable(node, versionTable)) return { kind: 'version-table' }
  if (writtenTable(node) !== versionTable) return undefined
  const change = rowChange(node)
  return change === undefined ? { kind: 'foreign-rows' } : { kind: 'version-rows', change }
}

/** Savepoints and the like are the revision's own. */
function transactionOf(kind: string | undefined): Bookkeeping | undefined {
  if (kind === 'TRANS_STMT_COMMIT') return { kind: 'transaction', ends: true }
  const begins = kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START'
  return begins ? { kind: 'transaction', ends: false } : undefined
}

function dropsTable(node: Extract<Node, { DropStmt: unknown }>, table: string): boolean {
  const { objects = [], removeType } = node.DropStmt
  const [only, ...others] = objects
  if (removeType !== 'OBJECT_TABLE' || only === undefined || others.length > 0) return false
  return 'List' in only && stringOf(only.List.items?.at(-1)) === table
}

function writtenTable(node: Node): string | undefined {
  if ('InsertStmt' in node) return node.InsertStmt.relation?.relname
  if ('UpdateStmt' in node) return node.UpdateStmt.relation?.relname
  return 'DeleteStmt' in node ? node.DeleteStmt.relation?.relname : undefined
}

function rowChange(node: Node): RowChange | undefined {
  if ('InsertStmt' in node) {
    const added = insertedVersion(node.InsertStmt.selectStmt)
    return added === undefined ? undefined : { removed: [], added: [added] }
  }
  if ('DeleteStmt' in node) {
    const removed = comparedVersion(node.DeleteStmt.whereClause)
    return removed === undefined ? undefined : { removed: [removed], added: [] }
  }
  if (!('UpdateStmt' in node)) return undefined
  const removed = comparedVersion(node.UpdateStmt.whereClause)
  const added = setVersion(node.UpdateStmt.targetList)
  return removed === undefined || added === undefined
    ? undefined
    : { removed: [removed], added: [added] }
}

/** `values ('972fc63ffb69')`: one row of one constant. */
function insertedVersion(select: Node | undefined): string | undefined {
  if (select === undefined || !('SelectStmt' in select)) return undefined
  const [row, ...others] = select.SelectStmt.valuesLists ?? []
  if (row === undefined || others.length > 0 || !('List' in row)) return undefined
  const [value, ...more] = row.List.items ?? []
  return more.length === 0 ? constantOf(value) : undefined
}

function setVersion(targets: readonly Node[] = []): string | undefined {
  const [target, ...others] = targets
  if (target === undefined || others.length > 0 || !('ResTarget' in target)) return undefined
  return constantOf(target.ResTarget.val)
}

/** `alembic_version.version_num = '972fc63ffb69'`; by hand one leaves the table's name out. */
function comparedVersion(where: Node | undefined): string | undefined {
  if (where === undefined || !('A_Expr' in where)) return undefined
  const { lexpr, name = [], rexpr } = where.A_Expr
  if (lexpr === undefined || !('ColumnRef' in lexpr) || stringOf(name[0]) !== '=') return undefined
  return (lexpr.ColumnRef.fields?.length ?? 0) > 1 ? constantOf(rexpr) : undefined
}

function constantOf(node: Node | undefined): string | undefined {
  return node !== undefined && 'A_Const' in node ? node.A_Const.sval?.sval : undefined
}

function stringOf(node: Node | undefined): string | undefined {
  return node !== undefined && 'String' in node ? node.String.sval : undefined
}
