import { GateError } from '../errors/error.ts'
import type { LeftIndex, RepairOutcome } from '../gate/repairing.ts'
import type { BrokenIndex } from '../steps/verify/repair/catalog.ts'
import { repairStatement, treatmentOf } from '../steps/verify/repair/plan.ts'
import type { CommandOutput } from './command.ts'

/** `repaired  index public.i: rebuilt`, and `left` with the reason; a line each. Pure. */
export function repairLines({ repaired, left }: RepairOutcome): readonly string[] {
  return [
    ...repaired.map(({ index, action }) => `repaired  index ${index}: ${action}`),
    ...left.map(leftLine),
  ]
}

/**
 * The failure of a verify that found something still after a repair, with what that repair did. Pure;
 * an error that is no GateError is returned as it is.
 */
export function withRepair(error: unknown, repair: RepairOutcome): unknown {
  if (!(error instanceof GateError)) return error
  const { code, message, facts, hint, cause } = error
  const lines = repairLines(repair)
  if (lines.length === 0) return error
  return new GateError(code, [message, ...lines].join('\n'), {
    facts: { ...facts, ...repair },
    hint: repair.left.length === 0 ? hint : HINT,
    cause,
  })
}

/** Where verify does not look (PGATE_VERIFY=off), what was left shuts the gate by itself. */
export function leftFailure(repair: RepairOutcome): GateError {
  const count = repair.left.length === 1 ? '1 index is' : `${repair.left.length} indexes are`
  const message = [`${count} broken still:`, ...repairLines(repair)].join('\n')
  return new GateError('VERIFY_STRUCTURE', message, { facts: { ...repair }, hint: HINT })
}

const HINT = 'See what stands under each index that was left, then run pgate verify --repair again.'

function leftLine({ index, why }: LeftIndex): string {
  return `left      index ${index}: ${why}`
}

/** What `--dry-run` prints: a line, and for `--json` an entry, for each broken index. Pure. */
export function plannedRepair(broken: readonly BrokenIndex[]): CommandOutput {
  const plan = broken.map((index) => {
    const { name, table, definition } = index
    const treatment = treatmentOf(index)
    const why = treatment.kind === 'leave' ? treatment.why : undefined
    const sql = statementOf(index)
    return { index: name, table, definition, treatment: treatment.kind, sql, why }
  })
  const lines = plan.map(({ index, sql, why }) =>
    sql === undefined ? leftLine({ index, table: '', why: why ?? '' }) : `would run ${sql};`,
  )
  return { json: { plan }, lines: lines.length === 0 ? ['nothing to repair'] : lines }
}

function statementOf(index: BrokenIndex): string | undefined {
  const treatment = treatmentOf(index)
  if (treatment.kind === 'leave') return undefined
  return repairStatement(index, treatment.kind === 'drop later' ? { kind: 'drop' } : treatment)
}
