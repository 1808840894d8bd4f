import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { type RunningPgate, startPgate } from '../cli/cli.ts'
import { queryRows, withClient } from '../database/query.ts'

const PATIENCE_MS = 30_000

/** What a session of pgate waits for, as `pg_stat_activity` reports it. */
export interface Waiting {
  /** `relation`: a table's lock, `transactionid`: a row's; `virtualxid`: an older snapshot or another's lock, CONCURRENTLY. */
  readonly event: 'relation' | 'transactionid' | 'virtualxid' | 'advisory'
  readonly query: RegExp
}

/**
 * The process id of pgate's session once it waits for that.
 * @throws Error with what pgate said, where it ends before
 */
export async function untilWaiting(
  observer: Client,
  gate: RunningPgate,
  { event, query }: Waiting,
): Promise<number> {
  const ended = gate.ended.then((result) => {
    throw new Error(`pgate ended (${result.exitCode}) instead of waiting for ${query}:
${result.stdout}${result.stderr}`)
  })
  const give = AbortSignal.timeout(PATIENCE_MS)
  const seen = async () => {
    for (;;) {
      const { rows } = await observer.query<{ pid: number; query: string }>(
        `select pid, query from pg_stat_activity
          where datname = current_database() and application_name like 'pgate%'
            and wait_event_type = 'Lock' and wait_event = $1`,
        [event],
      )
      const found = rows.find((row) => query.test(row.query))
      if (found !== undefined) return found.pid
      if (give.aborted) throw new Error(`nobody waits for ${query}: ${gate.output().stderr}`)
      await delay(20)
    }
  }
  return Promise.race([seen(), ended])
}

/** Kills the client alone; its session on the server goes on. */
export async function killGate(gate: RunningPgate): Promise<void> {
  gate.kill('SIGKILL')
  await gate.ended
}

/** Starts a gate, lets it run into what `hold` locks, and lends it there, with who holds the lock. */
export async function withHeldGate<T>(
  { url, env, args = [], hold, waiting }: HeldGate,
  use: (held: { gate: RunningPgate; holder: Client; pid: number }) => Promise<T>,
): Promise<T> {
  return withClient(url, async (holder) => {
    await holder.query(`begin; ${hold}`)
    const gate = startPgate(args, { env })
    const observe = (observer: Client) => untilWaiting(observer, gate, waiting)
    const pid = await withClient(url, observe)
    return use({ gate, holder, pid })
  })
}

export interface HeldGate {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  /** The command; the gate where there is none. */
  readonly args?: readonly string[]
  /** What takes the lock, in a transaction that stays open. */
  readonly hold: string
  readonly waiting: Waiting
}

/** Tables, columns, indexes and partitions of a database, and whether each index is valid. */
export function outline(url: string): Promise<readonly Record<string, unknown>[]> {
  return queryRows(
    url,
    `select c.oid::regclass::text as name, c.relkind, c.relispartition as partition,
            i.indisvalid as valid, pg_get_indexdef(i.indexrelid) as definition,
            (select array_agg(attname::text order by attnum) from pg_attribute
              where attrelid = c.oid and attnum > 0 and not attisdropped) as columns
       from pg_class c left join pg_index i on i.indexrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'i', 'I')
      order by 1`,
  )
}

/** The runs of revisions that the journal reports, the failed ones too. */
export function journalRuns(url: string): Promise<readonly Record<string, unknown>[]> {
  return queryRows(
    url,
    `select revision, action, outcome, statements_done from pgate_journal
      where action <> 'verify' order by revision, id`,
  )
}
