import { recordSteps } from '../base/steps.ts'
import { chooseFormat } from '../formats/choose-format.ts'
import { findHistories } from '../formats/find-histories.ts'
import type { FormatName } from '../formats/format.ts'
import type { RunContext } from './resources.ts'
import { withUsableServer } from './wait-step.ts'

/**
 * Whose folder it is, by the history that the database has; waits for it, on a connection of its own.
 * @throws {GateError} CONFIG_FORMAT; NOT_READY, CONNECTION_REFUSED
 */
export async function settleFormat(
  context: RunContext,
  candidates: readonly FormatName[],
): Promise<FormatName> {
  // The command itself will wait once more, and say so.
  const steps = recordSteps(context.clock, { started: () => {}, ended: () => {} })
  const histories = await withUsableServer({ ...context, steps }, { needs: 'read' }, findHistories)
  return chooseFormat({ config: context.config, candidates, histories })
}
