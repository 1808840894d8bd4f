import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer, servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const A = revisionText({ id: 'aaa', upgrade: 'create table a (n int);' })
const B = revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'create table b (n int);' })
const FAILS = revisionText({ id: 'ccc', revises: 'bbb', upgrade: 'select * from nowhere;' })

const envOf = (url: string, path: string, more: Readonly<Record<string, string>> = {}) => ({
  env: { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '', ...more },
})
const pointsOf = (url: string) =>
  queryRows(url, 'select revision, outcome, restore_point as point from pgate_journal order by id')

describe.each(servers())('the restore point on $name', (server) => {
  const it = testOn(server)

  it('is between what was there before and the first statement, and every row of the run has it', async ({
    database: { url },
    folder: { path, write },
  }) => {
    await write('a.sql', A)
    await write('b.sql', B)
    await write('c.sql', FAILS)
    const [before] = await queryRows(url, 'select pg_current_wal_lsn() as lsn, now()::text as now')
    const failed = await runPgateHere(['upgrade', '--json'], envOf(url, path))
    const { exitCode, facts, hint } = JSON.parse(failed.stdout)
    expect(exitCode, failed.stderr).toBe(53)
    const { restorePoint: point } = facts
    expect(point).toMatchObject({
      timeline: 1,
      name: expect.stringMatching(/^pgate_[0-9a-f]{8}_aaa$/),
    })
    expect(hint).toContain(`LSN ${point.lsn}, timeline 1, name ${point.name} (docs/`)
    expect(await pointsOf(url)).toEqual([
      { revision: 'aaa', outcome: 'done', point },
      { revision: 'bbb', outcome: 'done', point },
      { revision: 'ccc', outcome: 'failed', point },
    ])
    const [between] = await queryRows(
      url,
      `select pg_lsn '${point.lsn}' between '${before?.lsn}' and pg_current_wal_lsn() as isIn,
              timestamptz '${point.at}' between '${before?.now}' and
                (select min(started_at) from pgate_journal) as isBefore`,
    )
    expect(between).toEqual({ isin: true, isbefore: true })
  })
})

