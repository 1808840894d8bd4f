import type { Node } from 'libpg-query'

/**
 * Whether PostgreSQL runs a statement inside a transaction block. `perhaps` where that depends on
 * what the catalog or a procedure's body holds.
 */
type InTransaction = 'yes' | 'no' | 'perhaps'

/** The parser's name for a statement: `CreateStmt`, `IndexStmt`. */
export function nodeName(node: Node): string {
  return Object.keys(node)[0] ?? 'unknown'
}

/**
 * Decides by the parse tree alone. The list is that of PreventInTransactionBlock in PostgreSQL's
 * sources (versions 14 to 18). REINDEX and CLUSTER of a partitioned table are refused too and
 * cannot be distinguished from a plain table's: `transaction: off` is for them.
 *
 * REFRESH MATERIALIZED VIEW CONCURRENTLY and ALTER TYPE … ADD VALUE may run in a transaction; a new
 * enum value can be used only after it.
 * @see https://www.postgresql.org/docs/current/sql-begin.html
 */
export function inTransaction(node: Node): InTransaction {
  if ('CallStmt' in node || 'DropSubscriptionStmt' in node) return 'perhaps'
  return isRefusedInside(node) ? 'no' : 'yes'
}

function isRefusedInside(node: Node): boolean {
  if (ALWAYS_REFUSED.some((name) => name in node)) return true
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true
  if ('DropStmt' in node) return node.DropStmt.concurrent === true
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined
  if ('DiscardStmt' in node) return node.DiscardStmt.target === 'DISCARD_ALL'
  if ('ReindexStmt' in node) return reindexIsRefused(node.ReindexStmt)
  if ('AlterDatabaseStmt' in node)
    return find(node.AlterDatabaseStmt.options, 'tablespace') !== undefined
  if ('AlterTableStmt' in node) return (node.AlterTableStmt.cmds ?? []).some(detachesConcurrently)
  if ('CreateSubscriptionStmt' in node) return createsSlot(node.CreateSubscriptionStmt.options)
  if ('AlterSubscriptionStmt' in node) return alterSubscriptionIsRefused(node.AlterSubscriptionStmt)
  return false
}

const ALWAYS_REFUSED = [
  'CreatedbStmt',
  'DropdbStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'AlterSystemStmt',
] as const

type Stmt<Name extends string> = Extract<Node, Record<Name, unknown>>[Name]
type Options = readonly Node[] | undefined

function reindexIsRefused(reindex: Stmt<'ReindexStmt'>): boolean {
  const whole = reindex.kind !== 'REINDEX_OBJECT_TABLE' && reindex.kind !== 'REINDEX_OBJECT_INDEX'
  return whole || isOn(find(reindex.params, 'concurrently'), false)
}

function detachesConcurrently(command: Node): boolean {
  if (!('AlterTableCmd' in command)) return false
  const definition = command.AlterTableCmd.def
  if (definition === undefined || !('PartitionCmd' in definition)) return false
  return definition.PartitionCmd.concurrent === true
}

/** It makes a replication slot on the other server, which no rollback undoes. */
function createsSlot(options: Options): boolean {
  return isOn(find(options, 'connect'), true) && isOn(find(options, 'create_slot'), true)
}

function alterSubscriptionIsRefused(alter: Stmt<'AlterSubscriptionStmt'>): boolean {
  switch (alter.kind) {
    case 'ALTER_SUBSCRIPTION_REFRESH':
      return true
    case 'ALTER_SUBSCRIPTION_SET_PUBLICATION':
    case 'ALTER_SUBSCRIPTION_ADD_PUBLICATION':
    case 'ALTER_SUBSCRIPTION_DROP_PUBLICATION':
      return isOn(find(alter.options, 'refresh'), true)
    case 'ALTER_SUBSCRIPTION_OPTIONS':
      return ['failover', 'two_phase'].some((name) => find(alter.options, name) !== undefined)
    default:
      return false
  }
}

function find(options: Options, name: string): Stmt<'DefElem'> | undefined {
  for (const option of options ?? []) {
    if ('DefElem' in option && option.DefElem.defname === name) return option.DefElem
  }
  return undefined
}

/** As PostgreSQL's defGetBoolean: an option without a value is on, `off` comes as a type's name. */
function isOn(option: Stmt<'DefElem'> | undefined, whenAbsent: boolean): boolean {
  if (option === undefined) return whenAbsent
  const value = option.arg
  if (value === undefined) return true
  if ('A_Const' in value) return (value.A_Const.ival?.ival ?? 0) !== 0
  if ('Integer' in value) return (value.Integer.ival ?? 0) !== 0
  if ('Boolean' in value) return value.Boolean.boolval === true
  const word = 'TypeName' in value ? value.TypeName.names?.at(-1) : value
  if (word === undefined || !('String' in word)) return true
  return !['false', 'off'].includes((word.String.sval ?? '').toLowerCase())
}

