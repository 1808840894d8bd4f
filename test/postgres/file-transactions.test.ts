import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { journalRuns } from '../support/faults/crash.ts'
import { anyServer, type TestDatabase, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

interface Place {
  readonly database: TestDatabase
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly write: (
    upgrade: string,
    more?: Partial<Parameters<typeof revisionText>[0]>,
  ) => Promise<void>
}

describe.each(anyServer())('a file with transactions of its own on $name', (server) => {
  const it = testOn(server)

  async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
    await withRevisionFolder(async (folder) => {
      await withDatabase(server, async (database) => {
        const { url } = database
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        const write: Place['write'] = (upgrade, more = {}) =>
          folder.write('a.sql', revisionText({ id: 'aaa', upgrade, ...more }))
        await use({ database, url, env, write })
      })
    })
  }

  const rename = `BEGIN;
CREATE TYPE s_new AS ENUM ('a');
CREATE TABLE t (s s_new);
ALTER TYPE s_new RENAME TO s;
COMMIT;`

  it('runs what stands in one pair in one transaction with its rows, both ways', async () => {
    await withPlace(async ({ url, env, write }) => {
      await write(rename, { downgrade: 'BEGIN;\nDROP TABLE t;\nDROP TYPE s;\nEND;' })
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await journalRuns(url)).toMatchObject([{ outcome: 'done', statements_done: 3 }])
      expect(await runPgateHere(['downgrade', 'base'], { env })).toMatchObject({ exitCode: 0 })
      const left = await queryRows(
        url,
        `select to_regclass('t')::text as t, to_regtype('s')::text as s`,
      )
      expect(left).toEqual([{ t: null, s: null }])
    })
  })

  it('keeps nothing of a pair whose last statement fails', async () => {
    await withPlace(async ({ url, env, write }) => {
      await write('BEGIN;\nCREATE TABLE t (id int);\nSELECT 1/0;\nCOMMIT;')
      const { exitCode, stdout } = await runPgateHere(['gate', '--json'], { env })
      expect(exitCode).toBe(53)
      expect(JSON.parse(stdout).facts).toMatchObject({ line: 10, sqlstate: '22012' })
      expect(await queryRows(url, `select to_regclass('t') as t`)).toEqual([{ t: null }])
    })
  })

  it('commits the groups of a file as it says, and resumes at the one that failed', async () => {
    await withPlace(async ({ url, env, write }) => {
      const file = (third: string) => `CREATE TABLE log (n int);
BEGIN;
INSERT INTO log VALUES (1);
INSERT INTO log VALUES (2);
COMMIT;
CREATE INDEX CONCURRENTLY log_n ON log (n);
BEGIN;
INSERT INTO log VALUES (3);
${third}
COMMIT;
INSERT INTO log VALUES (5);`
      await write(file('SELECT 1/0;'))
      const failed = await runPgateHere(['gate', '--json'], { env })
      expect(failed.exitCode).toBe(53)
      expect(JSON.parse(failed.stdout)).toMatchObject({
        facts: { line: 16, statement: 4 },
        hint: expect.stringContaining(
          'Statements 1 to 3 stand. The next run continues at statement 4',
        ),
      })
      expect(await queryRows(url, 'select n from log order by n')).toEqual([{ n: 1 }, { n: 2 }])
      await write(file('INSERT INTO log VALUES (4);'))
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      const rows = await queryRows<{ n: number }>(url, 'select n from log order by n')
      expect(rows.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
      expect(await journalRuns(url)).toMatchObject([{ outcome: 'done', statements_done: 5 }])
    })
  })

  it('runs a long file of many statements, and names the one of them that fails', async () => {
    await withPlace(async ({ url, env, write }) => {
      const insert = (n: number) => `INSERT INTO many VALUES (${n}, '${'x'.repeat(40)}');`
      const inserts = Array.from({ length: 20_000 }, (_, n) => insert(n))
      const file = (last: string) =>
        `CREATE TABLE many (n int, t text);\n${inserts.join('\n')}\n${last}`
      await write(file('INSERT INTO many VALUES (1/0);'))
      const { facts } = JSON.parse((await runPgateHere(['gate', '--json'], { env })).stdout)
      expect(facts).toMatchObject({ line: 20_009, statement: 20_002, sqlstate: '22012' })
      await write(file('COPY many (n) FROM stdin;\n20000\n\\.\nSELECT 1;'))
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select count(*)::int from many')).toEqual([{ count: 20_001 }])
    })
  })

  it('runs the same from a script for psql', async () => {
    await withPlace(async ({ database, url, env, write }) => {
      await write(`CREATE TABLE log (n int, level text);
BEGIN ISOLATION LEVEL SERIALIZABLE;
INSERT INTO log VALUES (1, current_setting('transaction_isolation'));
COMMIT;
VACUUM log;`)
      const script = await runPgateHere(['upgrade', '--sql'], { env })
      expect(await runPsql(server, database, script.stdout)).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select * from log')).toEqual([{ n: 1, level: 'serializable' }])
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
    })
  })

  const LEVEL = `INSERT INTO level VALUES (current_setting('transaction_isolation'));`
  it.each([
    ['a leading SET TRANSACTION', `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n${LEVEL}`],
    ['BEGIN with a level', `BEGIN ISOLATION LEVEL REPEATABLE READ;\n${LEVEL}\nCOMMIT;`],
    [
      'SET TRANSACTION within a pair',
      `BEGIN;\nSET LOCAL x.y = '1';\nSET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n${LEVEL}\nEND;`,
    ],
    [
      'a level in one group of several',
      `BEGIN ISOLATION LEVEL REPEATABLE READ;\n${LEVEL}\nCOMMIT;\nSELECT 1;`,
    ],
    [
      'a level of what goes by itself',
      `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\nSELECT 'discard';\n${LEVEL}`,
    ],
  ])('honours %s', async (_, upgrade) => {
    await withPlace(async ({ url, env, write }) => {
      await queryRows(url, 'create table level (level text)')
      await write(upgrade)
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, 'select level from level')).toEqual([
        { level: 'repeatable read' },
      ])
    })
  })

  it('honours a level of a revision that is pending behind others', async ({
    folder,
    database: { url },
  }) => {
    const table = revisionText({ id: 'aaa', upgrade: 'CREATE TABLE level (level text);' })
    const upgrade = `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n${LEVEL}`
    const level = revisionText({ id: 'bbb', revises: 'aaa', upgrade })
    await folder.write('a.sql', table)
    await folder.write('b.sql', level)
    const last = revisionText({ id: 'ccc', revises: 'bbb', upgrade: LEVEL })
    await folder.write('c.sql', last)

    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const result = await runPgateHere([], { env })
    expect(result.exitCode, result.stdout).toBe(0)
    expect(await queryRows(url, 'select level from level')).toEqual([
      { level: 'repeatable read' },
      { level: 'read committed' },
    ])
  })

  it('refuses by line what it cannot commit, before the database is touched', async () => {
    await withPlace(async ({ url, env, write }) => {
      await write(
        'BEGIN;\nCREATE TABLE t (id int);\nCREATE INDEX CONCURRENTLY i ON t (id);\nCOMMIT;',
      )
      const { exitCode, stderr } = await runPgateHere([], { env })
      expect(exitCode).toBe(50)
      expect(stderr).toContain(
        'a.sql:10: PostgreSQL refuses this inside the transaction that line 11',
      )
      expect(await queryRows(url, `select to_regclass('alembic_version') as t`)).toEqual([
        { t: null },
      ])
    })
  })

  it('says how a procedure that commits is called, and where a new enum value can be used', async () => {
    await withPlace(async ({ env, write }) => {
      const fill = `CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;\nCALL fill();`
      await write(fill)
      const header = 'write `-- transaction: off` in the header, above '
      const first = JSON.parse((await runPgateHere(['gate', '--json'], { env })).stdout)
      expect(first).toMatchObject({ exitCode: 53, facts: { sqlstate: '2D000' } })
      expect(first.hint).toContain(`${header}${env.PGATE_MIGRATIONS}/a.sql:7`)
      await write(fill, { transaction: 'off' })
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
    })
    await withPlace(async ({ url, env, write }) => {
      await queryRows(url, `create type e as enum ('a'); create table t (e e)`)
      const add = `ALTER TYPE e ADD VALUE 'b';\nINSERT INTO t VALUES ('b');`
      await write(add)
      const { hint, facts } = JSON.parse((await runPgateHere(['gate', '--json'], { env })).stdout)
      expect(facts.sqlstate).toBe('55P04')
      expect(hint).toContain('in the next revision, or write `-- transaction: off` in the header')
      await write(add, { transaction: 'off' })
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
    })
  })
})
