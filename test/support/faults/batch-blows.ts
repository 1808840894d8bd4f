import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { type RunningPgate, startPgate } from '../cli/cli.ts'
import { queryRows } from '../database/query.ts'
import type { SteeredServer } from '../servers/steered-server.ts'

/** What befalls a run of batches, evenly spread over it. */
export interface BatchBlows {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly server: Pick<SteeredServer, 'start' | 'stop'>
  readonly kills: number
  readonly crashes: number
  /** How many batches an undisturbed run has. */
  readonly batches: number
  readonly random: () => number
}

/**
 * Starts gates one after the other, and kills each, or the server under it, while its batches are under
 * way. Gives how many blows fell there; the rest of the work is left to the caller.
 */
export async function strikeBatches(blows: BatchBlows): Promise<number> {
  const { kills, crashes, batches, random } = blows
  const all = kills + crashes
  const every = Math.floor(all / Math.max(1, crashes))
  let fell = 0
  for (let number = 0; number < all; number += 1) {
    const due = Math.floor(((number + random()) / (all + 1)) * batches)
    const gate = startPgate([], { env: blows.env, timeoutMs: 600_000 })
    await comesTo(blows.url, due, gate)
    await delay(random() * 50)
    const crash = number % every === every - 1 && Math.floor(number / every) < crashes
    if (crash) {
      await blows.server.stop('immediate')
      await gate.ended
      await blows.server.start()
    } else {
      gate.kill('SIGKILL')
    }
    const { signal, exitCode } = await gate.ended
    fell += signal === 'SIGKILL' || exitCode !== 0 ? 1 : 0
  }
  return fell
}

/** Until so many batches are committed, or the gate has ended. */
async function comesTo(url: string, due: number, gate: RunningPgate): Promise<void> {
  let ended = false
  void gate.ended.then(() => {
    ended = true
  })
  while (!ended) {
    // The table is not there yet, or the server is on its way up.
    const [row] = await queryRows<{ batches: string }>(
      url,
      'select coalesce(max(batches), 0) as batches from pgate_batch',
    ).catch(() => [])
    if (row !== undefined && Number(row.batches) >= Math.max(1, due)) return
    await delay(20)
  }
}

/** An application that inserts, updates and deletes until it is stopped, and connects again after a crash. */
export function writeMeanwhile(
  url: string,
  statements: readonly string[],
): { stop(): Promise<number> } {
  let stopped = false
  let done = 0
  const work = async () => {
    while (!stopped) {
      const client = new Client({ connectionString: url })
      client.on('error', () => undefined)
      try {
        await client.connect()
        while (!stopped) {
          for (const text of statements) await client.query(text)
          done += 1
          await delay(5)
        }
      } catch (error) {
        if (!isGone(error)) throw error
        await delay(50)
      } finally {
        await client.end().catch(() => undefined)
      }
    }
  }
  const working = work()
  working.catch(() => undefined)
  return {
    stop: async () => {
      stopped = true
      await working
      return done
    },
  }
}

/** The server was stopped under it, or is not up again; or it met a deadlock, as an application may. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'closed'
  return /^(57P0.|ECONN.*|08...|40P01|closed)$/.test(code)
}
