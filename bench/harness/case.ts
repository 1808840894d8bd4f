import { join } from 'node:path'
import { type Summary, summarise } from './stats.ts'
import type { Kind } from './tool.ts'

/** One who takes part in a case. */
export interface Contestant {
  readonly name: string
  readonly kind: Kind
  /** The row that it is to be held to, where that is neither a floor nor the best peer. */
  readonly base?: string
  /** One run: milliseconds, or the case's own unit; what it has to prepare is not counted. */
  readonly measure: () => Promise<Measured>
  /** Round trips of one run, counted after those that were timed. */
  readonly turns?: () => Promise<TurnCount>
}

export interface Measured {
  readonly value: number
  /** Where several were started at once: how many did not end well. */
  readonly failed?: number
}

export interface TurnCount {
  /** Up to the end of the authentication, over all connections. */
  readonly startUp: number
  readonly after: number
}

/** What is compared in one table. */
export interface Case {
  /** `noop.rtt5`: the workload, and what is special. */
  readonly id: string
  readonly title: string
  readonly unit: 'ms' | 'MB'
  readonly runs: number
  readonly contestants: readonly Contestant[]
}

/** One line of a table. */
export interface Row {
  readonly name: string
  readonly kind: Kind
  readonly base?: string
  readonly summary?: Summary
  readonly turns?: TurnCount
  /** The most that failed in any run. */
  readonly failed?: number
  /** Why there is no figure. */
  readonly failure?: string
}

export interface CaseResult extends Omit<Case, 'contestants' | 'runs'> {
  readonly rows: readonly Row[]
}

interface Entry {
  readonly contestant: Contestant
  readonly values: number[]
  failed?: number
  failure?: string
}

/**
 * Measures a case: one round that is not counted, then `runs` rounds in each of which everybody
 * runs once (A B C A B C), so that a busy moment of the machine hits all alike. Who fails is out,
 * and says why.
 */
export async function measureCase(toMeasure: Case): Promise<CaseResult> {
  const { contestants, runs, ...about } = toMeasure
  const entries = contestants.map((contestant): Entry => ({ contestant, values: [] }))
  const warmUps = runs > 1 ? 1 : 0
  for (let round = -warmUps; round < runs; round += 1) {
    for (const entry of entries) await runOnce(entry, round >= 0)
  }
  const rows: Row[] = []
  for (const entry of entries) rows.push(await rowOf(entry))
  return { ...about, rows }
}

async function runOnce(entry: Entry, isCounted: boolean): Promise<void> {
  if (entry.failure !== undefined) return
  try {
    const { value, failed } = await entry.contestant.measure()
    if (isCounted) entry.values.push(value)
    if (failed !== undefined) entry.failed = Math.max(failed, entry.failed ?? 0)
  } catch (error) {
    entry.failure = reasonOf(error)
  }
}

async function rowOf({ contestant, values, failed, failure }: Entry): Promise<Row> {
  const { name, kind, base } = contestant
  const about = { name, kind, ...(base !== undefined && { base }) }
  if (failure !== undefined) return { ...about, failure }
  const turns = await contestant.turns?.()
  return {
    ...about,
    summary: summarise(values),
    ...(turns && { turns }),
    ...(failed !== undefined && { failed }),
  }
}

/** Where this repository lies is not to be read in what is committed. */
const ROOT = `${join(import.meta.dirname, '..', '..')}/`

/** One line for a table: a tool's own last words may be many. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replaceAll(ROOT, '').replaceAll(/\s+/g, ' ').slice(0, 200)
}