/** What was found, and what to do about it. */
export interface StatementRefusal {
  readonly found: string
  readonly remedy: string
}

/** COPY from or to the client: `in` has its data below it, `out` would be read by nobody. */
export function clientCopy(node: Node): 'in' | 'out' | undefined {
  if (!('CopyStmt' in node)) return undefined
  const { is_from, is_program, filename } = node.CopyStmt
  if (is_program === true || filename !== undefined) return undefined
  return is_from === true ? 'in' : 'out'
}

/** What a statement does to the transaction that it stands in; undefined for all others. */
export type TransactionControl =
  | { readonly kind: 'begin'; readonly modes: readonly string[] }
  | { readonly kind: 'commit' }
  | { readonly kind: 'set' }
  | ({ readonly kind: 'refused' } & StatementRefusal)

/** Transaction control, savepoints excepted: they are statements as any other. */
export function transactionControl(node: Node): TransactionControl | undefined {
  if ('VariableSetStmt' in node) {
    const { name, args } = node.VariableSetStmt
    if (!/^transaction(?:_isolation|_deferrable| snapshot)?$/i.test(name ?? '')) return undefined
    return isReadOnly(args) ? READ_ONLY : { kind: 'set' }
  }
  if (!('TransactionStmt' in node)) return undefined
  const { kind, options, chain } = node.TransactionStmt
  switch (kind) {
    case 'TRANS_STMT_BEGIN':
    case 'TRANS_STMT_START':
      return isReadOnly(options) ? READ_ONLY : { kind: 'begin', modes: modesOf(options) }
    case 'TRANS_STMT_COMMIT':
      return chain === true
        ? refused('COMMIT AND CHAIN', 'write COMMIT, and BEGIN below it')
        : { kind: 'commit' }
    case 'TRANS_STMT_SAVEPOINT':
    case 'TRANS_STMT_RELEASE':
    case 'TRANS_STMT_ROLLBACK_TO':
      return undefined
    case 'TRANS_STMT_ROLLBACK':
      return refused('ROLLBACK', 'take it out, with what it undoes')
    default: {
      const words = (kind ?? '').replace('TRANS_STMT_', '').replace('_', ' ')
      const statement = words === 'PREPARE' ? 'PREPARE TRANSACTION' : words
      return refused(statement, 'take it out; a revision is committed in one phase')
    }
  }
}

/**
 * What a statement may not do where somebody else has opened the transaction and sends the statements.
 */
export function refusedStatement(node: Node): StatementRefusal | undefined {
  const control = transactionControl(node)
  if (control?.kind === 'refused') return control
  if (control !== undefined && control.kind !== 'set') {
    const remedy = 'take it out; pgate opens and ends the transaction (see `-- transaction:`)'
    return { found: `transaction control (${control.kind.toUpperCase()})`, remedy }
  }
  const copy = clientCopy(node)
  if (copy === 'out') return COPY_OUT
  const remedy = 'write the rows as INSERT (pg_dump --inserts does)'
  return (
    copy && { found: 'COPY … FROM STDIN, whose data only a client such as psql can send', remedy }
  )
}

export const COPY_OUT: StatementRefusal = {
  found: 'COPY … TO STDOUT, which nobody would read',
  remedy: 'take it out',
}

function refused(
  statement: string,
  remedy: string,
): Extract<TransactionControl, { kind: 'refused' }> {
  return { kind: 'refused', found: `transaction control (${statement})`, remedy }
}

const READ_ONLY = refused(
  'READ ONLY',
  'take READ ONLY out; pgate writes its own rows in the same transaction',
)

function isReadOnly(options: Options): boolean {
  return isOn(find(options, 'transaction_read_only'), false)
}

/** What BEGIN was given, as SET TRANSACTION takes it. */
function modesOf(options: Options): readonly string[] {
  return (options ?? []).flatMap((option) => {
    if (!('DefElem' in option)) return []
    const { defname, arg } = option.DefElem
    const value = arg !== undefined && 'A_Const' in arg ? arg.A_Const : undefined
    if (defname === 'transaction_isolation') return [`isolation level ${value?.sval?.sval ?? ''}`]
    if (defname === 'transaction_read_only') return ['read write']
    return [(value?.ival?.ival ?? 0) === 0 ? 'not deferrable' : 'deferrable']
  })
}
