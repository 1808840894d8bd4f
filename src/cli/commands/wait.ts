import { Option } from 'commander'
import { waitForHead } from '../../gate/pipeline.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { withUsableServer } from '../../gate/usable-server.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { withResources } from '../resources.ts'

interface WaitOptions extends CommonOptions {
  readonly for?: 'ready' | 'head'
}

/** Only waits: for a usable server, or, reading alone, for the schema of this image's head. */
export const wait: Command<WaitOptions> = {
  name: 'wait',
  summary: 'wait for a usable server, or (--for head) until another gate has migrated it',
  kind: 'act',
  examples: ['pgate wait', 'pgate wait --for head --wait-timeout 5m'],
  declare: (commander) => {
    commander.addOption(
      new Option('--for <what>', 'what to wait for').choices(['ready', 'head']).default('ready'),
    )
  },
  run: (context, options) => (options.for === 'head' ? forHead(context) : forReady(context)),
}

async function forReady(context: CommandContext): Promise<CommandOutput> {
  const server = await withResources(context, (resources) =>
    withUsableServer(context, resources, async (session) => session.server, {
      needs: needsOf(context),
    }),
  )
  const verdict = `PostgreSQL ${server.text} is usable`
  return { json: { server: server.text }, lines: [], verdict }
}

/** A primary, unless the operator has asked for a standby or for a session that only reads. */
function needsOf({ config }: CommandContext): 'read' | 'write' {
  const { targetSessionAttrs = 'any' } = config.connection ?? {}
  return ['read-only', 'standby', 'prefer-standby'].includes(targetSessionAttrs) ? 'read' : 'write'
}

async function forHead(context: CommandContext): Promise<CommandOutput> {
  const files = await readRevisionFiles(context.config)
  const proof = await withResources(context, (resources) => waitForHead(context, resources, files))
  const versions = [...proof.versions].sort()
  return {
    json: { versions },
    lines: proof.told,
    verdict: `the database is at ${describeVersions(versions)}`,
  }
}
