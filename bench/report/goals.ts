import type { CaseResult, Row } from '../harness/case.ts'
import { GOALS, type GoalSpec } from './goal-list.ts'
import { bestPeer } from './table.ts'

/** A goal, and what a run has of it. */
export interface Goal {
  readonly what: string
  /** `at most 1.9x node -e 0`, `at most 80 ms`. */
  readonly wanted: string
  /** `1.66x`, `71 ms`; `not measured` where the run lacks it. */
  readonly found: string
  /** Undefined where it was not measured. */
  readonly reached?: boolean
}

/** Written in JavaScript, as pgate is. */
const NODE_PEERS: ReadonlySet<string> = new Set([
  'postgres-migrations',
  'drizzle-orm',
  'knex',
  'node-pg-migrate',
  'umzug',
  'postgrator-cli',
  'graphile-migrate',
])

/** Every goal, with what the results have of it. */
export function goalsOf(cases: readonly CaseResult[]): readonly Goal[] {
  return GOALS.map((spec) => held(spec, cases))
}

function held(spec: GoalSpec, cases: readonly CaseResult[]): Goal {
  const [id, name] = spec.of
  const rows = rowsOf(cases, id)
  const row = rows.find((one) => one.name === name)
  const against = againstWhat(spec, cases, rows)
  const amount = amountOf(spec, row, against)
  const unit = against ? 'x' : spec.figure ? '' : ` ${unitOf(id)}`
  const wanted = `at most ${spec.most}${unit}${against ? ` ${against.name}` : ''}`
  if (amount === undefined) return { what: spec.what, wanted, found: 'not measured' }
  const found = `${spec.figure ? amount : amount.toFixed(against ? 2 : 0)}${unit}`
  return { what: spec.what, wanted, found, reached: amount <= spec.most }
}

interface Against {
  readonly name: string
  readonly median: number | undefined
}

function againstWhat(
  { of, by, byCase }: GoalSpec,
  cases: readonly CaseResult[],
  rows: readonly Row[],
): Against | undefined {
  if (byCase !== undefined) {
    const { id, times, name } = byCase
    const median = rowsOf(cases, id).find((row) => row.name === of[1])?.summary?.median
    return { name, median: median && median * times }
  }
  if (by === undefined) return undefined
  if (typeof by === 'string') {
    return { name: by, median: rows.find(({ name }) => name === by)?.summary?.median }
  }
  const best = bestPeer(rows.filter(({ name }) => by.bestPeer === 'any' || NODE_PEERS.has(name)))
  const whose = by.bestPeer === 'any' ? 'the best peer' : 'the best Node.js peer'
  return { name: best ? `${whose}, ${best.name}` : whose, median: best?.summary?.median }
}

function amountOf(
  { figure }: GoalSpec,
  row: Row | undefined,
  against: Against | undefined,
): number | undefined {
  if (figure === 'round trips') return row?.turns?.after
  if (figure === 'failed') return row?.failed
  const median = row?.summary?.median
  if (against === undefined) return median
  return median && against.median && median / against.median
}

function unitOf(id: string): 'ms' | 'MB' {
  return id.includes('memory') ? 'MB' : 'ms'
}

function rowsOf(cases: readonly CaseResult[], id: string): readonly Row[] {
  return cases.find((one) => one.id === id)?.rows ?? []
}
