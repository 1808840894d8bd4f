import type { LintRule } from '../config/choices.ts'
import type { Finding, Found, Rule, RuleContext } from './finding.ts'
import { weighed } from './rules/heavy.ts'
import { RULES } from './rules.ts'
import type { LintStatement } from './statement.ts'
import { keyOf, shownTable } from './tree.ts'

/** What a statement did on the throwaway database to tables of before; of a partition, also to those above it. */
export interface Traced {
  readonly rewritten: readonly string[]
  readonly scanned: readonly string[]
  /** Locked against writers now. */
  readonly locked: readonly string[]
  readonly dropped: readonly string[]
  /** Of each partition the tables that it is a part of, the topmost first. */
  readonly above: ReadonlyMap<string, readonly string[]>
  /** SQLSTATE of its failure. */
  readonly failure?: string
}

/** What a rule has found, or the trace in its place. */
export interface Raised extends Found {
  readonly rule: Rule
  readonly by: Finding['by']
}

const DENIED = 'the throwaway database did not do it'

/** What only the throwaway database can know is its to decide. */
export function deniedBy(
  traced: Traced | undefined,
  rule: Rule,
  { table }: Found,
): string | undefined {
  if (traced === undefined) return undefined
  if (rule.id === 'enum-value-used-in-its-transaction') {
    return traced.failure === undefined ? 'it ran on the throwaway database' : undefined
  }
  if (traced.failure !== undefined || table === undefined) return undefined
  const done = { 'rewrites-table': traced.rewritten, 'scans-under-lock': traced.scanned }
  const tables = Object.entries(done).find(([id]) => id === rule.id)?.[1]
  return tables === undefined || tables.includes(keyOf(table)) ? undefined : DENIED
}

/** Statements that change rows and not the table: they lock what they must, and no longer. */
const OF_ROWS = [
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'SelectStmt',
  'CopyStmt',
  'LockStmt',
]

/** What the trace shows and no rule has said of the table. */
export function raisedBy(
  traced: Traced | undefined,
  about: {
    readonly statement: LintStatement
    readonly context: RuleContext
    readonly ruled: readonly Raised[]
  },
): readonly Raised[] {
  const { statement, context, ruled } = about
  if (traced === undefined) return []
  if (traced.failure === UNSAFE_NEW_VALUE) return usesNewValue(ruled)
  if (OF_ROWS.some((name) => name in statement.node)) return []
  const { above, rewritten } = traced
  const known = new Set(
    ruled.flatMap(({ rule, table, silent }) =>
      table !== undefined && HEAVY.includes(rule.id) && silent !== DENIED ? [keyOf(table)] : [],
    ),
  )
  const raise = (keys: readonly string[], id: LintRule, does: string): readonly Raised[] => {
    const leaves = keys.filter((key) => !keys.some((one) => above.get(one)?.includes(key)))
    const hit = leaves.filter(
      (key) => ![key, ...(above.get(key) ?? [])].some((one) => known.has(one)),
    )
    return topmost(hit, above).flatMap((key) => {
      const [schema = '', ...name] = key.split('.')
      const table = { schema, name: name.join('.') }
      const rule = RULES.find((one) => one.id === id)
      if (rule === undefined || context.deploy.isMade(table)) return []
      const message = `run on the throwaway database, this ${does} ${shownTable(table)}`
      const effect = { table, lock: 'access exclusive', what: does, safe: SEE } as const
      return [{ ...weighed(context, effect, message), rule, by: 'trace' as const }]
    })
  }
  const scanned = traced.scanned.filter(
    (key) => traced.locked.includes(key) && !rewritten.includes(key),
  )
  const isDropKnown = ruled.some(({ rule, table }) => rule.id === 'drops-data' && !table)
  return [
    ...raise(rewritten, 'rewrites-table', 'writes all of'),
    ...raise(scanned, 'scans-under-lock', 'reads, under a lock that keeps writers out, all of'),
    ...(isDropKnown ? [] : raise(traced.dropped, 'drops-data', 'drops')),
  ]
}

/** Several partitions of one table are that table; one alone is itself. */
function topmost(keys: readonly string[], above: Traced['above']): readonly string[] {
  const groups = Map.groupBy(keys, (key) => above.get(key)?.[0] ?? key)
  return [...groups].flatMap(([top, [first = top, ...more]]) => (more.length === 0 ? first : top))
}

const UNSAFE_NEW_VALUE = '55P04'

/** In a function's body, say, where no rule looks. */
function usesNewValue(ruled: readonly Raised[]): readonly Raised[] {
  const rule = RULES.find(({ id }) => id === 'enum-value-used-in-its-transaction')
  if (rule === undefined || ruled.some((one) => one.rule === rule)) return []
  const message = 'run on the throwaway database, this uses a value that its transaction adds'
  return [{ message, safe: NEW_VALUE_FIRST, rule, by: 'trace' }]
}

const NEW_VALUE_FIRST = '-- the ALTER TYPE in a revision of its own, before this one'

const HEAVY: readonly string[] = [
  'rewrites-table',
  'blocks-writes-while-building',
  'scans-under-lock',
  'validates-in-the-same-transaction',
  'full-lock-maintenance',
  'fails-on-rows',
  'drops-data',
  'one-big-write',
]

const SEE = '-- docs/lint.md has the ways around it'
