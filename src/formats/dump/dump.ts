import type { Node } from 'libpg-query'
import { type ParsedStatement, parseStatements } from '../../revisions/sql/parser.ts'
import { type ImportSource, importInvalid } from '../import-invalid.ts'

/** What `pg_dump --schema-only` wrote, as the text of a revision. */
export interface DumpedSchema {
  readonly sql: string
  readonly statements: number
  /** Tables that are a migrator's own, and not of the schema. */
  readonly leftOut: readonly string[]
}

/** A table of the dump; names as they are. */
export interface DumpedTable {
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[]
}

const WITH_ROWS = 'give it without rows: pg_dump --schema-only'

/**
 * The statements that make a dump's schema: without its settings and its search_path, owners, comments
 * on extensions, and the tables that migrators keep. Needs no server.
 * @throws {GateError} IMPORT_INVALID for what is no dump of a schema
 */
export async function dumpedSchema(
  source: ImportSource,
  isMigrators: (table: DumpedTable) => boolean,
): Promise<DumpedSchema> {
  refuseForeign(source)
  // psql's commands, which pg_dump writes around all it writes.
  const text = source.text.replace(/^\\(?:un)?restrict .*$/gm, '')
  const parsed = await parseStatements(text)
  if (parsed.kind === 'error') {
    const { at, message } = parsed
    const remedy = 'give what pg_dump --schema-only writes, unchanged'
    throw importInvalid({ source, line: at.line, found: message, remedy })
  }
  const { statements } = parsed
  const tables = statements.flatMap(({ node }) => tableOf(node)).filter(isMigrators)
  const gone = new Set(tables.map(({ schema, name }) => `${schema}.${name}`))
  for (const { node } of statements) for (const one of sequencesOf(node, gone)) gone.add(one)
  const leftOut = [...tables].map(({ schema, name }) => `${schema}.${name}`)
  const kept = statements.filter(({ node }) => !isFrame(node) && !isOf(node, gone))
  for (const statement of kept) refuseRows(source, statement)
  if (kept.length === 0) throw nothing(source)
  return { sql: kept.map(textOf).join('\n\n'), statements: kept.length, leftOut }
}

function refuseForeign(source: ImportSource): void {
  const lines = source.text.split('\n')
  const at = lines.findIndex((line) => /^COPY .* FROM stdin;$|^\\(?!(?:un)?restrict )/.test(line))
  const line = lines[at]
  if (line === undefined) return
  const isCopy = line.startsWith('COPY')
  const found = isCopy ? `rows are in it: ${line}` : `a command for psql: ${line}`
  const remedy = isCopy ? WITH_ROWS : 'give a dump of one database, without --create'
  throw importInvalid({ source, line: at + 1, found, remedy })
}

function refuseRows(source: ImportSource, { node, at, text }: ParsedStatement): void {
  if (!('InsertStmt' in node) && !('SelectStmt' in node)) return
  const found = `rows are in it: ${text.slice(0, 60).split('\n')[0]}`
  throw importInvalid({ source, line: at.line, found, remedy: WITH_ROWS })
}

function nothing(source: ImportSource) {
  const found = source.text.trim() === '' ? 'it is empty' : 'it makes no object'
  return importInvalid({ source, found, remedy: 'see whether pg_dump failed' })
}

/** A view's rows are made by what reads it: as a dump has it, without, no query could. */
function textOf({ node, text }: ParsedStatement): string {
  const isView = 'CreateTableAsStmt' in node
  const sql = isView ? text.replace(/\s+WITH NO DATA\s*$/, '') : text
  return `${sql.trim()};`
}

/** What a dump says besides the objects. */
function isFrame(node: Node): boolean {
  if ('VariableSetStmt' in node || 'AlterOwnerStmt' in node) return true
  if ('SelectStmt' in node) return JSON.stringify(node.SelectStmt).includes('"set_config"')
  if ('CreateSchemaStmt' in node) return node.CreateSchemaStmt.schemaname === 'public'
  if ('CommentStmt' in node) return isFrameComment(node.CommentStmt)
  const { cmds = [] } = 'AlterTableStmt' in node ? node.AlterTableStmt : {}
  return (
    cmds.length > 0 &&
    cmds.every((cmd) => 'AlterTableCmd' in cmd && cmd.AlterTableCmd.subtype === 'AT_ChangeOwner')
  )
}

function isFrameComment({
  objtype,
  object,
}: Extract<Node, { CommentStmt: unknown }>['CommentStmt']): boolean {
  const isPublic = object !== undefined && 'String' in object && object.String.sval === 'public'
  return objtype === 'OBJECT_EXTENSION' || (objtype === 'OBJECT_SCHEMA' && isPublic)
}

function tableOf(node: Node): readonly DumpedTable[] {
  if (!('CreateStmt' in node)) return []
  const { relation, tableElts = [] } = node.CreateStmt
  const columns = tableElts.flatMap((one) =>
    'ColumnDef' in one && one.ColumnDef.colname !== undefined ? [one.ColumnDef.colname] : [],
  )
  return [{ schema: relation?.schemaname ?? 'public', name: relation?.relname ?? '', columns }]
}

/** What a table of those takes along. */
function sequencesOf(node: Node, tables: ReadonlySet<string>): readonly string[] {
  if (!('AlterSeqStmt' in node)) return []
  const { sequence, options = [] } = node.AlterSeqStmt
  const owners = options.flatMap((option) =>
    'DefElem' in option && option.DefElem.defname === 'owned_by' ? [option.DefElem.arg] : [],
  )
  const isOurs = owners.some((owner) => tables.has(namesOf(owner).slice(0, -1).join('.')))
  return isOurs ? [qualified(sequence)] : []
}

/** Whether a statement is about one of these relations. */
function isOf(node: Node, relations: ReadonlySet<string>): boolean {
  if ('CommentStmt' in node) {
    const names = namesOf(node.CommentStmt.object)
    return relations.has(names.join('.')) || relations.has(names.slice(0, -1).join('.'))
  }
  if ('GrantStmt' in node) {
    const objects = node.GrantStmt.objects ?? []
    return objects.some((one) => 'RangeVar' in one && relations.has(qualified(one.RangeVar)))
  }
  const [body] = Object.values(node) as readonly { relation?: Relation; sequence?: Relation }[]
  const relation = body?.relation ?? body?.sequence
  return relation !== undefined && relations.has(qualified(relation))
}

interface Relation {
  readonly schemaname?: string
  readonly relname?: string
}

function qualified(relation: Relation | undefined): string {
  return `${relation?.schemaname ?? 'public'}.${relation?.relname ?? ''}`
}

function namesOf(node: Node | undefined): readonly string[] {
  if (node === undefined || !('List' in node)) return []
  return (node.List.items ?? []).flatMap((one) => ('String' in one ? [one.String.sval ?? ''] : []))
}
