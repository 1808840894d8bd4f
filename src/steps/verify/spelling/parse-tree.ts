import { useBaselineWasm } from '../../../base/v8-flags.ts'
import { asStatement, type PrintedForm } from './printed-form.ts'

/** How columns are compared where one side names their table and the other does not. */
export type Columns = 'as written' | 'with or without their table'

/** Whether two texts of one form mean the same, however two servers spell them. */
export type Equivalent = (form: PrintedForm, one: string, other: string) => boolean

/** The parse tree of a text of one form; undefined where the parser does not take it. */
export type Parse = (form: PrintedForm, text: string) => unknown

/** Loads PostgreSQL's own parser, a WebAssembly module of 1.7 MB. */
export async function loadParse(): Promise<Parse> {
  useBaselineWasm()
  const { loadModule, parseSync, SqlError } = await import('libpg-query')
  await loadModule()
  return (form, text) => {
    try {
      return parseSync(asStatement(form, text))
    } catch (error) {
      // A RangeError is what the module throws when an expression is nested too deeply.
      if (error instanceof SqlError || error instanceof RangeError) return undefined
      throw error
    }
  }
}

/**
 * Loads the parser and gives the comparison by parse tree: PostgreSQL prints AND, OR and the casts of
 * arrays in two ways, which count as the same. A text that the parser does not take is equivalent to
 * none.
 * @param columns on one major version `as written`. @see sameTree
 */
export async function loadEquivalent(columns: Columns): Promise<Equivalent> {
  const parse = await loadParse()
  const normal = (form: PrintedForm, text: string) => normalTree(parse(form, text))
  return (form, one, other) => {
    const left = normal(form, one)
    return left !== undefined && sameTree(left, normal(form, other), columns)
  }
}

/**
 * True where two parse trees are equal but for positions in the text and, if so wanted, for qualifiers
 * of columns that one has and the other lacks: from 16 on, a view over one table is printed without.
 *
 * @example sameTree(parse('select users.id from users'), parse('select id from users')) // true
 */
function sameTree(
  one: unknown,
  other: unknown,
  columns: Columns = 'with or without their table',
): boolean {
  const same = (left: unknown, right: unknown) => sameTree(left, right, columns)
  if (Array.isArray(one) && Array.isArray(other)) return sameList(one, other, same)
  if (!isNode(one) || !isNode(other)) return one === other
  const fields = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...fields].every((field) => {
    if (isPosition(field)) return true
    if (field === 'ColumnRef' && columns !== 'as written') {
      return sameColumn(one[field], other[field])
    }
    return same(one[field], other[field])
  })
}

function sameList(
  one: readonly unknown[],
  other: readonly unknown[],
  same: (one: unknown, other: unknown) => boolean,
): boolean {
  return one.length === other.length && one.every((item, index) => same(item, other[index]))
}

/** `id` is `users.id`, and `users.id` is not `orders.id`. */
function sameColumn(one: unknown, other: unknown): boolean {
  const [left, right] = [columnParts(one), columnParts(other)]
  const length = Math.min(left.length, right.length)
  return length > 0 && sameList(left.slice(-length), right.slice(-length), sameTree)
}

function columnParts(column: unknown): readonly unknown[] {
  return isNode(column) && Array.isArray(column.fields) ? column.fields : []
}

/** `location`, `stmt_len`, `list_start`, `rexpr_list_end` and their like. */
function isPosition(field: string): boolean {
  return /(?:location|_len|list_start|list_end)$/.test(field)
}

/**
 * A parse tree in the one form that PostgreSQL's two ways to print it share: what AND and OR hold
 * of their own kind is drawn into them, and the cast of an array stands at its elements.
 *
 * @example (a AND b) AND c        // a AND b AND c
 * @example (ARRAY['x'::character varying])::text[] // ARRAY[('x'::character varying)::text]
 * @see docs/decisions/0050-both-spellings-are-right.md
 */
function normalTree(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(normalTree)
  if (!isNode(tree)) return tree
  const node = Object.fromEntries(
    Object.entries(tree).map(([field, value]) => [field, normalTree(value)]),
  )
  return castElements(flattened(node))
}

/** Of a parse tree: an object of fields. */
type TreeNode = Readonly<Record<string, unknown>>

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Both are associative, and their arguments keep their order. */
function flattened(node: TreeNode): TreeNode {
  const whole = node.BoolExpr
  if (!isNode(whole) || whole.boolop === 'NOT_EXPR' || !Array.isArray(whole.args)) return node
  const args = whole.args.flatMap((arg: unknown) => {
    const part = isNode(arg) ? arg.BoolExpr : undefined
    const isSame = isNode(part) && part.boolop === whole.boolop && Array.isArray(part.args)
    return isSame ? part.args : [arg]
  })
  return { BoolExpr: { ...whole, args } }
}

/**
 * `(ARRAY[…])::t[]` casts each element to t, and so does `ARRAY[(…)::t, …]`, provided that the
 * elements are no arrays themselves: those would become an array of texts in the second form.
 */
function castElements(node: TreeNode): TreeNode {
  const cast = node.TypeCast
  if (!isNode(cast) || !isNode(cast.arg) || !isNode(cast.typeName)) return node
  const { A_ArrayExpr: array } = cast.arg
  const { arrayBounds, ...element } = cast.typeName
  if (!isNode(array) || !Array.isArray(array.elements) || !isOneDimension(arrayBounds)) return node
  if (!array.elements.some(isScalar)) return node
  const elements = array.elements.map((arg: unknown) => ({ TypeCast: { arg, typeName: element } }))
  return { A_ArrayExpr: { ...array, elements } }
}

function isOneDimension(bounds: unknown): boolean {
  return Array.isArray(bounds) && bounds.length === 1
}

/** The elements of one array have one type: where one is surely no array, none is. */
function isScalar(element: unknown): boolean {
  const cast = isNode(element) ? element.TypeCast : undefined
  if (!isNode(cast) || !isNode(cast.typeName) || cast.typeName.arrayBounds !== undefined)
    return false
  const { names } = cast.typeName
  return Array.isArray(names) && SCALARS.has(names.map(nameOf).join('.'))
}

function nameOf(part: unknown): unknown {
  return isNode(part) && isNode(part.String) ? part.String.sval : undefined
}

/** PostgreSQL's own text types: a domain of somebody's may hide an array. */
const SCALARS: ReadonlySet<string> = new Set([
  'pg_catalog.varchar',
  'pg_catalog.bpchar',
  'bpchar',
  'text',
])
