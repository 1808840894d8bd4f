import type { Config } from '../../config/config.ts'
import { urlReader } from '../../config/connections.ts'
import { GateError } from '../../errors/error.ts'
import {
  checkAct,
  type FolderOf,
  gateAct,
  openForAll,
  statusAct,
  verifyAct,
} from '../../fleet/acts.ts'
import { runFleet } from '../../fleet/fleet.ts'
import { readTargets } from '../../fleet/read-targets.ts'
import type { Act, Shared } from '../../fleet/run-target.ts'
import { sideConnection } from '../../fleet/side-connection.ts'
import type { FleetReport } from '../../fleet/tally.ts'
import type { Surroundings } from '../../fleet/target.ts'
import { type Command, type CommandContext, type CommonOptions, collect } from '../command.ts'
import { systemOf } from '../create-context.ts'
import { deadlinePassed, toGateError } from '../failures.ts'
import { refuseWithCommand, withoutProgram } from '../other-migrator.ts'

interface FleetOptions extends CommonOptions {
  readonly only?: readonly string[]
  readonly list?: boolean
  readonly strict?: boolean
  readonly concurrency?: string
  readonly canary?: string
  readonly stopAfter?: string
  readonly shards?: string
  readonly shard?: string
}

/** What is done with each target, by the command of the same name. */
const ACTS: Readonly<Record<string, (folderOf: FolderOf, options: FleetOptions) => Act>> = {
  gate: gateAct,
  check: checkAct,
  status: statusAct,
  verify: (folderOf, { strict = false }) => verifyAct(folderOf, strict),
}

/** The gate of many databases, or schemas, with the same folder; the exit code is the most severe one. */
export const fleet: Command<FleetOptions, FleetReport | { readonly targets: readonly string[] }> = {
  examples: [
    'pgate fleet --fleet tenants.txt --canary 5',
    'pgate fleet status --only "eu-*"',
    'pgate fleet -- alembic upgrade head',
  ],
  takesMigrator: true,
  isQuery: ({ list = false }) => list,
  declare: (commander) => {
    commander
      .argument('[what]', 'gate, status, verify or check', 'gate')
      .option('--only <name>', 'targets of this name alone, * for any characters', collect)
      .option('--canary <number>', 'as --fleet-canary')
      .option('--stop-after <number>', 'as --fleet-stop-after')
      .option('--concurrency <number>', 'as --fleet-concurrency')
      .option('--shards <number>', 'as --fleet-shards')
      .option('--shard <number>', 'as --fleet-shard')
      .option('--list', 'print the names of the targets, and touch none')
      .option('--strict', 'with verify: fail on objects that the manifest does not have, too')
  },
  understand: (options) => ({
    ...options,
    fleetCanary: options.canary ?? options.fleetCanary,
    fleetStopAfter: options.stopAfter ?? options.fleetStopAfter,
    fleetConcurrency: options.concurrency ?? options.fleetConcurrency,
    fleetShards: options.shards ?? options.fleetShards,
    fleetShard: options.shard ?? options.fleetShard,
  }),
  run: async (running, options) => {
    const { args: [what = 'gate'] = [], only = [], list = false } = options
    const act = ACTS[what]
    if (act === undefined || !Object.hasOwn(ACTS, what)) throw unknownAct(what)
    if (running.embedded !== undefined) throw embeddedFleet()
    const context = { ...running, config: configFor(running, what, options) }
    const surroundings = surroundingsOf(context)
    const targets = await readTargets(context, surroundings, { only })
    const names = targets.map(({ name }) => name)
    if (list) return { json: { targets: names }, lines: names, isData: true }
    const folderOf = await openForAll(context.config, targets)
    const command = what === 'gate' ? undefined : `pgate fleet ${what}`
    const shared = { ...sharedBy(context, surroundings), act: act(folderOf, options), command }
    const { text, failure, ...output } = await runFleet(shared, targets)
    return { ...output, ...(failure === undefined ? { verdict: text } : { failure }) }
  },
}

/** What the targets of a list leave out. */
export function surroundingsOf({ config, host }: CommandContext): Surroundings {
  return { connection: config.connection, readUrl: urlReader(host.env, systemOf(host)) }
}

/** What targets share, whatever is done with them. */
export function sharedBy(context: CommandContext, surroundings: Surroundings): Omit<Shared, 'act'> {
  return { context, surroundings, side: sideConnection(), explain }
}

/** As the command itself would have it. */
function configFor({ config }: CommandContext, what: string, options: FleetOptions): Config {
  const meant = withoutProgram(config, { name: what })
  const call = { name: what, kind: 'act', command: fleet } as const
  refuseWithCommand(meant, { ...call, options: { ...options, args: [] } })
  return meant
}

/** What was under way at a target when the deadline passed decides its code. */
const explain: Shared['explain'] = (error, step) => {
  const failure = toGateError(error)
  const isDeadline = failure instanceof GateError && failure.facts.deadlineMs !== undefined
  return isDeadline ? deadlinePassed(Number(failure.facts.deadlineMs), step) : failure
}

function unknownAct(what: string): GateError {
  return new GateError('USAGE', `pgate fleet ${what}: there is no such thing to do`, {
    hint: `Write pgate fleet, or one of ${Object.keys(ACTS)
      .map((name) => `pgate fleet ${name}`)
      .join(', ')}.`,
  })
}

export function embeddedFleet(): GateError {
  return new GateError('USAGE', 'the embedded PostgreSQL is one database, and no fleet', {
    hint: 'Leave --embedded out: each target says where it is.',
  })
}
