import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const TABLES = `select tablename as name from pg_tables where schemaname = 'public' order by 1`

describe.each(anyServer({ vector: true }))('the downgrade on $name', (server) => {
  const it = testOn(server)

  const pgate = (args: readonly string[], url: string, path = MAI_MIGRATIONS) =>
    runPgateHere(args, { env: { DATABASE_URL: url, PGATE_MIGRATIONS: path } })

  it('downgrades one revision, then all, and goes up again', async ({ database: { url } }) => {
    await pgate([], url)
    expect(await pgate(['downgrade', '-1'], url)).toMatchObject({ exitCode: 0 })
    expect((await pgate(['current'], url)).stdout).toBe('4f1c2a7be903\n')
    expect(await pgate(['downgrade', 'base'], url)).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, TABLES)).toEqual([
      { name: 'alembic_version' },
      { name: 'pgate_journal' },
    ])
    expect(await pgate([], url)).toMatchObject({ exitCode: 0 })
    const actions = await queryRows(
      url,
      `select revision, action, outcome from pgate_journal where action <> 'verify' order by id`,
    )
    const [first, second] = ['4f1c2a7be903', 'b83d5e0f6c21']
    expect(actions).toEqual(
      [
        [first, 'upgrade'],
        [second, 'upgrade'],
        [second, 'downgrade'],
        [first, 'downgrade'],
        [first, 'upgrade'],
        [second, 'upgrade'],
      ].map(([revision, action]) => ({ revision, action, outcome: 'done' })),
    )
  })

  it('refuses an irreversible revision on the way before anything runs', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
    await folder.write(
      'b.sql',
      revisionText({
        id: 'bbb',
        revises: 'aaa',
        upgrade: 'CREATE TABLE b (id int);',
        downgrade: 'DROP TABLE b;',
      }),
    )

    await pgate([], url, folder.path)
    const refused = await pgate(['downgrade', 'base'], url, folder.path)
    expect(refused.exitCode).toBe(50)
    expect(refused.stdout).toContain('REVISION_IRREVERSIBLE')
    expect((await pgate(['current'], url, folder.path)).stdout).toBe('bbb (head)\n')
  })

  it('takes a newer image’s revision back by what the journal kept', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
    await folder.write(
      'b.sql',
      revisionText({
        id: 'bbb',
        revises: 'aaa',
        upgrade: 'CREATE TABLE b (id int);',
        downgrade: 'DROP TABLE b;',
      }),
    )

    await pgate([], url, folder.path)
    await rm(join(folder.path, 'b.sql'))
    const refused = await pgate(['downgrade', 'aaa'], url, folder.path)
    expect(refused.exitCode).toBe(51)
    expect(refused.stdout).toContain('--from-journal')
    const taken = await pgate(['downgrade', 'aaa', '--from-journal'], url, folder.path)
    expect(taken).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, `select to_regclass('b') as b`)).toEqual([{ b: null }])
    expect(await pgate([], url, folder.path)).toMatchObject({ exitCode: 0 })
  })

  it('refuses the other direction while a revision stands half-way', async ({
    folder,
    database: { url },
  }) => {
    const upgrade = 'CREATE TABLE t (id int);\nVACUUM t;'
    const downgrade = 'ALTER TABLE t ADD COLUMN gone int;\nVACUUM t;\nDROP TABLE nowhere;'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade, downgrade }))

    expect(await pgate([], url, folder.path)).toMatchObject({ exitCode: 0 })
    expect((await pgate(['downgrade', 'base'], url, folder.path)).exitCode).toBe(53)
    for (const args of [['gate'], ['check']]) {
      const refused = await pgate(args, url, folder.path)
      expect(refused.exitCode).toBe(51)
      expect(refused.stdout).toContain('HISTORY_UNFINISHED')
    }
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade, downgrade: downgrade.replace('nowhere', 't') }),
    )
    const again = await pgate(['downgrade', 'base'], url, folder.path)
    expect(again).toMatchObject({ exitCode: 0 })
    expect(await pgate([], url, folder.path)).toMatchObject({ exitCode: 0 })
  })

  it('reset needs a yes where nobody can be asked', async ({ database: { url } }) => {
    await pgate([], url)
    const asked = await pgate(['reset'], url)
    expect(asked.exitCode).toBe(2)
    expect(asked.stdout).toContain('--yes')
    expect(await pgate(['reset', '--yes'], url)).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, TABLES)).toHaveLength(2)
  })

  it('downgrade without a target is refused', async () => {
    const result = await runPgateHere(['downgrade'])
    expect(result.exitCode).toBe(2)
    expect(result.stderr).toContain('target')
  })
})

describe.each(anyServer({ vector: true }))('stamp on $name', (server) => {
  const it = testOn(server)

  const pgate = (args: readonly string[], url: string) =>
    runPgateHere(args, { env: { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS } })

  it('believes a schema that is the one it promises, and no other', async ({
    database: { url },
  }) => {
    expect((await pgate(['stamp', 'head'], url)).exitCode).toBe(60)
    await pgate([], url)
    await queryRows(url, 'drop table alembic_version, pgate_journal')
    const stamped = await pgate(['stamp', 'head'], url)
    expect(stamped.exitCode).toBe(0)
    expect(stamped.stdout).toContain(
      'stamped <base> -> b83d5e0f6c21: only version rows were set, nothing was run; the schema was verified first',
    )
    expect(await pgate(['check'], url)).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, 'select revision, action from pgate_journal')).toEqual([
      { revision: 'b83d5e0f6c21', action: 'stamp' },
    ])
  })

  it('proves an older revision in a throwaway database', async ({ database: { url } }) => {
    await pgate(['upgrade', '+1'], url)
    await queryRows(url, 'drop table alembic_version, pgate_journal')
    expect(await pgate(['stamp', '4f1c2a7be903'], url)).toMatchObject({ exitCode: 0 })
    await queryRows(url, 'delete from alembic_version; drop index idx_users_email')
    const refused = await pgate(['stamp', '4f1c2a7be903'], url)
    expect(refused.exitCode).toBe(60)
    expect(refused.stdout).toContain('public.idx_users_email')
    const believed = await pgate(['stamp', '4f1c2a7be903', '--no-verify', '--json'], url)
    expect(JSON.parse(believed.stdout)).toMatchObject({
      exitCode: 0,
      from: [],
      versions: ['4f1c2a7be903'],
      verified: false,
    })
  })

  it('purges rows that no file knows', async ({ database: { url } }) => {
    await pgate([], url)
    await queryRows(url, "update alembic_version set version_num = 'stranger'")
    expect((await pgate(['stamp', 'head'], url)).exitCode).toBe(51)
    expect(await pgate(['stamp', 'head', '--purge'], url)).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, 'select version_num from alembic_version')).toEqual([
      { version_num: 'b83d5e0f6c21' },
    ])
  })
})
