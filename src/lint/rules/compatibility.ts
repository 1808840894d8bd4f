import type { Found, Rule, RuleContext } from '../finding.ts'
import type { LintStatement } from '../statement.ts'
import {
  alterationsIn,
  constraintIn,
  keyOf,
  listedRelation,
  newNameIn,
  type RelationName,
  relationOf,
  shown,
  shownTable,
} from '../tree.ts'

const EXPAND =
  '-- first add what is new next to it and let the application use both; take the old away when no old version runs'

/** What the version of the application that still runs would trip over. */
export const breaksRunning: Rule = {
  id: 'breaks-the-running-version',
  severity: 'warning',
  versions: 'all',
  why: 'While the new version starts, the old one still runs, with the names and types that it knows: its queries fail until the last of it is gone, and all of them after a rollback.',
  sparesNewTables: true,
  *find(statement, context) {
    for (const found of broken(statement, context)) yield inPhase(found, statement, context)
  },
}

/** What a contract revision is for, and what belongs in one. */
function inPhase(found: Found, { text }: LintStatement, { phase }: RuleContext): Found {
  if (phase === undefined) return found
  if (phase === 'contract') {
    return { ...found, silent: found.silent ?? 'no old version runs when a contract revision does' }
  }
  return {
    ...found,
    message: `${found.message}: contract work in an expand revision`,
    safe: `-- in a revision of its own, with this line in its header:\n-- phase: contract\n${text.trim()};`,
  }
}

function* broken({ node }: LintStatement, context: RuleContext): Iterable<Found> {
  const { schema, phase } = context
  if (phase === 'expand') yield* droppedIn(node, schema)
  const moved = newNameIn(node, schema)
  if (moved !== undefined) yield calledOtherwise(moved.before, moved.after)
  if ('RenameStmt' in node) yield* renamed(node.RenameStmt, schema)
  if ('AlterEnumStmt' in node && node.AlterEnumStmt.oldVal !== undefined) {
    const { oldVal, newVal = '' } = node.AlterEnumStmt
    yield { message: `the enum value '${oldVal}' is '${newVal}' from here on`, safe: EXPAND }
  }
  for (const { table, command } of alterationsIn(node, schema)) {
    const { subtype = '', name = '', def } = command
    if (subtype === 'AT_DropColumn') {
      const safe = '-- deploy a version that does not use it first; then drop it'
      yield {
        message: `queries that name ${shown(name)} of ${shownTable(table)} fail`,
        safe,
        table,
      }
    }
    if (subtype === 'AT_SetNotNull') yield required(table, name, context)
    if (subtype === 'AT_AlterColumnType') yield retyped(table, name, context)
    const column = def !== undefined && 'ColumnDef' in def ? def.ColumnDef : undefined
    if (subtype !== 'AT_AddColumn' || column === undefined) continue
    const kinds = (column.constraints ?? []).flatMap((one) => constraintIn(one)?.contype ?? [])
    if (kinds.length !== 1 || kinds[0] !== 'CONSTR_NOTNULL') continue
    yield required(table, column.colname ?? '', context)
  }
}

/** Without phases it is drops-data that speaks of these. */
function* droppedIn(node: LintStatement['node'], schema: string): Iterable<Found> {
  if (!('DropStmt' in node)) return
  const { removeType = '', objects = [] } = node.DropStmt
  if (!['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW'].includes(removeType)) return
  for (const one of objects) {
    const table = listedRelation(one, schema)
    if (table !== undefined) {
      yield { message: `queries that name ${shownTable(table)} fail`, safe: EXPAND, table }
    }
  }
}

function calledOtherwise(table: RelationName, after: RelationName): Found {
  const [own, now] = [shownTable(table), shownTable(after)]
  const change =
    after.schema === table.schema
      ? `RENAME TO ${shown(after.name)}`
      : `SET SCHEMA ${shown(after.schema)}`
  const safe = `ALTER TABLE ${own} ${change};\n-- a view under the old name keeps the running version going:\nCREATE VIEW ${own} AS SELECT * FROM ${now};`
  return { message: `${own} is called ${now} from here on`, safe, table }
}

function* renamed(
  { renameType, relation, subname = '', newname = '' }: Rename,
  schema: string,
): Iterable<Found> {
  const table = relationOf(relation, schema)
  if (table === undefined || renameType !== 'OBJECT_COLUMN') return
  yield {
    message: `${shown(subname)} of ${shownTable(table)} is called ${shown(newname)} from here on`,
    safe: EXPAND,
    table,
  }
}

type Rename = Extract<Parameters<Rule['find']>[0]['node'], { RenameStmt: unknown }>['RenameStmt']

function required(table: RelationName, column: string, { deploy, facts }: RuleContext): Found {
  const isSo = facts?.tables.get(keyOf(table))?.columns[column]?.notNull === true
  const isProved = isSo || deploy.isProvedNotNull(table, column)
  return {
    message: `rows that the running version writes without ${shown(column)} of ${shownTable(table)} are refused`,
    safe: '-- let a version that always writes it run first, or give the column a default',
    ...{ table, silent: isProved ? 'a valid CHECK asks for it already' : undefined },
  }
}

/** The same values under a wider type trouble nobody. */
function retyped(table: RelationName, column: string, { effects }: RuleContext): Found {
  const effect = effects.find(
    ({ work, what }) => work === 'rewrites' && what.includes(shown(column)),
  )
  return {
    message: `${shown(column)} of ${shownTable(table)} has another type from here on`,
    ...{ safe: EXPAND, table, silent: effect?.silent },
  }
}
