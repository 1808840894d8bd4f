import { GateError } from '../../errors/error.ts'
import { findFaults } from '../../gate/check.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import type { Command } from '../command.ts'

/** Whether the database is what the files promise, read-only and without the lock. */
export const check: Command = {
  examples: ['pgate check'],
  takesMigrator: true,
  run: async (context) => {
    const files = await readRevisionFiles(context.config)
    const faults = await withUsableServer(context, { needs: 'read' }, (session, resources) =>
      findFaults(context, resources, { session, files }),
    )
    const [first, ...others] = faults
    if (first !== undefined) throw others.length === 0 ? first : allOf(first, faults)
    return { json: {}, lines: [], verdict: 'the database is what the revisions promise' }
  },
}

/** All of them, with the code and the exit code of the first. */
function allOf(first: GateError, faults: readonly GateError[]): GateError {
  return new GateError(first.code, faults.map(({ message }) => message).join('\n'), {
    facts: { ...first.facts, codes: faults.map(({ code }) => code) },
    hint: first.hint,
  })
}
