import { GateError } from '../../errors/error.ts'
import type { FailureCode } from '../../errors/failures.ts'

/** One thing that is wrong with one revision file. */
export interface Fault {
  readonly code: FailureCode
  readonly file: string
  /** 1-based; `null` where no line is to blame. */
  readonly line: number | null
  /** What was found. */
  readonly message: string
  /** What to do, in the imperative. */
  readonly remedy: string
}

/** A fault before it is known in which file it stands. */
export type FaultInFile = Omit<Fault, 'file'>

/**
 * All faults as one failure: the code is the first one's, the message has a line for each
 * (`file:line: what was found; what to do`), `facts.faults` the same for machines.
 */
export function faultsError(faults: readonly [Fault, ...Fault[]]): GateError {
  const [first, ...others] = faults
  const lines = faults.map(describeFault)
  const message =
    others.length === 0
      ? lines.join('')
      : `${faults.length} faults in the revision files:\n${lines.map((line) => `  ${line}`).join('\n')}`
  return new GateError(first.code, message, {
    facts: { faults: faults.map(({ remedy: _, ...fact }) => fact) },
    hint: `Fix ${others.length === 0 ? first.file : 'the revision files'} and run pgate again; nothing was run.`,
  })
}

function describeFault({ file, line, message, remedy }: Fault): string {
  const place = line === null ? file : `${file}:${line}`
  return `${place}: ${message}; ${remedy}`
}
