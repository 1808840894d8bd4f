import type { Node } from 'libpg-query'
import { type ParsedStatement, parseStatements } from './parser.ts'

/** What revisions must leave alone; names as they are, not quoted. */
export interface OwnTables {
  readonly tables: readonly { readonly schema: string; readonly name: string }[]
  /** What is set as PGATE_ROLE: DROP OWNED BY it drops the tables too. */
  readonly role: string | undefined
}

/** Why a statement is not run, without the place it stands at. */
interface OwnTableFault {
  readonly code: 'REVISION_OWN_TABLE'
  readonly message: string
  readonly remedy: string
}

/**
 * Whether a statement drops, alters, renames, truncates or moves one of pgate's own tables, or the
 * schema of one, as far as the parse tree shows: in the statement itself, and in a DO block of
 * PL/pgSQL. A name without a schema is taken for the table of that name.
 */
export async function ownTableFault(
  { node, text }: Pick<ParsedStatement, 'node' | 'text'>,
  own: OwnTables,
): Promise<OwnTableFault | undefined> {
  const found = touched(node, own) ?? (await touchedInBlock(node, text, own))
  if (found === undefined) return undefined
  const words = text.replaceAll(/\s+/g, ' ').slice(0, 60)
  return {
    code: 'REVISION_OWN_TABLE',
    message: `${found} is pgate's own, and this statement would change it: ${words}`,
    remedy:
      'take it out; tools that compare a database with its models write such statements (docs/next-to-an-orm.md)',
  }
}

/** Whether a text can hold such a statement at all; only then it is worth the parser. */
export function mayTouchOwnTables(text: string, { tables }: OwnTables): boolean {
  return /\b(?:schema|owned)\b/i.test(text) || tables.some(({ name }) => text.includes(name))
}

interface Relation {
  readonly schemaname?: string
  readonly relname?: string
}

function touched(node: Node, own: OwnTables): string | undefined {
  if ('DropOwnedStmt' in node) return dropsOwned(node.DropOwnedStmt.roles, own)
  for (const schema of changedSchemas(node)) {
    if (own.tables.some((table) => table.schema === schema)) return `schema ${schema}`
  }
  for (const { schemaname, relname } of changedRelations(node)) {
    const table = own.tables.find(
      ({ schema, name }) => name === relname && (schemaname ?? schema) === schema,
    )
    if (table !== undefined) return `${table.schema}.${table.name}`
  }
  return undefined
}

function changedRelations(node: Node): readonly Relation[] {
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE') {
    return (node.DropStmt.objects ?? []).map(relationOf)
  }
  if ('CommentStmt' in node && node.CommentStmt.objtype === 'OBJECT_TABLE') {
    return node.CommentStmt.object === undefined ? [] : [relationOf(node.CommentStmt.object)]
  }
  if ('TruncateStmt' in node) {
    return (node.TruncateStmt.relations ?? []).flatMap((one) =>
      'RangeVar' in one ? [one.RangeVar] : [],
    )
  }
  const relation = relationIn(node)
  return relation === undefined ? [] : [relation]
}

function relationIn(node: Node): Relation | undefined {
  if ('AlterTableStmt' in node) return node.AlterTableStmt.relation
  if ('RenameStmt' in node) return node.RenameStmt.relation
  if ('AlterObjectSchemaStmt' in node) return node.AlterObjectSchemaStmt.relation
  if ('CreateTrigStmt' in node) return node.CreateTrigStmt.relation
  if ('RuleStmt' in node) return node.RuleStmt.relation
  if ('CreatePolicyStmt' in node) return node.CreatePolicyStmt.table
  return undefined
}

function changedSchemas(node: Node): readonly (string | undefined)[] {
  if ('RenameStmt' in node && node.RenameStmt.renameType === 'OBJECT_SCHEMA') {
    return [node.RenameStmt.subname]
  }
  if (!('DropStmt' in node) || node.DropStmt.removeType !== 'OBJECT_SCHEMA') return []
  return (node.DropStmt.objects ?? []).flatMap(textsOf)
}

function relationOf(object: Node): Relation {
  const [relname, schemaname] = textsOf(object).toReversed()
  return { ...(relname && { relname }), ...(schemaname && { schemaname }) }
}

function textsOf(node: Node): readonly string[] {
  if ('String' in node) return [node.String.sval ?? '']
  return 'List' in node ? (node.List.items ?? []).flatMap(textsOf) : []
}

const OWN_ROLES = ['ROLESPEC_CURRENT_ROLE', 'ROLESPEC_CURRENT_USER', 'ROLESPEC_SESSION_USER']

function dropsOwned(roles: readonly Node[] | undefined, own: OwnTables): string | undefined {
  const drops = (roles ?? []).some((role) => {
    if (!('RoleSpec' in role)) return false
    const { roletype, rolename } = role.RoleSpec
    return OWN_ROLES.includes(roletype ?? '') || (own.role !== undefined && rolename === own.role)
  })
  return drops ? 'what the migrating role owns' : undefined
}

/** The SQL that stands in a DO block as it is; what it puts together when it runs cannot be known. */
async function touchedInBlock(
  node: Node,
  text: string,
  own: OwnTables,
): Promise<string | undefined> {
  if (!('DoStmt' in node) || !mayTouchOwnTables(text, own)) return undefined
  const { parsePlPgSQL } = await import('libpg-query')
  let tree: string
  try {
    tree = JSON.stringify(await parsePlPgSQL(text))
  } catch {
    // Another language, or a body that PL/pgSQL will refuse: the server says so when it runs.
    return undefined
  }
  for (const [, query = '""'] of tree.matchAll(/"query":("(?:[^"\\]|\\.)*")/g)) {
    const sql = String(JSON.parse(query))
    const constant = /^\s*'((?:[^']|'')*)'\s*$/.exec(sql)?.[1]?.replaceAll("''", "'")
    const parsed = await parseStatements(constant ?? sql)
    if (parsed.kind === 'error') continue
    const found = parsed.statements.map((one) => touched(one.node, own)).find(Boolean)
    if (found !== undefined) return found
  }
  return undefined
}
