import { useBaselineWasm } from '../../../base/v8-flags.ts'
import { isNode, normalTree } from './normal-tree.ts'
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
export function sameTree(
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
