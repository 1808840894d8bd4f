import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import { type InspectionRequest, inspectionSql } from './inspection-sql.ts'

/** One thing that keeps pgate from touching a table of its own. */
interface TableFault {
  readonly is:
    | 'kind'
    | 'owner'
    | 'trigger'
    | 'foreign key'
    | 'rule'
    | 'child'
    | 'parent'
    | 'row security'
    | 'default'
    | 'check'
    | 'index'
    | 'column'
    | 'dependency'
  readonly name: string
  /** A trigger's: who owns its function; a foreign key's: its table; a column's: its type. */
  readonly by: string | null
}

/** What the catalog says of one of pgate's tables that there is. */
export interface Inspected {
  /** Quoted and qualified. */
  readonly table: string
  readonly owner: string
  /** Row security is on. Where it does not count for this role, that is no fault. */
  readonly secured: boolean
  readonly faults: readonly TableFault[]
}

/**
 * Looks which of the tables there are, and that touching them runs nobody else's code.
 * @throws {GateError} HISTORY_TABLE
 */
export async function inspect(
  session: Session,
  asked: InspectionRequest,
): Promise<ReadonlySet<string>> {
  const { rows } = await session.query<Inspected>(inspectionSql(asked))
  return inspected(rows)
}

/**
 * The names of those that there are.
 * @throws {GateError} HISTORY_TABLE for the first that must not be touched
 */
export function inspected(tables: readonly Inspected[]): ReadonlySet<string> {
  const faulty = tables.find(({ faults }) => faults.length > 0)
  if (faulty !== undefined) throw untouchable(faulty)
  return new Set(tables.map(({ table }) => table))
}

/** What was found, and what to do about the first of it. */
function untouchable({ table, owner, faults }: Inspected): GateError {
  const shown = faults.slice(0, 5).map((fault) => describeFault(fault, table))
  const remedy = faults.slice(0, 1).map((fault) => remedyFor(fault, table))
  const more = faults.length > shown.length ? `, and ${faults.length - shown.length} more` : ''
  return new GateError(
    'HISTORY_TABLE',
    `${table} (of role ${owner}) is not safe to touch: ${shown.join('; ')}${more}`,
    {
      facts: { table, owner, faults: faults.slice(0, 20) },
      hint: `${remedy.join('')} Nothing of it was run; find out who made it first.`,
    },
  )
}

const KINDS: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  p: 'a partitioned table',
  f: 'a foreign table',
  S: 'a sequence',
  c: 'a type',
  i: 'an index',
  I: 'an index',
}

function describeFault({ is, name, by }: TableFault, table: string): string {
  switch (is) {
    case 'kind':
      return `it is ${KINDS[name] ?? 'no table'}, and no plain table`
    case 'owner':
      return `it belongs to ${name}, which is neither the role that migrates nor one that it is a member of, and owns neither the schema nor the database`
    case 'trigger':
      return `trigger ${name} on it runs a function of role ${by}`
    case 'foreign key':
      return `foreign key ${name} of table ${by} hangs on it`
    case 'rule':
      return `rule ${name} rewrites what is done to it`
    case 'child':
      return `table ${name} inherits from it`
    case 'parent':
      return `it inherits from ${name}`
    case 'row security':
      return `row security is on, and hides rows from role ${name}`
    case 'default':
      return `the default of column ${name} calls a function that may run SQL`
    case 'check':
      return `check ${name} calls a function that may run SQL`
    case 'index':
      return `index ${name} calls a function that may run SQL`
    case 'column':
      return `column ${name} is of type ${by}, which is not one of PostgreSQL's own`
    case 'dependency':
      return `a default, a check or an index of ${table} depends on ${name}`
  }
}

function remedyFor({ is, name, by }: TableFault, table: string): string {
  switch (is) {
    case 'kind':
      return `Rename or drop it, and pgate makes the table.`
    case 'owner':
      return `Where its rows are right: ALTER TABLE ${table} OWNER TO <the role that migrates>, or GRANT ${quoteIdentifier(name)} to that role; else rename or drop it.`
    case 'trigger':
      return `DROP TRIGGER ${quoteIdentifier(name)} ON ${table};`
    case 'foreign key':
      return `ALTER TABLE ${by} DROP CONSTRAINT ${quoteIdentifier(name)};`
    case 'rule':
      return `DROP RULE ${quoteIdentifier(name)} ON ${table};`
    case 'child':
      return `ALTER TABLE ${name} NO INHERIT ${table};`
    case 'parent':
      return `ALTER TABLE ${table} NO INHERIT ${name};`
    case 'row security':
      return `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY; or let a role migrate and read that it does not hold for: the table's owner (without FORCE), or one with BYPASSRLS.`
    case 'default':
      return `ALTER TABLE ${table} ALTER COLUMN ${quoteIdentifier(name)} DROP DEFAULT;`
    case 'check':
      return `ALTER TABLE ${table} DROP CONSTRAINT ${quoteIdentifier(name)};`
    case 'index':
      return `DROP INDEX ${name};`
    case 'column':
    case 'dependency':
      return `Rename or drop ${table}, or put it back as pgate makes it.`
  }
}
