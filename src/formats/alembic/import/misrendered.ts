import type { Node } from 'libpg-query'
import type { GateError } from '../../../errors/error.ts'
import type { ParsedStatement } from '../../../revisions/sql/parser.ts'
import { type ImportSource, importInvalid, OTHER_WAYS } from '../../import-invalid.ts'

/** What to do about `%%` in SQL that Alembic has rendered. */
export type Percents = 'refuse' | 'halve' | 'keep'

const HINT = `Nothing was written. Either ${OTHER_WAYS}.`

/** What reads and writes rows: elsewhere `$1` is a function's argument. */
const OF_ROWS = /^(?:Select|Insert|Update|Delete|Merge)Stmt$/

/**
 * What Alembic renders wrongly offline: a parameter of `bind.execute(text(…), {…})` comes out as NULL
 * or as `$1`, and the statement then runs and does something else.
 */
export function lostParameter(
  source: ImportSource,
  { node, at, text }: ParsedStatement,
): GateError | undefined {
  const [kind = ''] = Object.keys(node)
  if (!OF_ROWS.test(kind)) return undefined
  const what = insertsNothing(node) ? 'this inserts nothing but NULL' : lostIn(node)
  if (what === undefined) return undefined
  const [words = ''] = text.trim().split('\n')
  const found = `${what}, where Alembic has lost a parameter: ${words.slice(0, 80)}`
  const remedy = 'take another way for this project, or write IS NULL where NULL is meant'
  return importInvalid({ source, line: at.line, found, remedy, hint: HINT })
}

function insertsNothing(node: Node): boolean {
  const { selectStmt } = 'InsertStmt' in node ? node.InsertStmt : {}
  const { valuesLists = [] } =
    selectStmt !== undefined && 'SelectStmt' in selectStmt ? selectStmt.SelectStmt : {}
  return valuesLists.length > 0 && valuesLists.every(isNull)
}

/** Without recursion: a rendered list of values may be deep. */
function lostIn(whole: Node): string | undefined {
  const open: unknown[] = [whole]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if ('ParamRef' in next) return 'this has a parameter without a value ($1)'
    if ('A_Expr' in next && comparesWithNull(next)) {
      return 'this compares with NULL, which is never true'
    }
    open.push(...Object.values(next))
  }
  return undefined
}

const COMPARISON = /^(?:=|<>|!=|[<>]=?|~~\*?|!~~\*?)$/
const KINDS = /^AEXPR_(?:OP|OP_ANY|OP_ALL|IN|LIKE|ILIKE)$/

function comparesWithNull({ A_Expr }: { readonly A_Expr: unknown }): boolean {
  const { kind, name, lexpr, rexpr } = A_Expr as Extract<Node, { A_Expr: unknown }>['A_Expr']
  const [sign] = name ?? []
  const isComparison =
    sign !== undefined && 'String' in sign && COMPARISON.test(sign.String.sval ?? '')
  return isComparison && KINDS.test(kind ?? '') && [lexpr, rexpr].some(isNull)
}

function isNull(node: Node | undefined): boolean {
  if (node === undefined) return false
  if ('TypeCast' in node) return isNull(node.TypeCast.arg)
  if ('List' in node) return node.List.items?.every(isNull) === true
  return 'A_Const' in node && node.A_Const.isnull === true
}

/**
 * Without `paramstyle: named` Alembic doubles every `%`, in views and functions too. Seen where each of
 * a stream's is double.
 */
export function doubledPercent(
  source: ImportSource,
  statements: readonly ParsedStatement[],
): GateError | undefined {
  const runs = statements.flatMap(({ text }) => text.match(/%+/g) ?? [])
  if (runs.length === 0 || runs.some((run) => run.length % 2 === 1)) return undefined
  const first = statements.find(({ text }) => text.includes('%%'))
  const text = first?.text ?? ''
  const words = text.split('\n').find((line) => line.includes('%%')) ?? ''
  const line = (first?.at.line ?? 1) + text.slice(0, text.indexOf('%%')).split('\n').length - 1
  return importInvalid({
    source,
    line,
    found: `every % of this SQL is double, as Alembic writes it for a driver: ${words.trim().slice(0, 80)}`,
    remedy: 'say which is meant',
    hint: 'Give --single-percent to import each %% as %, or --no-single-percent where %% is meant; for good, write dialect_opts={"paramstyle": "named"} into context.configure of env.py. Nothing was written.',
  })
}
