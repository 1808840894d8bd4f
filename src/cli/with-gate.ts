import { requireConnection } from '../config.ts'
import type { Gate } from '../pipeline.ts'
import type { Database } from '../postgres/session.ts'
import { VERSION } from '../version.ts'
import type { CommandContext } from './command.ts'

/** Lends the database that the command is to work on: a server, or the embedded PostgreSQL. */
export async function withGate<T>(
  context: CommandContext,
  use: (gate: Gate) => Promise<T>,
): Promise<T> {
  const { steps, runner, embedded, config } = context
  const lend = (database: Database, admin?: Database) => use({ database, admin, steps, runner })
  if (embedded === undefined) {
    const admin = config.adminConnection
    const { serverDatabase } = await import('../postgres/connection.ts')
    const about = {
      version: VERSION,
      warn: (message: string) => context.log.warn('connection', message),
    }
    const database = serverDatabase(requireConnection(config), about)
    return lend(database, admin && serverDatabase(admin, about))
  }
  const { withEmbedded } = await import('../embedded/embedded.ts')
  const { pid, hostName, isAlive } = context.host
  const where = embedded === true ? {} : { directory: embedded }
  return withEmbedded({ ...where, pid, hostName, isAlive }, (database) => lend(database))
}
