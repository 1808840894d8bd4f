import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import type { RunningPgate } from '../cli/cli.ts'

const PATIENCE_MS = 20_000

/** A statement that runs on the server, of whatever session but the observer's. */
export interface RunningStatement {
  readonly pid: number
  readonly database: string
}

/** Where pgate is. */
export interface Whereabouts {
  /** The statement, as a pattern of PostgreSQL. */
  readonly runs?: string
  /** The table whose lock it waits for. */
  readonly waitsFor?: string
}

/**
 * The first session that is seen to be there;
 * in the observer's database or a throwaway one.
 * @throws Error with what pgate said, where it ends before
 */
export async function untilRuns(
  observer: Client,
  gate: RunningPgate,
  what: Whereabouts,
): Promise<RunningStatement> {
  const described = JSON.stringify(what)
  const ended = gate.ended.then(({ exitCode, stdout, stderr }) => {
    throw new Error(`pgate ended (${exitCode}) and did not run ${described}:\n${stdout}${stderr}`)
  })
  const seen = async () => {
    const give = AbortSignal.timeout(PATIENCE_MS)
    while (!give.aborted) {
      const [found] = await runningNow(observer, what)
      if (found !== undefined) return found
      await delay(10)
    }
    throw new Error(`nobody runs ${described}: ${gate.output().stderr}`)
  }
  return Promise.race([seen(), ended])
}

/**
 * Resolves when that statement runs no more; a client that is gone does not end it by itself.
 * @throws Error after five seconds
 */
export async function untilCancelled(observer: Client, statement: RunningStatement): Promise<void> {
  const give = AbortSignal.timeout(5_000)
  while (!give.aborted) {
    const { rowCount } = await observer.query(
      `select from pg_stat_activity where pid = $1 and state <> 'idle'`,
      [statement.pid],
    )
    if (rowCount === 0) return
    await delay(20)
  }
  throw new Error(`session ${statement.pid} still runs its statement`)
}

async function runningNow(
  observer: Client,
  { runs, waitsFor }: Whereabouts,
): Promise<readonly RunningStatement[]> {
  const { rows } = await observer.query<RunningStatement>(
    `select pid, datname as database from pg_stat_activity a
      where backend_type = 'client backend' and state = 'active' and pid <> pg_backend_pid()
        and (query ~* $1 or exists (select from pg_locks l where l.pid = a.pid and not l.granted
                                    and l.relation::regclass::text = $2))
        and datname ~ ('^(pgate_shadow_.*|' || current_database() || ')$')`,
    [runs ?? null, waitsFor ?? null],
  )
  return rows
}

/** How many advisory locks are held in the observer's database. */
export async function locksHeld(observer: Client): Promise<number> {
  const { rows } = await observer.query<{ held: number }>(
    `select count(*)::int as held from pg_locks
      where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`,
  )
  return rows[0]?.held ?? 0
}
