import { extensionsStep } from '../../gate/extensions-step.ts'
import { describeExtensions } from '../../gate/summaries.ts'
import { withUsableServer } from '../../gate/usable-server.ts'
import { withGateLock } from '../../lock/lock.ts'
import type { Command } from '../command.ts'
import { withGate } from '../with-gate.ts'

/** Only sets up the extensions of PGATE_EXTENSIONS. */
export const extensions: Command = {
  name: 'extensions',
  summary: 'create or update the declared extensions, and nothing else',
  kind: 'act',
  examples: ["pgate extensions --extensions 'vector>=0.7,uuid-ossp'"],
  run: async (context) => {
    const plan = await withGate(context, (gate) =>
      withUsableServer(context, gate, (session) =>
        withGateLock(context, { ...gate, session }, (lock) =>
          extensionsStep(context, gate, { session, lock }),
        ),
      ),
    )
    return {
      json: { actions: plan.actions },
      lines: [],
      verdict: describeExtensions(plan, context.config.extensions),
    }
  },
}
