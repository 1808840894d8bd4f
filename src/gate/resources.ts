import { recordSteps, type Steps } from '../base/steps.ts'
import { VERSION } from '../base/version.ts'
import { requireConnection } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { type ConnectionTarget, hidePassword } from '../postgres/connect/target.ts'
import type { Database } from '../postgres/session/session.ts'
import type { Origin } from '../store/journal.ts'

/** What the steps work with; `admin` creates extensions where another role has to. */
export interface Resources {
  readonly database: Database
  readonly admin: Database | undefined
  readonly steps: Steps
  readonly origin: Origin
  /** Of a throwaway database: lends how another program reaches it. */
  readonly reach?: <T>(use: (target: ConnectionTarget) => Promise<T>) => Promise<T>
}

/** What resources are acquired from. */
export interface RunContext extends StepContext {
  readonly steps: Steps
  readonly origin: Origin
  /** The embedded PostgreSQL: in a directory, or `true` for memory; undefined: a server. */
  readonly embedded: string | true | undefined
  /** Extensions that the embedded one is to offer besides what the settings and the folder name. */
  readonly available?: readonly string[]
  /** Who holds the lock of an embedded database's directory. */
  readonly host: {
    readonly pid: number
    readonly hostName: string
    readonly isAlive: (pid: number) => boolean
  }
}

/** Where a second connection comes from; the embedded PostgreSQL has one session, which is busy. */
export function sideConnections({ database }: Pick<Resources, 'database'>): Database | undefined {
  return database.exclusive ? undefined : (database.side ?? database)
}

/** Lends the database that a run is to work on: a server, or the embedded PostgreSQL. */
export async function withResources<T>(
  context: RunContext,
  use: (resources: Resources) => Promise<T>,
): Promise<T> {
  const { embedded, config } = context
  if (embedded !== undefined) return withEmbeddedResources(context, embedded, use)
  const open = await serverOpener(context)
  const admin = config.adminConnection && open(config.adminConnection)
  return use(resourcesOn(context, open(requireConnection(config)), admin))
}

/**
 * Lends an empty throwaway database: one that is made on `server` and dropped afterwards, or, without
 * a server, the embedded PostgreSQL in memory. The context that goes with it logs quietly.
 */
export async function withShadowResources<T>(
  context: RunContext,
  server: ConnectionTarget | undefined,
  use: (resources: Resources, quiet: RunContext) => Promise<T>,
): Promise<T> {
  const quiet = quietly(context)
  if (server === undefined) return withEmbeddedResources(quiet, true, (one) => use(one, quiet))
  const { withShadowDatabase } = await import('./shadow.ts')
  const shadow = { ...quiet, target: server, open: await serverOpener(quiet) }
  return withShadowDatabase(shadow, (database, target) =>
    use({ ...resourcesOn(quiet, database), reach: (reached) => reached(target) }, quiet),
  )
}

/** What happens in the throwaway database must not read as if it had happened in the real one. */
function quietly(context: RunContext): RunContext {
  const { log, clock } = context
  const steps = recordSteps(clock, { started: () => {}, ended: () => {} })
  const config = { ...context.config, lint: 'off', phase: 'all', blockers: 'wait' } as const
  return { ...context, config, steps, log: { ...log, info: log.debug } }
}

async function withEmbeddedResources<T>(
  context: RunContext,
  directory: string | true,
  use: (resources: Resources) => Promise<T>,
): Promise<T> {
  const { withEmbedded } = await import('../embedded/embedded.ts')
  const extensions = await wantedExtensions(context)
  const { pid, hostName, isAlive } = context.host
  const where = directory === true ? {} : { directory }
  return withEmbedded({ ...where, pid, hostName, isAlive, extensions }, (database) =>
    use({
      ...resourcesOn(context, database),
      reach: (reached) =>
        database.serve(
          ({ host, port }) => reached(loopbackTarget(host, port)),
          (message) => context.log.warn('embedded.refused', message),
        ),
    }),
  )
}

/** Any name and any password will do there; some drivers want one. */
function loopbackTarget(host: string, port: number): ConnectionTarget {
  const names = { user: 'postgres', database: 'postgres' }
  const plain = { sslmode: 'prefer', targetSessionAttrs: 'any' } as const
  return hidePassword({ hosts: [{ host, port }], ...names, ...plain }, 'throwaway')
}

/** What PGATE_EXTENSIONS lists, and whatever a revision may create: its name stands in a file. */
async function wantedExtensions({
  config,
  available = [],
}: RunContext): Promise<readonly string[]> {
  const [{ EMBEDDED_EXTENSIONS, extensionsNamedIn }, { revisionTexts }] = await Promise.all([
    import('../embedded/bundles.ts'),
    import('../revisions/file/file-texts.ts'),
  ])
  const named = new Set([...available, ...config.extensions.map(({ name }) => name)])
  // What another program creates stands anywhere.
  if (config.migrateCommand !== undefined) return [...named, ...EMBEDDED_EXTENSIONS]
  for await (const text of revisionTexts(config.migrations)) {
    for (const name of extensionsNamedIn(text)) named.add(name)
  }
  return [...named]
}

function resourcesOn(
  { steps, origin }: RunContext,
  database: Database,
  admin?: Database,
): Resources {
  return { database, admin, steps, origin }
}

async function serverOpener({ log }: RunContext): Promise<(target: ConnectionTarget) => Database> {
  const { serverDatabase } = await import('../postgres/connect/connection.ts')
  const about = {
    version: VERSION,
    warn: (message: string) => log.warn('connection.note', message),
    note: (message: string) => log.info('connection.note', message),
  }
  return (target) => serverDatabase(target, about)
}
