import type { CaseResult } from './case.ts'

/** All that one run found: `benchmarks.json`. */
export interface Results {
  /** ISO 8601, at the end. */
  readonly measuredAt: string
  readonly command: string
  /** `linux x64, 2 processors, 8 GB`. */
  readonly machine: string
  readonly server: string
  readonly versions: Readonly<Record<string, string>>
  readonly runs: number
  /** 1 for sizes as the cases' names have them. */
  readonly scale: number
  /** What is not here, or could not be measured, and why. */
  readonly leftOut: readonly string[]
  readonly cases: readonly CaseResult[]
}
