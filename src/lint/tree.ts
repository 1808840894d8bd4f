import type { AlterTableCmd, Constraint, Node, RangeVar, TypeName } from 'libpg-query'

/** A table or index as a statement names it, or as it was found; not quoted. */
export interface RelationName {
  readonly schema: string
  readonly name: string
}

/** One command of an ALTER TABLE, and the table. */
export interface Alteration {
  readonly table: RelationName
  readonly command: AlterTableCmd
}

/** What two names have in common where they mean the same relation. */
export function keyOf({ schema, name }: RelationName): string {
  return `${schema}.${name}`
}

/** A relation, in `schema` where it does not say in which; undefined where it has no name. */
export function relationOf(
  relation: RangeVar | undefined,
  schema: string,
): RelationName | undefined {
  const { schemaname = schema, relname } = relation ?? {}
  return relname === undefined ? undefined : { schema: schemaname, name: relname }
}

/** The words of a name that comes as a list: `{ List: { items } }`, or its items. */
export function namesIn(nodes: readonly Node[] | Node | undefined): readonly string[] {
  if (nodes === undefined) return []
  const list = Array.isArray(nodes) ? nodes : [nodes as Node]
  return list.flatMap((node: Node) => {
    if ('String' in node) return [node.String.sval ?? '']
    if ('TypeName' in node) return namesIn(node.TypeName.names)
    return 'List' in node ? namesIn(node.List.items) : []
  })
}

/** A relation that DROP and the like name by a list of words. */
export function listedRelation(object: Node, schema: string): RelationName {
  const [name = '', within = schema] = namesIn(object).toReversed()
  return { schema: within, name }
}

const NAMED_AS_TABLES = ['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW']

/** What RENAME TO and SET SCHEMA make of the name of a table or view; undefined for any other statement. */
export function newNameIn(
  node: Node,
  schema: string,
): { readonly before: RelationName; readonly after: RelationName } | undefined {
  const rename = 'RenameStmt' in node ? node.RenameStmt : undefined
  const move = 'AlterObjectSchemaStmt' in node ? node.AlterObjectSchemaStmt : undefined
  const type = rename?.renameType ?? move?.objectType ?? ''
  const before = relationOf((rename ?? move)?.relation, schema)
  if (before === undefined || !NAMED_AS_TABLES.includes(type)) return undefined
  const { newname = before.name } = rename ?? {}
  const { newschema = before.schema } = move ?? {}
  return { before, after: { schema: newschema, name: newname } }
}

/** The commands of an ALTER TABLE (of an index or a view, too); none of any other statement. */
export function alterationsIn(node: Node, schema: string): readonly Alteration[] {
  if (!('AlterTableStmt' in node)) return []
  const table = relationOf(node.AlterTableStmt.relation, schema)
  if (table === undefined || node.AlterTableStmt.objtype !== 'OBJECT_TABLE') return []
  return (node.AlterTableStmt.cmds ?? []).flatMap((one) =>
    'AlterTableCmd' in one ? [{ table, command: one.AlterTableCmd }] : [],
  )
}

/** The constraint that a command adds or a list holds. */
export function constraintIn(node: Node | undefined): Constraint | undefined {
  return node !== undefined && 'Constraint' in node ? node.Constraint : undefined
}

/** A type as `pg_type.typname` has it, and the numbers behind it: `varchar`, [50]. */
export interface TypeWords {
  readonly name: string
  readonly mods: readonly number[]
  readonly isArray: boolean
}

export function typeWords(type: TypeName | undefined): TypeWords {
  const mods = (type?.typmods ?? []).flatMap((mod) =>
    'A_Const' in mod && mod.A_Const.ival !== undefined ? [mod.A_Const.ival.ival ?? 0] : [],
  )
  const isArray = (type?.arrayBounds ?? []).length > 0
  return { name: namesIn(type?.names).at(-1) ?? '', mods, isArray }
}

/** All nodes of one kind below a node, wherever they stand. */
export function everyNode<Found>(node: unknown, kind: string): readonly Found[] {
  const found: Found[] = []
  const open: unknown[] = [node]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one !== 'object' || one === null) continue
    for (const [key, value] of Object.entries(one)) {
      if (key === kind) found.push(value as Found)
      if (typeof value === 'object') open.push(value)
    }
  }
  return found
}

/** Every relation that a statement names, wherever. */
export function relationsIn(node: Node, schema: string): readonly RelationName[] {
  const listed = 'DropStmt' in node ? (node.DropStmt.objects ?? []) : []
  const own = relationsBelow(node, schema)
  return [...own, ...listed.map((one) => listedRelation(one, schema))]
}

/** The relation of a statement comes without the node's name around it. */
function relationsBelow(node: object, schema: string): readonly RelationName[] {
  const found: RelationName[] = []
  const open: object[] = [node]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if ('relname' in one) found.push(relationOf(one as RangeVar, schema) ?? { schema, name: '' })
    for (const value of Object.values(one)) {
      if (typeof value === 'object' && value !== null) open.push(value)
    }
  }
  return found
}

/** Names as a person would write them: quoted where they have to be. */
export function shown(...names: readonly string[]): string {
  const each = (name: string) =>
    /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
  return names.map(each).join('.')
}

/** A table as the reader knows it: with its schema where that is not the usual one. */
export function shownTable({ schema, name }: RelationName): string {
  return schema === 'public' ? shown(name) : shown(schema, name)
}
