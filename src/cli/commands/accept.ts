import { type Accepted, acceptEdited } from '../../gate/accept.ts'
import { buildManifest } from '../../gate/manifest.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { shadowTarget } from '../../gate/shadow.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import type { Command, CommonOptions } from '../command.ts'

interface AcceptOptions extends CommonOptions {
  readonly meaningChanged?: boolean
  readonly dryRun?: boolean
  readonly shadowUrl?: string
}

/** Takes edited files over, whose revisions are applied. */
export const accept: Command<AcceptOptions> = {
  isQuery: ({ dryRun = false }) => dryRun,
  examples: ['pgate accept 972fc63ffb69'],
  declare: (commander) => {
    commander
      .argument('<revisions...>', 'revisions whose files were edited')
      .option('--meaning-changed', 'also where the file means something else than what was applied')
      .option('--dry-run', 'check it all and write nothing')
      .option('--shadow-url <url>', 'a server to build the schema on, instead of the embedded')
  },
  run: async (context, { args = [], meaningChanged = false, dryRun = false, shadowUrl }) => {
    const files = await readRevisionFiles(context.config)
    const server = shadowUrl === undefined ? undefined : shadowTarget(shadowUrl, context.host)
    const expectation = (versions: ReadonlySet<string>) =>
      buildManifest(context, { graph: files.graph, targets: versions, server })
    const wanted = { files, names: args, meaningChanged, isDry: dryRun, expectation }
    const accepted = await withUsableServer(context, {}, (session, resources) =>
      acceptEdited(context, resources, { session, ...wanted }),
    )
    return {
      json: { accepted },
      lines: accepted.map(
        ({ file, isSameMeaning }) => `${file}: ${MEANING[String(isSameMeaning)]}`,
      ),
      verdict: verdictOf(accepted, dryRun),
    }
  },
}

const MEANING: Readonly<Record<string, string>> = {
  true: 'means what was applied',
  false: 'means something else than what was applied',
  null: 'what was applied is not known',
}

function verdictOf(accepted: readonly Accepted[], isDry: boolean): string {
  if (accepted.length === 0) return 'nothing to accept: no file was edited'
  const ids = accepted.map(({ revision }) => revision).join(', ')
  return isDry ? `would accept ${ids}; nothing was written` : `accepted ${ids}`
}
