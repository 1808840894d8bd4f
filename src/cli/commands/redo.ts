import { withPrecautions } from '../../gate/precautions.ts'
import { sideConnections } from '../../gate/resources.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { withLock } from '../../gate/steps.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import { describeVersions, revisionNamed } from '../../revisions/graph/named.ts'
import { type RedoOutcome, redo as redoRevisions } from '../../steps/migrate/redo.ts'
import type { Command } from '../command.ts'

/** Downgrades and applies again, in development. */
export const redo: Command = {
  examples: ['pgate redo', 'pgate redo -2', 'pgate redo 972fc63ffb69'],
  declare: (commander) => {
    commander.argument('[revisions]', '-N, or a revision: it and all that came after it', '-1')
  },
  run: async (context, { args: [wanted = '-1'] = [] }) => {
    const { graph } = await readRevisionFiles(context.config)
    const target = /^-\d+$/.test(wanted) ? wanted : { from: revisionNamed(graph, wanted) }
    const outcome = await withUsableServer(context, {}, (session, resources) =>
      withPrecautions(resources, (precautions) =>
        withLock(context, resources, { session }, (lock) => {
          const { steps, origin } = resources
          const own = { graph, target, origin, sideConnections: sideConnections(resources) }
          const request = { ...own, lock, precautions }
          return steps.run('migrate', () => redoRevisions(context, session, request), describeRedo)
        }),
      ),
    )
    const { downgraded, applied, versions } = outcome
    return {
      json: { downgraded, applied, versions: [...versions].sort() },
      lines: [],
      verdict: describeRedo(outcome),
    }
  },
}

function describeRedo({ downgraded, applied, versions }: RedoOutcome): string {
  const at = describeVersions(versions)
  if (downgraded.length === 0) return `nothing to redo, at ${at}`
  return `${downgraded.length} downgraded, ${applied.length} applied again, at ${at}`
}
