import { describe, expect } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { type ConnectionTurns, type Turn, withTurnCounter } from '../support/network/turns.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** How often the gate waits for the server once it is authenticated: change them here alone. */
const ROUND_TRIPS = {
  /** Nothing is pending, and the last run left its proof in the journal. */
  noop: 1,
  /** Of two revisions the second one is pending: one statement, in a transaction. */
  oneRevision: 12,
} as const

const FIRST = revisionText({ id: 'aaaaaaaaaaaa', upgrade: 'create table one (id int);' })
const SECOND = revisionText({
  id: 'bbbbbbbbbbbb',
  revises: 'aaaaaaaaaaaa',
  upgrade: 'create table two (id int);',
})

describe.each(anyServer({ vector: true }))('round trips on $name', (server) => {
  const it = testOn(server)

  it('are as few as promised for one revision, and for none over one connection', async ({
    database: { url },
    folder,
  }) => {
    await folder.write('1.sql', FIRST)
    await gate(url, folder)
    await folder.write('2.sql', SECOND)
    const [busy] = await turnsOfGate(url, folder)
    expect(busy?.after.length, turnsAsText(busy?.after)).toBe(ROUND_TRIPS.oneRevision)
    const [idle, ...others] = await turnsOfGate(url, folder)
    expect(idle?.after.length, turnsAsText(idle?.after)).toBe(ROUND_TRIPS.noop)
    expect(others).toEqual([])
  })

  it('are as few for a migrator that has nothing to do', async ({ database: { url }, folder }) => {
    await folder.write('1.py', 'revision = "1"')
    await gate(url, folder, COMMAND)
    const [idle, ...others] = await turnsOfGate(url, folder, COMMAND)
    expect(idle?.after.length, turnsAsText(idle?.after)).toBe(ROUND_TRIPS.noop)
    expect(others).toEqual([])
  })
})

const COMMAND = { PGATE_MIGRATE_COMMAND: 'true' }

async function gate(
  url: string,
  { path }: RevisionFolder,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, ...more }
  const { exitCode, stdout, stderr } = await runPgate([], { env })
  expect(exitCode, `${stdout}${stderr}`).toBe(0)
}

async function turnsOfGate(
  url: string,
  folder: RevisionFolder,
  more?: Readonly<Record<string, string>>,
): Promise<readonly ConnectionTurns[]> {
  return withTurnCounter(url, async (counter) => {
    await gate(counter.url, folder, more)
    return counter.connections()
  })
}

/** A line for each turn: where a figure is wrong, the SQL says which turn came or went. */
function turnsAsText(turns: readonly Turn[] = []): string {
  return turns.map((turn) => turn.join('; ').slice(0, 150)).join('\n')
}
