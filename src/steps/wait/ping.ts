import { ConnectError, type ConnectFailure } from '../../postgres/connect/connect-error.ts'
import type { ConnectOptions, Database } from '../../postgres/session/session.ts'

type Ping = ConnectFailure['ping']

const BEST_FIRST = ['accepting', 'rejecting', 'no response', 'no attempt'] as const

/**
 * What pg_isready would say of the server: one attempt, answered without regard to whether the
 * role, the password or the database are right. Of several hosts the best answer counts.
 * @throws the signal's reason
 * @see https://www.postgresql.org/docs/current/app-pg-isready.html
 */
export async function ping(database: Database, options: ConnectOptions): Promise<Ping> {
  try {
    const session = await database.connect(options)
    await session.close()
    return 'accepting'
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    return bestPing(error.failures)
  }
}

/** The best of several hosts' answers; `no attempt` where there is none. */
export function bestPing(failures: readonly ConnectFailure[]): Ping {
  const answers = new Set(failures.map((failure) => failure.ping))
  return BEST_FIRST.find((answer) => answers.has(answer)) ?? 'no attempt'
}
