import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { TestServer } from './servers.ts'

/** Asks a server that runs what it is: its version, and whether it has pgvector. */
export async function describeServer(
  known: Pick<TestServer, 'name' | 'url' | 'container'>,
): Promise<TestServer> {
  const client = new Client({ connectionString: known.url })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: string; number: number; vector: boolean }>(`
      select current_setting('server_version') as version,
             current_setting('server_version_num')::int as number,
             exists (select from pg_catalog.pg_available_extensions where name = 'vector') as vector`)
    const [row] = rows
    if (!row) throw new Error(`${known.name} gave no version`)
    const major = Math.floor(row.number / 10_000)
    return { ...known, major, version: row.version, vector: row.vector }
  } finally {
    await client.end()
  }
}

/** The same, of a server that has just been started: asked until it answers, for 60 seconds. */
export async function describeWhenUp(
  known: Pick<TestServer, 'name' | 'url' | 'container'>,
): Promise<TestServer> {
  const end = performance.now() + 60_000
  for (;;) {
    try {
      return await describeServer(known)
    } catch (error) {
      if (performance.now() > end) throw error
      await delay(50)
    }
  }
}
