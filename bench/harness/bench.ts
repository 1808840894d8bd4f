import type { CaseResult } from './case.ts'
import type { BenchServer } from './server.ts'
import type { Stock } from './stock.ts'
import type { Tool } from './tool.ts'

/** What a workload works with. */
export interface Bench {
  readonly server: BenchServer
  /** Those that are on this machine and were asked for, pgate first. */
  readonly tools: readonly Tool[]
  /** Of a program that a floor needs: `psql`, `pg_isready`, `time`. */
  readonly has: (program: string) => boolean
  /** For a case of short runs; longer ones do fewer, by {@link fewer}. */
  readonly runs: number
  /** A size, scaled down where a quick look is wanted. */
  readonly size: (whole: number) => number
  readonly stock: Stock
  /** A folder of this run alone. */
  readonly folder: string
}

/** One file of `workloads/`: its cases share what they prepare. */
export interface Workload {
  readonly name: string
  readonly cases: readonly WorkloadCase[]
}

export interface WorkloadCase {
  /** `noop.rtt5`. */
  readonly id: string
  /** Why it cannot be measured here; absent where it can. */
  readonly leftOut?: (bench: Bench) => string | undefined
  readonly run: (bench: Bench) => Promise<CaseResult>
}

/** A third of the runs, a tenth, …; at least one. */
export function fewer(bench: Pick<Bench, 'runs'>, divisor: number): number {
  return Math.max(1, Math.round(bench.runs / divisor))
}
