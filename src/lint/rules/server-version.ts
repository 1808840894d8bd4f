import type { Constraint, Node } from 'libpg-query'
import type { Rule } from '../finding.ts'
import { everyNode } from '../tree.ts'

/** The oldest major that pgate supports: what a deploy without a connection may meet. */
export const OLDEST_MAJOR = 15

/** Syntax that an older server does not know. */
const SYNTAX: readonly {
  readonly since: number
  readonly what: string
  readonly isUsed: (node: Node) => boolean
}[] = [
  {
    since: 18,
    what: 'NOT NULL as a named constraint',
    isUsed: (node) =>
      constraints(node).some((one) => one.contype === 'CONSTR_NOTNULL' && 'keys' in one),
  },
  {
    since: 18,
    what: 'a VIRTUAL generated column',
    isUsed: (node) =>
      constraints(node).some(
        (one) => one.contype === 'CONSTR_GENERATED' && one.generated_kind === 'v',
      ),
  },
  { since: 18, what: 'NOT ENFORCED', isUsed: (node) => constraints(node).some(isNotEnforced) },
  {
    since: 18,
    what: 'WITHOUT OVERLAPS or PERIOD',
    isUsed: (node) =>
      constraints(node).some((one) => one.without_overlaps === true || one.fk_with_period === true),
  },
  {
    since: 17,
    what: 'MERGE … RETURNING',
    isUsed: (node) => 'MergeStmt' in node && node.MergeStmt.returningClause !== undefined,
  },
  { since: 17, what: 'JSON_TABLE', isUsed: (node) => everyNode(node, 'JsonTable').length > 0 },
  {
    since: 17,
    what: 'SET EXPRESSION',
    isUsed: (node) => everyNode(node, 'subtype').includes('AT_SetExpression'),
  },
]

/** The parser says it of those that are. */
function isNotEnforced({ contype, is_enforced }: Constraint): boolean {
  return (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN') && is_enforced !== true
}

function constraints(node: Node): readonly Constraint[] {
  return everyNode<Constraint>(node, 'Constraint')
}

export const serverVersion: Rule = {
  id: 'server-version',
  severity: 'error',
  versions: `from ${OLDEST_MAJOR} on: what a newer one brought`,
  why: 'An older server answers with a syntax error, and it may be the one in production.',
  sparesNewTables: false,
  *find({ node }, { facts }) {
    const major = facts?.isLive === true ? facts.major : OLDEST_MAJOR
    for (const { since, what } of SYNTAX.filter((one) => one.since > major && one.isUsed(node))) {
      const whose =
        facts?.isLive === true ? `this server is ${major}` : `pgate supports ${major} and newer`
      yield { message: `${what} needs PostgreSQL ${since}, and ${whose}`, safe: SAFE }
    }
  },
}

const SAFE =
  '-- write it as the older server knows it; with a connection (DATABASE_URL) its own major counts'
