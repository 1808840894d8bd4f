import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli.ts'
import { MAI_MIGRATIONS } from '../support/project.ts'
import { servers, withDatabase } from '../support/servers.ts'
import { type ConnectionTurns, type Turn, withTurnCounter } from '../support/turns.ts'

/** How often the gate waits for the server once it is authenticated: change them here alone. */
const ROUND_TRIPS = {
  /** Nothing is pending, and the last run left its proof in the journal. */
  noop: 13,
  /** Of the two revisions of migrations/, the second one is pending. */
  oneRevision: 55,
} as const

const FIRST_REVISION = '4f1c2a7be903'

describe.each(servers({ vector: true }))('round trips on $name', (server) => {
  it('are as few as promised for one revision, and for none over one connection', async () => {
    await withDatabase(server, async ({ url }) => {
      await gate(url, ['upgrade', FIRST_REVISION])
      const [busy] = await turnsOfGate(url)
      expect(busy?.after.length, told(busy?.after)).toBe(ROUND_TRIPS.oneRevision)
      const [idle, ...others] = await turnsOfGate(url)
      expect(idle?.after.length, told(idle?.after)).toBe(ROUND_TRIPS.noop)
      expect(others).toEqual([])
    })
  })
})

async function gate(url: string, args: readonly string[] = []): Promise<void> {
  const env = { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS }
  const { exitCode, stdout, stderr } = await runPgate(args, { env })
  expect(exitCode, `${stdout}${stderr}`).toBe(0)
}

async function turnsOfGate(url: string): Promise<readonly ConnectionTurns[]> {
  return withTurnCounter(url, async (counter) => {
    await gate(counter.url)
    return counter.connections()
  })
}

/** A line for each turn: where a figure is wrong, the SQL tells which turn came or went. */
function told(turns: readonly Turn[] = []): string {
  return turns.map((turn) => turn.join('; ').slice(0, 150)).join('\n')
}
