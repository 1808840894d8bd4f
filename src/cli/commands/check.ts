import { GateError } from '../../errors/error.ts'
import { findFaults } from '../../gate/checking.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { withUsableServer } from '../../gate/usable-server.ts'
import type { Command } from '../command.ts'
import { withResources } from '../resources.ts'

/** Whether the database is what the files promise, read-only and without the lock. */
export const check: Command = {
  name: 'check',
  summary: 'fail where revisions are pending or edited, heads are several, or the schema drifted',
  kind: 'act',
  examples: ['pgate check'],
  run: async (context) => {
    const files = await readRevisionFiles(context.config)
    const faults = await withResources(context, (resources) =>
      withUsableServer(
        context,
        resources,
        (session) => findFaults(context, resources, { session, files }),
        {
          needs: 'read',
        },
      ),
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
