import { Option } from 'commander'
import { describeProof } from '../../gate/outcome.ts'
import { proveSchema } from '../../gate/prove.ts'
import { sideConnections } from '../../gate/resources.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import { targetVersions } from '../../revisions/target/plan.ts'
import { waitForVersions } from '../../steps/migrate/follow.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'

/** What was waited for. */
export interface WaitReport {
  /** The server's version, where one was waited for. */
  readonly server?: string
  /** The revisions that the database is at, sorted, where its head was waited for. */
  readonly versions?: readonly string[]
}

interface WaitOptions extends CommonOptions {
  readonly for?: 'ready' | 'head'
}

/** Only waits: for a usable server, or, reading alone, for the schema of this image's head. */
export const wait: Command<WaitOptions, WaitReport> = {
  examples: ['pgate wait', 'pgate wait --for head --wait-timeout 5m'],
  declare: (commander) => {
    commander.addOption(
      new Option('--for <what>', 'what to wait for').choices(['ready', 'head']).default('ready'),
    )
  },
  run: (context, options) => (options.for === 'head' ? forHead(context) : forReady(context)),
}

async function forReady(context: CommandContext): Promise<CommandOutput<WaitReport>> {
  const wanted = { needs: needsOf(context) }
  const server = await withUsableServer(context, wanted, async (session) => session.server)
  const verdict = `PostgreSQL ${server.text} is usable`
  return { json: { server: server.text }, lines: [], verdict }
}

/** A primary, unless the operator has asked for a standby or for a session that only reads. */
function needsOf({ config }: CommandContext): 'read' | 'write' {
  const { targetSessionAttrs = 'any' } = config.connection ?? {}
  return ['read-only', 'standby', 'prefer-standby'].includes(targetSessionAttrs) ? 'read' : 'write'
}

/** Until another gate has taken the database to the target, and its schema proves right; reads alone. */
async function forHead(context: CommandContext): Promise<CommandOutput<WaitReport>> {
  const files = await readRevisionFiles(context.config)
  const { graph } = files
  const target = { graph, expected: targetVersions(graph, context.config) }
  const proof = await withUsableServer(context, { needs: 'read' }, (session, resources) => {
    const gate = { origin: resources.origin, sideConnections: sideConnections(resources) }
    const act = async () => {
      const expected = await waitForVersions(context, session, target)
      const request = { session, files, expected, ...gate, strict: false, how: 'look' } as const
      return proveSchema(context, request)
    }
    return resources.steps.run('verify', act, describeProof)
  })
  const versions = [...proof.versions].sort()
  return {
    json: { versions },
    lines: proof.notices,
    verdict: `the database is at ${describeVersions(versions)}`,
  }
}
