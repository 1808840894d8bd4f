import type { Log } from '../base/log.ts'
import { recordSteps, type StepName } from '../base/steps.ts'
import { VERSION } from '../base/version.ts'
import type { Config } from '../config/config.ts'
import { GateError } from '../errors/error.ts'
import type { Resources, RunContext } from '../gate/resources.ts'
import { serverDatabase } from '../postgres/connect/connection.ts'
import { type ConnectionTarget, hidePassword } from '../postgres/connect/target.ts'
import type { Database } from '../postgres/session/session.ts'
import { environmentOn } from '../steps/migrate/program-environment.ts'
import type { SideConnection } from './side-connection.ts'
import type { Finding } from './tally.ts'
import { connectionOf, type Surroundings, type Target } from './target.ts'

/** What is done with each target: the same steps as of a database alone. */
export type Act = (context: RunContext, resources: Resources) => Promise<Finding>

/** What the targets of a fleet share. */
export interface Shared {
  readonly context: RunContext
  readonly surroundings: Surroundings
  readonly side: SideConnection
  readonly act: Act
  /** What is run again where something failed; absent: `pgate fleet`. */
  readonly command?: string | undefined
  /** What a failure means to an operator, that ended a run in this step. */
  readonly explain: (error: unknown, step: StepName | undefined) => unknown
  /** Called when a target's turn has ended; `failure` is undefined where nothing failed. */
  readonly ended?: (target: Target, failure?: unknown) => void
}

/**
 * Does with one target what the command does with a database: its own connection, schema, steps and log.
 * @throws whatever ends it, as `explain` has it
 */
export async function runTarget(shared: Shared, target: Target): Promise<Finding> {
  const { context, surroundings, act, explain } = shared
  const log = logOf(context.log, target)
  const startedAt = context.clock.now()
  const ended = (state: 'done' | 'failed', code?: string) => {
    const durationMs = Math.round(context.clock.now() - startedAt)
    log.debug(`target.${state}`, `${target.name} ${state}`, { durationMs, code })
  }
  const steps = recordSteps(context.clock, {
    started: (step) => log.debug('step.started', `${step} …`, { step }),
    ended: ({ name, state, durationMs, summary }) =>
      log.debug(`step.${state}`, `${name} ${state}: ${summary}`, { step: name, durationMs }),
  })
  try {
    const connection = connectionOf(target, surroundings)
    const config = configOf(context.config, target, connection)
    const environment = {
      ...environmentOn(connection, context.environment ?? {}),
      PGATE_SCHEMA: config.schema,
    }
    const own = { ...context, config, log, steps, environment, progress: () => {} }
    const finding = await withOwnSignal(context.signal, (signal) =>
      act({ ...own, signal }, resourcesOf(shared, own, target)),
    )
    ended('done')
    return finding
  } catch (error) {
    const failure = explain(error, steps.records().find(({ state }) => state === 'failed')?.name)
    ended('failed', failure instanceof GateError ? failure.code : 'BUG')
    throw failure
  }
}

/** One that goes with the target: what hangs on the run's own would stay for as long as the fleet takes. */
async function withOwnSignal<T>(
  signal: AbortSignal,
  use: (own: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController()
  const pass = () => own.abort(signal.reason)
  signal.addEventListener('abort', pass, { once: true })
  if (signal.aborted) pass()
  try {
    return await use(own.signal)
  } finally {
    signal.removeEventListener('abort', pass)
  }
}

/** What is the same at each of a thousand targets is good to know at debug. */
const QUIET: ReadonlySet<string> = new Set(['wait.ready', 'connection.note'])

function logOf(log: Log, { name }: Target): Log {
  const own = log.child({ target: name })
  const info: Log['info'] = (event, ...rest) =>
    QUIET.has(event) ? own.debug(event, ...rest) : own.info(event, ...rest)
  return { ...own, info }
}

function configOf(config: Config, target: Target, connection: ConnectionTarget): Config {
  const schema = target.schema ?? (target.url === undefined ? undefined : connection.schema)
  const { adminConnection: admin } = config
  return Object.freeze({
    ...config,
    connection,
    ...(schema !== undefined && { schema, isSchemaSet: true }),
    // The other role, in the same database.
    ...(admin !== undefined && {
      adminConnection: hidePassword({ ...connection, user: admin.user }, admin.password),
    }),
  })
}

function resourcesOf(
  { side }: Shared,
  { config, log, steps, origin }: RunContext,
  { name }: Target,
): Resources {
  const about = {
    version: VERSION,
    warn: (message: string) => log.warn('connection.note', message),
    note: (message: string) => log.info('connection.note', message),
  }
  const open = (target: ConnectionTarget) =>
    Object.freeze({ ...serverDatabase(target, about), label: name })
  const { connection, adminConnection } = config
  if (connection === undefined) throw new Error('a target without a connection')
  const server = open(connection)
  return {
    database: { ...server, side: side.shared(server), connect: closing(server) },
    admin: adminConnection && side.whole(open(adminConnection)),
    steps,
    origin,
  }
}

/** The next target connects when this one's connection has ended, and not before. */
function closing(server: Database): Database['connect'] {
  return async (options) => {
    const session = await server.connect(options)
    return { ...session, close: () => session.close() }
  }
}
