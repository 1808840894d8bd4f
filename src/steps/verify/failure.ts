import { oneLine } from '../../base/one-line.ts'
import { type DriftReport, hasDrift } from './drift/drift.ts'
import { renderExtra, renderFailing, renderFaults } from './render.ts'
import type { VerifyOutcome } from './verify.ts'

/** So many objects are listed; the rest is counted. */
const MAX_LISTED = 20

/** What was found, as one line of counts and one line for each object or fault. */
export function failureMessage(outcome: VerifyOutcome): string {
  const { drift, faults, strict } = outcome
  const objects = [...renderFailing(drift), ...(strict ? renderExtra(drift) : [])]
  const lines = limited(objects, (line) => [line], 'lines')
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
    return 'Put back what was changed by hand, or write a revision for it and run `pgate manifest`; PGATE_VERIFY=structure opens the gate without comparing, until that is done.'
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

/** What is rendered of the first 20 items, and how many more there are. */
export function limited<T>(
  items: readonly T[],
  render: (item: T) => readonly string[],
  word: string,
): readonly string[] {
  const rest = items.length - MAX_LISTED
  const lines = items.slice(0, MAX_LISTED).flatMap(render)
  return rest > 0 ? [...lines, `and ${rest} more ${word}`] : lines
}