describe.each(anyServer({ docker: true }))('the restore point on $name', (server) => {
  const it = testOn(server)

  it('has no name where the role may not make one, and the log says why at debug', async ({
    database: { url, name },
    folder: { path, write },
  }) => {
    await write('a.sql', A)
    const role = `${name}_plain`
    await queryRows(url, `create role "${role}" login password 'plain'`)
    try {
      await queryRows(url, `grant create, usage on schema public to "${role}"`)
      const plain = new URL(url)
      plain.username = role
      plain.password = 'plain'
      const env = envOf(plain.href, path, { PGATE_LOG_LEVEL: 'debug' })
      const { exitCode, stderr } = await runPgateHere([], env)
      expect(exitCode, stderr).toBe(0)
      expect(stderr).toMatch(/"restore\.missing".*a name \(permission denied for function/)
      const [{ point } = { point: null }] = await pointsOf(url)
      expect(point).toMatchObject({ lsn: expect.stringContaining('/'), timeline: 1, name: null })
      const { stdout } = await runPgateHere(['status', '--verbose'], env)
      expect(stdout).toContain(
        "  recovery_target_inclusive = off\n  recovery_target_timeline = '1'",
      )
    } finally {
      await queryRows(url, `drop owned by "${role}"; drop role "${role}"`)
    }
  })

  it('stays that of the first try where a revision is resumed, and status shows what has changed something', async ({
    database: { url },
    folder: { path, write },
  }) => {
    const twice = (end: string) =>
      revisionText({ id: 'aaa', transaction: 'off', upgrade: `create table a (n int); ${end}` })
    await write('a.sql', twice('select * from nowhere;'))
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 53 })
    const [first] = await pointsOf(url)
    await write('a.sql', twice('select 1;'))
    await write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'select 1/0;' }))
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 53 })
    const [again] = await pointsOf(url)
    expect(again).toMatchObject({ outcome: 'done', point: first?.point })
    const report = JSON.parse((await runPgateHere(['status', '--json'], envOf(url, path))).stdout)
    expect(report.restorePoint).toEqual(first?.point)
    expect(report.revisions[1].run.restorePoint).not.toEqual(first?.point)
  })

  it('goes into a journal of version 2, which an older pgate goes on writing', async ({
    database: { url },
    folder: { path, write },
  }) => {
    await write('a.sql', A)
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 0 })
    await queryRows(
      url,
      `alter table pgate_journal drop column restore_point, drop column phase, drop column run_id;
       comment on table pgate_journal is 'pgate journal, version 2';
       update pgate_journal set version_table = null where action = 'verify'`,
    )
    const report = JSON.parse((await runPgateHere(['status', '--json'], envOf(url, path))).stdout)
    expect(report).toMatchObject({
      restorePoint: null,
      revisions: [{ run: { restorePoint: null } }],
    })
    await write('b.sql', B)
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 0 })
    expect(
      await queryRows(
        url,
        `select revision, version_table is null as any, restore_point is null as none
           from pgate_journal order by id limit 3`,
      ),
    ).toEqual([
      { revision: 'aaa', any: false, none: true },
      { revision: 'aaa', any: true, none: true },
      { revision: 'bbb', any: false, none: false },
    ])
  })

  it('is taken once for a redo, is in the JSON of a downgrade, and not where nothing is to be done', async ({
    database: { url },
    folder: { path, write },
  }) => {
    const both = { id: 'aaa', upgrade: 'create table a ();', downgrade: 'drop table a;' }
    await write('a.sql', revisionText(both))
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 0 })
    const redone = await runPgateHere(['redo'], envOf(url, path))
    expect(redone.stderr.match(/"restore\.point"/g)).toHaveLength(1)
    const down = await runPgateHere(['downgrade', 'base', '--json'], envOf(url, path))
    expect(JSON.parse(down.stdout).restorePoint).toMatchObject({ timeline: 1 })
    const idle = await runPgateHere(['downgrade', 'base', '--json'], envOf(url, path))
    expect(JSON.parse(idle.stdout)).not.toHaveProperty('restorePoint')
  })

  it('of another program is kept with the proof of what it did', async ({
    database: { url },
    folder: { path, write },
  }) => {
    await write('a.txt', 'what the program reads')
    const program = { PGATE_MIGRATE_COMMAND: 'true' }
    const { exitCode, stderr } = await runPgateHere([], envOf(url, path, program))
    expect(exitCode, stderr).toBe(0)
    expect(await pointsOf(url)).toMatchObject([
      { point: { name: expect.stringMatching(/_true$/) } },
    ])
  })

  it('of a pooled connection is there as well', async ({ folder: { path, write }, database }) => {
    await write('a.sql', A)
    await withPgbouncer(server, 'transaction', async ({ urlOf }) => {
      const { exitCode, stderr } = await runPgateHere([], envOf(urlOf(database.name), path))
      expect(exitCode, stderr).toBe(0)
    })
    expect(await pointsOf(database.url)).toMatchObject([
      { point: { timeline: 1 } },
      { point: null },
    ])
  })

  it('that somebody wrote into the journal by hand is not shown', async ({
    database: { url },
    folder: { path, write },
  }) => {
    await write('a.sql', A)
    expect(await runPgateHere([], envOf(url, path))).toMatchObject({ exitCode: 0 })
    await withClient(url, (client) =>
      client.query('update pgate_journal set restore_point = $1', [
        JSON.stringify({
          at: '2026-11-26T13:00:01Z',
          lsn: "0/1'; --",
          timeline: '1',
          name: 'a\nb',
        }),
      ]),
    )
    const { stdout } = await runPgateHere(['status'], envOf(url, path))
    expect(stdout).toContain('Newest restore point: 2026-11-26 13:00:01 UTC, no LSN\n')
  })
})
