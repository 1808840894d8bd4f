import { buildManifest } from '../../gate/pipeline.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { proveAndStamp } from '../../gate/stamping.ts'
import { withUsableServer } from '../../gate/usable-server.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import type { Command, CommonOptions } from '../command.ts'
import { withResources, withShadowResources } from '../resources.ts'
import { shadowTarget } from '../shadow-target.ts'

interface StampOptions extends CommonOptions {
  readonly purge?: boolean
  readonly shadowUrl?: string
}

/** Sets the version rows without running anything. */
export const stamp: Command<StampOptions> = {
  name: 'stamp',
  summary: 'set the version without running; the schema is verified against it first',
  kind: 'act',
  examples: ['pgate stamp head'],
  declare: (commander) => {
    commander
      .argument('<targets...>', 'head, heads, base, or revisions')
      .option('--no-verify', 'believe it without comparing the schema')
      .option('--purge', 'remove every version row first, known to the files or not')
      .option('--shadow-url <url>', 'a server to build an older schema on, instead of the embedded')
  },
  run: async (context, { args = [], purge = false, skipVerify = false, shadowUrl }) => {
    const files = await readRevisionFiles(context.config)
    const server = shadowUrl === undefined ? undefined : shadowTarget(shadowUrl, context.host)
    const expectation = (versions: ReadonlySet<string>) =>
      withShadowResources(context, server, (shadow, quiet) =>
        buildManifest(quiet, shadow, { graph: files.graph, targets: [...versions] }),
      )
    const { from, versions, edited } = await withResources(context, (resources) =>
      withUsableServer(context, resources, (session) =>
        proveAndStamp(context, resources, {
          session,
          files,
          targets: args,
          purge,
          ...(!skipVerify && { expectation }),
        }),
      ),
    )
    const told = `stamped ${describeVersions(from)} -> ${describeVersions(versions)}`
    return {
      json: { from: [...from].sort(), versions: [...versions].sort(), edited },
      lines: edited.map(
        (id) =>
          `revision ${id} was edited after it was applied, which a stamp does not change: pgate accept ${id}`,
      ),
      verdict: told,
    }
  },
}
