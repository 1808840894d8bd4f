import type { LintStatement } from './statement.ts'

/**
 * For each statement of a revision the schema of names that have none: the first that a SET search_path
 * before it names, until the revision ends, or for SET LOCAL the transaction. Pure.
 */
export function schemasOf(
  statements: readonly LintStatement[],
  initial: string,
): readonly string[] {
  let session = initial
  let local: { readonly schema: string; readonly transaction: number } | undefined
  return statements.map(({ node, transaction }) => {
    const schema = local?.transaction === transaction ? local.schema : session
    if ('VariableSetStmt' in node && node.VariableSetStmt.name === 'search_path') {
      const { args = [], is_local } = node.VariableSetStmt
      const words = args.flatMap((one) => ('A_Const' in one ? (one.A_Const.sval?.sval ?? []) : []))
      const first = words.find((word) => word !== '$user' && word !== '') ?? initial
      if (is_local === true) local = { schema: first, transaction }
      else [session, local] = [first, undefined]
    }
    return schema
  })
}
