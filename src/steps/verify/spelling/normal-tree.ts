/**
 * A parse tree in the one form that PostgreSQL's two ways to print it share: what AND and OR hold
 * of their own kind is drawn into them, and the cast of an array stands at its elements.
 *
 * @example (a AND b) AND c        // a AND b AND c
 * @example (ARRAY['x'::character varying])::text[] // ARRAY[('x'::character varying)::text]
 * @see docs/decisions/0050-both-spellings-are-right.md
 */
export function normalTree(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(normalTree)
  if (!isNode(tree)) return tree
  const node = Object.fromEntries(
    Object.entries(tree).map(([field, value]) => [field, normalTree(value)]),
  )
  return castElements(flattened(node))
}

/** Of a parse tree: an object of fields. */
export type TreeNode = Readonly<Record<string, unknown>>

export function isNode(value: unknown): value is TreeNode {
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
