import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'

/** An application that reads a table all the time. */
export interface BusyReader {
  /** How long its longest query has waited, in milliseconds, by the server's own clock. */
  longestWaitMs(): number
}

/**
 * Reads a row of the table every few milliseconds while `use` runs. A query's time counts from its
 * arrival to the moment when it has its lock, so that a busy test is not taken for a lock.
 */
export async function withReader<T>(
  client: Client,
  table: string,
  use: (reader: BusyReader) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  let longest = 0
  const reading = async () => {
    while (!over.signal.aborted) {
      const { rows } = await client.query<{ waited: number }>(
        `select (extract(epoch from clock_timestamp() - statement_timestamp()) * 1000)::int as waited
           from ${table} limit 1`,
      )
      longest = Math.max(longest, rows[0]?.waited ?? 0)
      await delay(5)
    }
  }
  const done = reading()
  try {
    return await use({ longestWaitMs: () => longest })
  } finally {
    over.abort()
    await done
  }
}
