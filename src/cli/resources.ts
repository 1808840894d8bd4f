import { recordSteps } from '../base/steps.ts'
import { VERSION } from '../base/version.ts'
import { requireConnection } from '../config/config.ts'
import type { Resources } from '../gate/usable-server.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import type { Database } from '../postgres/session/session.ts'
import type { CommandContext } from './command.ts'

/** Lends the database that the command is to work on: a server, or the embedded PostgreSQL. */
export async function withResources<T>(
  context: CommandContext,
  use: (resources: Resources) => Promise<T>,
): Promise<T> {
  const { embedded, config } = context
  if (embedded !== undefined) return withEmbeddedResources(context, embedded, use)
  const open = await serverOpener(context)
  const admin = config.adminConnection && open(config.adminConnection)
  return use(resourcesOn(context, open(requireConnection(config)), admin))
}

/**
 * Lends an empty throwaway database: the embedded PostgreSQL in memory, or, where `--shadow-url`
 * (read as the connection) names a server, one that is made there and dropped afterwards.
 */
export async function withShadowResources<T>(
  context: CommandContext,
  server: ConnectionTarget | undefined,
  use: (resources: Resources, quiet: CommandContext) => Promise<T>,
): Promise<T> {
  const quiet = quietly(context)
  if (server === undefined)
    return withEmbeddedResources(quiet, true, (resources) => use(resources, quiet))
  const { withShadowDatabase } = await import('../gate/shadow.ts')
  const shadow = { ...quiet, target: server, open: await serverOpener(quiet) }
  return withShadowDatabase(shadow, (database) => use(resourcesOn(quiet, database), quiet))
}

/** What happens in the throwaway database must not read as if it had happened in the real one. */
function quietly(context: CommandContext): CommandContext {
  const { log, clock } = context
  const steps = recordSteps(clock, { started: () => {}, ended: () => {} })
  return { ...context, steps, log: { ...log, info: log.debug } }
}

async function withEmbeddedResources<T>(
  context: CommandContext,
  directory: string | true,
  use: (resources: Resources) => Promise<T>,
): Promise<T> {
  const { withEmbedded } = await import('../embedded/embedded.ts')
  const extensions = await wantedExtensions(context)
  const { pid, hostName, isAlive } = context.host
  const where = directory === true ? {} : { directory }
  return withEmbedded({ ...where, pid, hostName, isAlive, extensions }, (database) =>
    use(resourcesOn(context, database)),
  )
}

/** What PGATE_EXTENSIONS lists, and whatever a revision may create: its name stands in a file. */
async function wantedExtensions({ config }: CommandContext): Promise<readonly string[]> {
  const [{ extensionsNamedIn }, { revisionTexts }] = await Promise.all([
    import('../embedded/bundles.ts'),
    import('../revisions/file/file-texts.ts'),
  ])
  const named = new Set(config.extensions.map(({ name }) => name))
  for await (const text of revisionTexts(config.migrations)) {
    for (const name of extensionsNamedIn(text)) named.add(name)
  }
  return [...named]
}

function resourcesOn(
  { steps, origin }: CommandContext,
  database: Database,
  admin?: Database,
): Resources {
  return { database, admin, steps, origin }
}

async function serverOpener(
  context: CommandContext,
): Promise<(target: ConnectionTarget) => Database> {
  const { serverDatabase } = await import('../postgres/connect/connection.ts')
  const about = {
    version: VERSION,
    warn: (message: string) => context.log.warn('connection.note', message),
    note: (message: string) => context.log.info('connection.note', message),
  }
  return (target) => serverDatabase(target, about)
}
