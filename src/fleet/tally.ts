import { counted, oneLine } from '../base/words.ts'
import { GateError, messageOf } from '../errors/error.ts'
import { EXIT_CODES } from '../errors/exit-codes.ts'
import type { FailureCode } from '../errors/failures.ts'
import { withoutRestorePoint } from '../steps/migrate/precautions.ts'
import { mostSevere } from './severity.ts'

/** What of a failure is kept: a fleet may have as many as targets. */
export interface TargetFailure {
  readonly target: string
  /** `BUG` where pgate did not throw it on purpose. */
  readonly code: FailureCode | 'BUG'
  readonly exitCode: number
  readonly retriable: boolean
  /** One line, cut. */
  readonly message: string
}

/** What a target that did not fail came to. */
export interface Finding {
  /** What is counted: `unchanged`, `applied`, `open`, `pending`. */
  readonly did: string
  /** A line about this target, where it has one of its own. */
  readonly note?: string
}

/** Counts what targets came to. Nothing is kept of those that are open. */
export interface Tally {
  found(target: string, finding: Finding): void
  failed(target: string, error: unknown): TargetFailure
  /** How many have ended, and how many of them failed. */
  readonly ended: () => number
  readonly failures: () => number
  readonly total: number
  /** All of it, once nothing more is begun. */
  summary(stop?: Stop): FleetSummary
}

/** Why targets were not begun. */
export interface Stop {
  readonly why: string
  /** What ended the run from outside, as a failure of its own; absent: nothing did. */
  readonly reason?: unknown
}

/** What a fleet came to, and next to these how many of its targets came to what (`applied: 3`). */
export interface FleetReport {
  /** How many there are. */
  readonly targets: number
  readonly applied?: number
  readonly unchanged?: number
  /** How many failed, by code. */
  readonly failed: Readonly<Record<string, number>>
  readonly notBegun: number
  /** Why some were not begun; absent: all were. */
  readonly stopped?: string | undefined
  /** Targets of which there is something to say. */
  readonly notes?: readonly TargetNote[]
  readonly failures: readonly TargetFailure[]
  /** What to do about them, each once. */
  readonly hints: readonly TargetHint[]
  /** Whole milliseconds. */
  readonly durationMs?: number
}

/** What a fleet came to, for everybody. */
export interface FleetSummary {
  readonly json: FleetReport
  readonly lines: readonly string[]
  /** In a sentence. */
  readonly text: string
  readonly failure?: Error
}

const LONGEST_CAUSE = 240
/** A thousand targets fail in the same way more often than in a thousand. */
const MOST_HINTS = 20
/** How many names the termination message and the log have room for. */
const NAMED = 5

const GATES = 'pgate fleet'

/** @param command what is run, and is to be run again where something failed */
export function createTally(total: number, command = GATES): Tally {
  const did = new Map<string, number>()
  const failures: TargetFailure[] = []
  const notes: TargetNote[] = []
  const hints = new Map<string, TargetHint>()
  const count = () => [...did.values()].reduce((sum, one) => sum + one, 0)
  return {
    total,
    ended: () => count() + failures.length,
    failures: () => failures.length,
    found: (target, finding) => {
      did.set(finding.did, (did.get(finding.did) ?? 0) + 1)
      const { note } = finding
      if (note !== undefined) notes.push({ target, note: oneLine(note) })
    },
    failed: (target, error) => {
      const failure = failureOf(target, error)
      failures.push(failure)
      if (error instanceof GateError && hints.size < MOST_HINTS) {
        const { code } = error
        const hint = oneLine(withoutRestorePoint(error.hint))
        hints.set(`${code} ${hint}`, { code, hint })
      }
      return failure
    },
    summary: (stop) => summaryOf({ total, command, did, failures, notes, hints }, stop),
  }
}

