import { oneLine } from '../../base/words.ts'
import { type DriftReport, hasDrift } from './drift/drift.ts'
import type { DriftRepair } from './drift/repair.ts'
import {
  extraLines,
  limited,
  MAX_LISTED,
  renderFailing,
  renderFaults,
  repairLines,
} from './report-lines.ts'
import type { StructureFault } from './structure/structure.ts'

/** What verify found; frozen. */
export interface VerifyOutcome {
  readonly mode: 'manifest' | 'structure' | 'off'
  /** Why no object was compared with a manifest; `null` where all were. */
  readonly notCompared: string | null
  /** How many objects were looked at. */
  readonly objects: number
  /** Empty where there was no manifest to compare with. */
  readonly drift: DriftReport
  /** What would repair the drift; absent where there is none, or nobody asked. */
  readonly repair?: DriftRepair | undefined
  /** The migrating role's name, quoted. */
  readonly migrator: string
  readonly faults: readonly StructureFault[]
  /** What is no reason to shut the gate and still worth a line each. */
  readonly notices: readonly string[]
  /** Extra objects that change what something promised accepts or shows; a sentence each. */
  readonly warnings: readonly string[]
  readonly strict: boolean
  readonly ok: boolean
  /** False where what passed may fail later without any change: an index that is being built. */
  readonly isLasting: boolean
  /** Of the catalog that was looked at, for the journal's proof; empty where none was. */
  readonly digest: string
}

/** What was found, as one line of counts and one line for each object or fault. */
export function failureMessage(outcome: VerifyOutcome): string {
  const { drift, repair, faults, strict } = outcome
  const objects = [...renderFailing(drift), ...(strict ? extraLines(drift) : [])]
  const lines = limited(objects, ({ key, text }) => [text, ...repairLines(key, repair)], 'lines')
  const broken = limited(faults, (fault) => renderFaults([fault]), 'faults')
  const summary = hasDrift(drift)
    ? 'the live schema is not what the manifest promises'
    : 'the schema does not pass'
  return [`${summary}: ${counts(outcome)}${firstOf(outcome)}`, ...lines, ...broken].join('\n')
}

/** The last line of a run shows the first line alone: one name says where to look. */
function firstOf(outcome: VerifyOutcome): string {
  const { objects, missing, different, faults } = failureFacts(outcome)
  const [first] = objects.map(oneLine)
  const others = missing + different + shutting(outcome).length + faults - 1
  if (first === undefined) return ''
  return others > 0 ? ` (${first} and ${others} more)` : ` (${first})`
}

/** The counts, and the keys of what was found; at most 20, so that they fit into any report. */
export function failureFacts(outcome: VerifyOutcome) {
  const { drift, faults } = outcome
  const objects = [...drift.missing, ...drift.different, ...shutting(outcome)]
  const names = [...objects.map(({ key }) => key), ...faults.map(({ subject }) => subject)]
  return {
    missing: drift.missing.length,
    different: drift.different.length,
    extra: drift.extra.length,
    faults: faults.length,
    objects: names.slice(0, MAX_LISTED),
  }
}

/** The extra objects that shut the gate: all of them where it is strict. */
function shutting({ drift, strict }: VerifyOutcome): DriftReport['extra'] {
  return strict ? drift.extra : drift.extra.filter(({ impact }) => impact === 'shuts')
}

/** The next thing to do. */
export function failureHint({ drift, faults }: VerifyOutcome): string {
  if (hasDrift(drift)) {
    return 'Put back what was changed by hand (`pgate verify --repair-sql` prints the statements), or write a revision for it and run `pgate manifest`; PGATE_VERIFY=structure opens the gate without comparing, until that is done.'
  }
  if (faults.length > 0) return 'Run what stands under each fault, then start the gate again.'
  return 'Add the extra objects to a revision, drop them, or leave out --strict.'
}

function counts(outcome: VerifyOutcome): string {
  const { drift, faults } = outcome
  const found: readonly (readonly [number, string])[] = [
    [drift.missing.length, 'missing'],
    [drift.different.length, 'different'],
    [shutting(outcome).length, 'extra'],
    [faults.length, faults.length === 1 ? 'fault' : 'faults'],
  ]
  return found
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
}
