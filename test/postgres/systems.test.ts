import { describe, expect, it } from 'vitest'
import { expectDone, pgateOf, SYSTEMS, serversFor } from '../support/cli/systems.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import {
  OWN_TABLES,
  publicNames,
  schemaLines,
  tablesWithoutUuidKey,
} from '../support/database/public-schema.ts'
import { queryRows } from '../support/database/query.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Nothing listens there: every connection fails. */
const NOWHERE = 'postgres://nobody@127.0.0.1:1/nothing'

const RUNS = SYSTEMS.flatMap((system) => serversFor(system).map((server) => ({ system, server })))
const PSQL_RUNS = RUNS.filter(({ server }) => psqlServers().includes(server))

describe.each(RUNS)('$system.name on $server.name', ({ system, server }) => {
  const it = testOn(server)

  it('goes by the gate to its head, back to the base and up again', async ({
    database: { url },
  }) => {
    const pgate = pgateOf(system, url)
    expectDone(await pgate('gate'))
    expectDone(await pgate('verify', '--strict'))
    expect(await pgate('current')).toMatchObject({ stdout: `${system.head} (head)\n` })
    expect(await tablesWithoutUuidKey(url)).toEqual([])
    expectDone(await pgate('downgrade', 'base'))
    await expectNothingLeft(url)
    expectDone(await pgate('gate'))
    expectDone(await pgate('verify', '--strict'))
  })

  it('downgrades each revision to exactly what was there before it', {
    timeout: 180_000,
  }, async ({ database: { url } }) => {
    const pgate = pgateOf(system, url)
    const before = new Map<string, readonly string[]>()
    for (const revision of system.revisions) {
      expectDone(await pgate('upgrade', '+1'))
      before.set(revision, await schemaLines(url))
    }
    for (const revision of system.revisions.toReversed()) {
      expect(await queryRows(url, 'select version_num from alembic_version')).toEqual([
        { version_num: revision },
      ])
      expect(await schemaLines(url)).toEqual(before.get(revision))
      expectDone(await pgate('downgrade', '-1'))
    }
    expect((await pgate('current')).stdout).toBe('')
    await expectNothingLeft(url)
  })

  it('is stamped where the schema was there before pgate', async ({ database: { url } }) => {
    const pgate = pgateOf(system, url)
    expectDone(await pgate('upgrade'))
    await queryRows(url, 'drop table alembic_version, pgate_journal')
    expectDone(await pgate('stamp', 'head'))
    expect((await pgate('current')).stdout).toBe(`${system.head} (head)\n`)
    expectDone(await pgate('gate'))
  })

  it("lets the application's start-up check pass only at the head", async ({
    database: { url },
  }) => {
    const pgate = pgateOf(system, url)
    const check = (timeout: string) => pgate('wait', '--for', 'head', '--wait-timeout', timeout)
    expect(await check('0')).toMatchObject({ exitCode: 30 })
    expect((await publicNames(url)).tables).toEqual([])
    await pgate('upgrade', system.revisions[0])
    expect(await check('0')).toMatchObject({ exitCode: 30 })
    expect((await pgate('check')).exitCode).not.toBe(0)
    await pgate('upgrade', 'head')
    // It ends at once where it passes; a busy machine may take longer than no time to connect.
    expectDone(await check('30s'))
    expectDone(await pgate('check'))
  })
})

describe.each(PSQL_RUNS)('the scripts of $system.name on $server.name', ({ system, server }) => {
  const it = testOn(server)

  it('take psql to the head, where verify passes, and back to the base', async ({ database }) => {
    const pgate = pgateOf(system, database.url)
    const run = async (...args: readonly string[]) => {
      const script = (await pgateOf(system, NOWHERE)(...args, '--sql')).stdout
      expect(await runPsql(server, database, script)).toMatchObject({ exitCode: 0 })
    }
    expectDone(await pgate('extensions'))
    await run('upgrade', 'head')
    expectDone(await pgate('verify', '--strict'))
    await run('downgrade', `${system.head}:base`)
    await expectNothingLeft(database.url)
  })
})

describe.each(SYSTEMS)('the files of $name', (system) => {
  it('have a manifest that is true', async () => {
    expectDone(await pgateOf(system, NOWHERE)('manifest', '--check'))
  })

  it('are one line with one head', async () => {
    const pgate = pgateOf(system, NOWHERE)
    expect((await pgate('heads')).stdout).toBe(`${system.head} (head)\n`)
    const lines = (await pgate('history')).stdout.trimEnd().split('\n')
    const steps = system.revisions.map(
      (revision, at) => `${system.revisions[at - 1] ?? '<base>'} -> ${revision}`,
    )
    expect(lines.map((line) => line.replace(/( \(head\))?, .+$/, ''))).toEqual(steps.toReversed())
  })
})

async function expectNothingLeft(url: string): Promise<void> {
  expect(await publicNames(url)).toEqual({
    tables: OWN_TABLES,
    indexes: ['alembic_version_pkc', 'pgate_journal_pkey'],
    functions: [],
    triggers: [],
    types: [],
  })
}