function failureOf(target: string, error: unknown): TargetFailure {
  const { code, exitCode, retriable } =
    error instanceof GateError
      ? error
      : { code: 'BUG' as const, exitCode: EXIT_CODES.bug.number, retriable: false }
  const [first = '', ...more] = messageOf(error).split('\n')
  const cause = first.length > LONGEST_CAUSE ? `${first.slice(0, LONGEST_CAUSE)} …` : first
  const message = oneLine(more.length > 0 ? cause.replace(/:$/, ' …') : cause)
  return { target, code, exitCode, retriable, message }
}

/** What there is to say of a target that did not fail. */
export interface TargetNote {
  readonly target: string
  readonly note: string
}

/** What to do about the targets that failed with a code. */
export interface TargetHint {
  readonly code: FailureCode
  readonly hint: string
}

interface Counts {
  readonly total: number
  readonly command: string
  readonly did: ReadonlyMap<string, number>
  readonly failures: readonly TargetFailure[]
  readonly notes: readonly TargetNote[]
  readonly hints: ReadonlyMap<string, TargetHint>
}

function summaryOf(counts: Counts, stop: Stop | undefined): FleetSummary {
  const { total, did, failures, notes, hints } = counts
  const failed = Object.groupBy(failures, ({ code }) => code)
  const byCode = Object.entries(failed).map(([code, of = []]) => [code, of.length] as const)
  const done = [...did.values()].reduce((sum, one) => sum + one, 0)
  const notBegun = total - done - failures.length
  const facts = {
    targets: total,
    ...Object.fromEntries(did),
    failed: Object.fromEntries(byCode),
    notBegun,
  }
  const text = [
    `${done} of ${counted(total, 'target')}${did.size === 0 ? '' : `: ${listed(did)}`}`,
    ...(failures.length > 0 ? [`${failures.length} failed (${listed(byCode)})`] : []),
    ...(notBegun > 0 ? [`${notBegun} not begun${stop === undefined ? '' : `: ${stop.why}`}`] : []),
  ].join('; ')
  return {
    json: {
      ...facts,
      stopped: notBegun > 0 ? stop?.why : undefined,
      ...(notes.length > 0 && { notes }),
      failures,
      hints: [...hints.values()],
    },
    lines: [
      ...columns(notes.map(({ target, note }) => [target, note])),
      ...columns(
        failures.map((one) => [one.target, `${one.exitCode} ${one.code}  ${one.message}`]),
      ),
      ...[...hints.values()].map(({ code, hint }) => `${code}: ${hint}`),
    ],
    text,
    ...failureOfFleet(counts, { text, facts, reason: stop?.reason }),
  }
}

function listed(counts: Iterable<readonly [string, number]>): string {
  return [...counts].map(([what, count]) => `${count} ${what}`).join(', ')
}

/** A line for each target, its name first. */
function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = rows.reduce((most, [{ length }]) => Math.max(most, Math.min(40, length)), 0)
  return rows.map(([target, text]) => `${oneLine(target).padEnd(width)}  ${text}`)
}

interface Said {
  readonly text: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly reason: unknown
}

/** The most severe one's code stands for all of them. */
function failureOfFleet(
  { failures, command }: Counts,
  { text, facts, reason }: Said,
): { readonly failure?: Error } {
  const all = reason === undefined ? failures : [...failures, failureOf('', reason)]
  const exitCode = mostSevere(all.map((one) => one.exitCode))
  const worst = all.find((one) => one.exitCode === exitCode)
  if (worst === undefined) return {}
  const first = failures.filter((one) => one.exitCode === exitCode).slice(0, NAMED)
  if (worst.code === 'BUG') return { failure: new Error(`${text}; first: ${worst.message}`) }
  const again = `Run \`${command}\` again${command === GATES ? ', which takes up what is left' : ''}.`
  const hint = worst.retriable ? again : `${fixOf(worst.code)} ${again}`
  const named = { ...facts, first: first.map(({ target }) => target) }
  return { failure: new GateError(worst.code, text, { facts: named, hint }) }
}

function fixOf(code: TargetFailure['code']): string {
  return code === 'HISTORY_PENDING'
    ? `Run \`${GATES}\`, which applies what is pending.`
    : 'Fix what the lines of the targets name.'
}
