import type { Node, SelectStmt } from 'libpg-query'
import { sizeOf } from '../facts.ts'
import type { Rule, RuleContext } from '../finding.ts'
import type { LintStatement } from '../statement.ts'
import {
  alterationsIn,
  constraintIn,
  everyNode,
  keyOf,
  listedRelation,
  namesIn,
  type RelationName,
  relationOf,
  shown,
  shownTable,
  typeWords,
} from '../tree.ts'

/** A statement that writes as many rows as a table of before has, and which. */
export interface WholeWrite {
  readonly what: string
  readonly table: RelationName
}

/** UPDATE, DELETE and INSERT … SELECT that go through a whole table of before; undefined for all others. */
export function wholeWrite(
  { node }: LintStatement,
  { schema, deploy }: RuleContext,
): WholeWrite | undefined {
  const found = writtenWhole(node, schema)
  return found !== undefined && deploy.isBefore(found.table) ? found : undefined
}

function writtenWhole(node: Node, schema: string): WholeWrite | undefined {
  if (
    'UpdateStmt' in node &&
    isEveryRow(node.UpdateStmt.whereClause) &&
    !node.UpdateStmt.fromClause
  ) {
    const table = relationOf(node.UpdateStmt.relation, schema)
    return table && { what: 'UPDATE', table }
  }
  if (
    'DeleteStmt' in node &&
    isEveryRow(node.DeleteStmt.whereClause) &&
    !node.DeleteStmt.usingClause
  ) {
    const table = relationOf(node.DeleteStmt.relation, schema)
    return table && { what: 'DELETE', table }
  }
  if (!('InsertStmt' in node)) return undefined
  const select = node.InsertStmt.selectStmt
  const query: SelectStmt | undefined =
    select && 'SelectStmt' in select ? select.SelectStmt : undefined
  const [from] = query?.fromClause ?? []
  if (query?.limitCount !== undefined || from === undefined || !isEveryRow(query?.whereClause))
    return undefined
  const table = 'RangeVar' in from ? relationOf(from.RangeVar, schema) : undefined
  return table && { what: 'INSERT … SELECT', table }
}

/** No WHERE, or one that asks no more than whether columns are null: what fills a column asks that. */
function isEveryRow(where: Node | undefined): boolean {
  if (where === undefined || 'NullTest' in where) return true
  return 'BoolExpr' in where && (where.BoolExpr.args ?? []).every((one) => isEveryRow(one))
}

const FEW_ROWS = 10_000

const oneBigWrite: Rule = {
  id: 'one-big-write',
  severity: 'warning',
  versions: 'all',
  why: 'All rows are locked until the one transaction ends, replicas fall behind, and vacuum can clean up nothing meanwhile; a failure in the last row undoes all of it.',
  sparesNewTables: true,
  *find(statement, context) {
    const written = wholeWrite(statement, context)
    if (written === undefined || statement.batched !== undefined) return
    const { what, table } = written
    const { said, isEmpty } = sizeOf(context.facts, table)
    const found =
      context.facts?.isLive === true ? context.facts.tables.get(keyOf(table)) : undefined
    const isFew = found !== undefined && found.rows < FEW_ROWS && (isEmpty || found.rows > 0)
    yield {
      message: `${what} goes through all of ${shownTable(table)} in one transaction`,
      safe: `-- some thousands of rows at a time, each committed; id is the primary key:\n-- pgate: batch ${shownTable(table)} by id, 5000 rows\n${what === 'DELETE' ? `DELETE FROM ${shownTable(table)} USING batch` : `UPDATE ${shownTable(table)} SET … FROM batch`} WHERE ${shownTable(table)}.id = batch.id;`,
      ...{ table, facts: said, silent: isFew ? 'the table is small' : undefined },
    }
  },
}

