import type { Definition, DefinitionValue } from '../../steps/verify/catalog/object-key.ts'
import { excerpts } from '../../steps/verify/excerpt.ts'
import type { StructureFault } from '../../steps/verify/structure/structure.ts'
import type { VerifyOutcome } from '../../steps/verify/verify.ts'
import type { DriftStatus, FaultStatus } from '../status/status.ts'

/** How much of each list the status holds. */
const MOST_LISTED = 50

/** Nothing was looked at yet. */
export const NO_DRIFT: DriftStatus = Object.freeze({
  counts: { missing: 0, different: 0, extra: 0, faults: 0, invalidIndexes: 0 },
  missing: [],
  different: [],
  extra: [],
  faults: [],
  invalidIndexes: [],
})

/** What a verify found, bounded and as plain data. Pure. */
export function driftStatus({ drift, faults }: VerifyOutcome): DriftStatus {
  const indexes = faults.filter(({ kind }) => kind === 'index')
  return Object.freeze({
    counts: {
      missing: drift.missing.length,
      different: drift.different.length,
      extra: drift.extra.length,
      faults: faults.length,
      invalidIndexes: indexes.length,
    },
    missing: listed(drift.missing).map(({ key, expected }) => ({
      object: key,
      expected: shortened(expected),
    })),
    different: listed(drift.different).map(({ key, fields }) => ({
      object: key,
      fields: fields.map(({ field, expected, found }) => ({
        field,
        ...excerpts(text(expected), text(found)),
      })),
    })),
    extra: listed(drift.extra).map(({ key, found }) => ({ object: key, found: shortened(found) })),
    faults: listed(faults).map(faultStatus),
    invalidIndexes: listed(indexes).map(faultStatus),
  })
}

function listed<T>(items: readonly T[]): readonly T[] {
  return items.slice(0, MOST_LISTED)
}

function faultStatus({ kind, subject, message, remedy }: StructureFault): FaultStatus {
  return { kind, object: subject, message, remedy }
}

function shortened(definition: Definition): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(definition).map(([field, value]) => [field, excerpts(text(value), '').expected]),
  )
}

function text(value: DefinitionValue | undefined): string {
  if (value === undefined) return 'none'
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value)
}
