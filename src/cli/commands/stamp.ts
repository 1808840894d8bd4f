import { buildManifest } from '../../gate/manifest.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { shadowTarget } from '../../gate/shadow.ts'
import { proveAndStamp } from '../../gate/stamp.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import type { Command, CommonOptions } from '../command.ts'

interface StampOptions extends CommonOptions {
  readonly purge?: boolean
  readonly shadowUrl?: string
}

/** Sets the version rows without running anything. */
export const stamp: Command<StampOptions> = {
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
      buildManifest(context, { graph: files.graph, targets: versions, server })
    const wanted = { files, targets: args, purge, ...(!skipVerify && { expectation }) }
    const stamped = await withUsableServer(context, {}, (session, resources) =>
      proveAndStamp(context, resources, { session, ...wanted }),
    )
    const { from, versions, edited, isVerified } = stamped
    const verified =
      versions.size === 0 ? 'tables stay as they are' : VERIFIED[isVerified ? 'yes' : 'no']
    const verdict = `stamped ${describeVersions(from)} -> ${describeVersions(versions)}: only version rows were set, nothing was run; ${verified}`
    return {
      json: {
        from: [...from].sort(),
        versions: [...versions].sort(),
        verified: isVerified,
        edited,
      },
      lines: edited.map(
        (id) =>
          `revision ${id} was edited after it was applied, which a stamp does not change: pgate accept ${id}`,
      ),
      verdict,
    }
  },
}

const VERIFIED = {
  yes: 'the schema was verified first',
  no: 'the schema was not verified',
}