const failsOnRows: Rule = {
  id: 'fails-on-rows',
  severity: 'error',
  versions: 'all',
  why: 'A column that is NOT NULL and has no default cannot be added to a table that has a row: the statement fails there, and passes on an empty database.',
  sparesNewTables: true,
  *find({ node }, { schema, facts }) {
    for (const { table, command } of alterationsIn(node, schema)) {
      const { subtype, def } = command
      if (subtype !== 'AT_AddColumn' || def === undefined || !('ColumnDef' in def)) continue
      const { colname = '', typeName, constraints = [] } = def.ColumnDef
      const kinds = constraints.flatMap((one) => constraintIn(one)?.contype ?? [])
      const { name } = typeWords(typeName)
      const isFilled =
        /serial[248]?$/.test(name) ||
        ['CONSTR_DEFAULT', 'CONSTR_IDENTITY', 'CONSTR_GENERATED'].some((one) =>
          kinds.some((kind) => kind === one),
        )
      const isRequired = kinds.some((one) => one === 'CONSTR_NOTNULL' || one === 'CONSTR_PRIMARY')
      if (!isRequired || isFilled) continue
      const { said, isEmpty } = sizeOf(facts, table)
      const own = `ALTER TABLE ${shownTable(table)}`
      yield {
        message: `ADD COLUMN ${shown(colname)} NOT NULL without a default fails where ${shownTable(table)} has a row`,
        safe: `${own} ADD COLUMN ${shown(colname)} ${name} NOT NULL DEFAULT …;\n-- and, once every writer sets it:\n${own} ALTER COLUMN ${shown(colname)} DROP DEFAULT;`,
        ...{ table, facts: said, silent: isEmpty ? 'the table is empty' : undefined },
      }
    }
  },
}

const KEEP =
  '-- keep it until the version that uses it is gone everywhere; then drop it in a revision of its own'

const dropsData: Rule = {
  id: 'drops-data',
  severity: 'warning',
  versions: 'all',
  why: 'No downgrade brings the rows back: only a backup does.',
  sparesNewTables: true,
  *find(statement, context) {
    const { facts, schema } = context
    for (const { what, table, isWhole } of dropped(statement.node, schema)) {
      if (table === undefined) {
        yield { message: `${what} drops what is in it`, safe: KEEP }
        continue
      }
      const { said, isEmpty } = sizeOf(facts, table)
      const dependents = isWhole ? (facts?.tables.get(keyOf(table))?.dependents ?? []) : []
      const cascade = /\bcascade\s*$/i.test(statement.text)
        ? dependents.map((one) => `CASCADE takes ${one} along`)
        : []
      yield {
        message: `${what} drops data of ${shownTable(table)}`,
        ...{ safe: KEEP, table, facts: [...said, ...cascade] },
        silent: cascade.length === 0 ? harmless({ what, isEmpty }, context) : undefined,
      }
    }
  },
}

/** Why nobody misses it. */
function harmless(
  { what, isEmpty }: { readonly what: string; readonly isEmpty: boolean },
  { phase }: RuleContext,
): string | undefined {
  if (isEmpty) return 'the table is empty'
  return phase === 'contract' && what.startsWith('DROP ')
    ? 'the version that used it is gone when a contract revision runs'
    : undefined
}

interface Dropped {
  readonly what: string
  /** Absent: a schema, a type. */
  readonly table?: RelationName
  readonly isWhole?: true
}

function dropped(node: Node, schema: string): readonly Dropped[] {
  if ('DropStmt' in node) return droppedObjects(node.DropStmt, schema)
  if ('TruncateStmt' in node) {
    return everyNode<{ relname?: string; schemaname?: string }>(node, 'RangeVar').flatMap((one) => {
      const table = relationOf(one, schema)
      return table === undefined ? [] : [{ what: 'TRUNCATE', table }]
    })
  }
  if (
    'DeleteStmt' in node &&
    node.DeleteStmt.whereClause === undefined &&
    !node.DeleteStmt.usingClause
  ) {
    const table = relationOf(node.DeleteStmt.relation, schema)
    return table === undefined ? [] : [{ what: 'DELETE without WHERE', table }]
  }
  return alterationsIn(node, schema).flatMap(({ table, command: { subtype, name = '' } }) =>
    subtype === 'AT_DropColumn' ? [{ what: `DROP COLUMN ${shown(name)}`, table }] : [],
  )
}

function droppedObjects(
  { removeType, objects = [], behavior }: Extract<Node, { DropStmt: unknown }>['DropStmt'],
  schema: string,
): readonly Dropped[] {
  if (removeType === 'OBJECT_TABLE') {
    return objects.map((one) => ({
      what: 'DROP TABLE',
      table: listedRelation(one, schema),
      isWhole: true,
    }))
  }
  // Without CASCADE the one must be empty, and the other unused.
  if (behavior !== 'DROP_CASCADE') return []
  const words = {
    OBJECT_SCHEMA: 'DROP SCHEMA',
    OBJECT_TYPE: 'DROP TYPE',
    OBJECT_DOMAIN: 'DROP DOMAIN',
  }
  const what = Object.entries(words).find(([type]) => type === removeType)?.[1]
  if (what === undefined) return []
  return objects.map((one) => ({ what: `${what} ${shown(...namesIn(one))} CASCADE` }))
}

export const WRITE_RULES: readonly Rule[] = [failsOnRows, dropsData, oneBigWrite]
