import { GateError, messageOf } from '../../../errors/error.ts'
import { quoteIdentifier } from '../../../postgres/sql/identifier.ts'
import { INSUFFICIENT_PRIVILEGE } from '../../../postgres/sql/sqlstate.ts'
import { parseStatements } from '../../../revisions/sql/parser.ts'
import type { PreparedRevision } from '../prepare.ts'
import type { Run } from '../run.ts'

/**
 * A failure because a right is missing, with who owns what the statement is about and how to get it: the
 * server's message names neither owner nor role. Every other failure is returned as it is.
 * @param failure what a revision failed with, after its transaction was rolled back; never rejects
 */
export async function withOwners(
  run: Run,
  { statements }: PreparedRevision,
  failure: unknown,
): Promise<unknown> {
  if (!(failure instanceof GateError) || failure.code !== 'MIGRATION_FAILED') return failure
  const { sqlstate, statement } = failure.facts
  const text = statements[Number(statement) - 1]?.text
  if (sqlstate !== INSUFFICIENT_PRIVILEGE || text === undefined) return failure
  const owned = await readOwners(run, text).catch((error: unknown) => {
    run.context.log.debug('owners.unread', 'Who owns it could not be read', {
      reason: messageOf(error),
    })
    return []
  })
  const [first] = owned
  if (first === undefined) return failure
  const { code, message, facts, cause } = failure
  const lines = owned.map(({ name, owner }) => `${name} belongs to ${owner}`)
  const { owner, role } = first
  const [from, to] = [quoteIdentifier(owner), quoteIdentifier(role)]
  return new GateError(
    code,
    message.replace(/$|\n/, `; ${lines.join(', ')}, and pgate runs as ${role}$&`),
    {
      facts: { ...facts, owners: owned },
      hint: `As a superuser let one role own the schema: GRANT ${from} TO ${to}; then set PGATE_ROLE=${owner}; or REASSIGN OWNED BY ${from} TO ${to}; for good. Nothing of the statement is left.`,
      cause,
    },
  )
}

interface Owned {
  readonly name: string
  readonly owner: string
  /** Whom pgate runs as. */
  readonly role: string
}

/** The relations that a statement names and that this role neither owns nor may act as the owner of. */
async function readOwners({ session }: Run, text: string): Promise<readonly Owned[]> {
  const parsed = await parseStatements(text)
  if (parsed.kind !== 'statements') return []
  const names = [...new Set(parsed.statements.flatMap(({ node }) => relationsIn(node)))]
  const { rows } = await session.query<Owned>(
    `select c.oid::pg_catalog.regclass::pg_catalog.text as name, o.rolname as owner, current_user as role
       from pg_catalog.unnest($1::pg_catalog.text[]) as wanted (name)
       join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) pg_catalog.to_regclass(wanted.name)
       join pg_catalog.pg_roles o on o.oid operator(pg_catalog.=) c.relowner
      where not pg_catalog.pg_has_role(c.relowner, 'USAGE')`,
    [names],
  )
  return rows
}

/** `RangeVar` is a relation anywhere in a statement; DROP names its objects by lists of words. */
function relationsIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(relationsIn)
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'RangeVar' || key === 'relation')
      return [...rangeName(value), ...relationsIn(value)]
    if (key === 'objects' && Array.isArray(value)) return value.flatMap(listName)
    return relationsIn(value)
  })
}

function rangeName(value: unknown): readonly string[] {
  const words = [fieldOf(value, 'schemaname'), fieldOf(value, 'relname')]
  const name = words.filter((word) => typeof word === 'string')
  return typeof words[1] === 'string' ? [name.map(quoteIdentifier).join('.')] : []
}

function listName(value: unknown): readonly string[] {
  const items = fieldOf(fieldOf(value, 'List'), 'items')
  if (!Array.isArray(items)) return []
  const words = items.map((item) => fieldOf(fieldOf(item, 'String'), 'sval'))
  return [
    words
      .filter((word) => typeof word === 'string')
      .map(quoteIdentifier)
      .join('.'),
  ]
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
