import { describeExtensions } from '../../gate/outcome.ts'
import { withPrecautions } from '../../gate/precautions.ts'
import { extensionsStep, withLock } from '../../gate/steps.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import type { Command } from '../command.ts'

/** Only sets up the extensions of PGATE_EXTENSIONS. */
export const extensions: Command = {
  examples: ["pgate extensions --extensions 'vector>=0.7,uuid-ossp'"],
  run: async (context) => {
    const plan = await withUsableServer(context, {}, (session, resources) =>
      withPrecautions(resources, (precautions) =>
        withLock(context, resources, { session }, (lock) =>
          extensionsStep(context, resources, { session, lock, precautions }),
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
