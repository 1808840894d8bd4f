import { extensionsStep } from '../../gate/extensions-step.ts'
import { describeExtensions } from '../../gate/summaries.ts'
import { withUsableServer } from '../../gate/usable-server.ts'
import { withGateLock } from '../../lock/lock.ts'
import type { Command } from '../command.ts'
import { withResources } from '../resources.ts'

/** Only sets up the extensions of PGATE_EXTENSIONS. */
export const extensions: Command = {
  name: 'extensions',
  summary: 'create or update the declared extensions, and nothing else',
  kind: 'act',
  examples: ["pgate extensions --extensions 'vector>=0.7,uuid-ossp'"],
  run: async (context) => {
    const plan = await withResources(context, (resources) =>
      withUsableServer(context, resources, (session) =>
        withGateLock(context, { ...resources, session }, (lock) =>
          extensionsStep(context, resources, { session, lock }),
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
