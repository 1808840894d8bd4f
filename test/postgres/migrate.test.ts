import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { startPgate } from '../support/cli/cli.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer())('migrate on $name', (server) => {
  const it = testOn(server)

  const env = (url: string, path: string, more: Record<string, string> = {}) => ({
    DATABASE_URL: url,
    PGATE_MIGRATIONS: path,
    PGATE_EXTENSIONS: '',
    ...more,
  })

  it('takes over an Alembic database without a step', async ({ folder, database: { url } }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
    await folder.write(
      'b.sql',
      revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'CREATE TABLE b (id int);' }),
    )

    await queryRows(
      url,
      `create table alembic_version (
             version_num varchar(32) not null,
             constraint alembic_version_pkc primary key (version_num));
           insert into alembic_version values ('aaa');
           create table a (id int)`,
    )
    const result = await runPgateHere([], { env: env(url, folder.path) })
    expect(result.exitCode).toBe(0)
    expect(await queryRows(url, 'select version_num from alembic_version')).toEqual([
      { version_num: 'bbb' },
    ])
  })

  it('runs a TypeScript revision in its transaction', async ({ folder, database: { url } }) => {
    await folder.write(
      'one.ts',
      `export const revision = 'one'
export const revises = null
export async function upgrade(db: { query(text: string, values?: unknown[]): Promise<unknown> }) {
  await db.query('create table one (id int)')
  await db.query('insert into one values ($1)', [42])
}
`,
    )

    const result = await runPgateHere([], { env: env(url, folder.path) })
    expect(result).toMatchObject({ exitCode: 0 })
    expect(await queryRows(url, 'select id from one')).toEqual([{ id: 42 }])
  })

  it('refuses a TypeScript revision that ends its own transaction', async ({
    folder,
    database: { url },
  }) => {
    await folder.write(
      'one.mjs',
      `export const revision = 'one'
export const revises = null
export const upgrade = async (db) => { await db.query('commit') }
`,
    )

    const result = await runPgateHere([], { env: env(url, folder.path) })
    expect(result.exitCode).toBe(53)
    expect(result.stdout).toContain('would end the transaction')
  })

  it('gives a lock that is held up and tries again until it is free', async ({
    folder,
    database: { url },
  }) => {
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: 'ALTER TABLE busy ADD COLUMN note text;' }),
    )

    await queryRows(url, 'create table busy (id int)')
    await withClient(url, async (reader) => {
      await reader.query('begin; select * from busy')
      const gate = startPgate([], {
        env: env(url, folder.path, { PGATE_DDL_LOCK_TIMEOUT: '100ms' }),
      })
      await gate.says(/revision\.retry/)
      await reader.query('commit')
      expect((await gate.ended).exitCode).toBe(0)
    })
  })

  it('ends with 54 where the lock stays held', async ({ folder, database: { url } }) => {
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: 'ALTER TABLE busy ADD COLUMN note text;' }),
    )

    await queryRows(url, 'create table busy (id int)')
    await withClient(url, async (reader) => {
      await reader.query('begin; select * from busy')
      const result = await runPgateHere([], {
        env: env(url, folder.path, {
          PGATE_DDL_LOCK_TIMEOUT: '50ms',
          PGATE_LOCK_TIMEOUT: '1s',
        }),
      })
      expect(result.exitCode).toBe(54)
      expect(result.stdout).toContain('MIGRATION_RETRIES')
      expect(result.stdout).toContain('a.sql:8:1')
    })
  })

  it('takes a revision that failed half-way up at the statement where it stopped', async ({
    folder,
    database: { url },
  }) => {
    const upgrade = `CREATE TABLE t (id int);
INSERT INTO t VALUES (1);
CREATE INDEX CONCURRENTLY t_id ON t (id);
INSERT INTO nowhere VALUES (2);`
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))

    const failed = await runPgateHere([], { env: env(url, folder.path) })
    expect(failed.exitCode).toBe(53)
    expect(failed.stdout).toContain('a.sql:11:13')
    expect(failed.stdout).toContain('Statements 1 to 3 stand')
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: upgrade.replace('nowhere', 't') }),
    )
    expect((await runPgateHere([], { env: env(url, folder.path) })).exitCode).toBe(0)
    expect(await queryRows(url, 'select id from t order by id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(
      await queryRows(
        url,
        'select revision, outcome, statements_done from pgate_journal where action <> $1',
        ['verify'],
      ),
    ).toEqual([{ revision: 'aaa', outcome: 'done', statements_done: 4 }])
  })

  it('refuses to resume a revision whose finished statements were edited', async ({
    folder,
    database: { url },
  }) => {
    const upgrade = 'CREATE TABLE t (id int);\nVACUUM t;\nINSERT INTO nowhere VALUES (2);'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))

    expect((await runPgateHere([], { env: env(url, folder.path) })).exitCode).toBe(53)
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: upgrade.replace('id int', 'id bigint') }),
    )
    const result = await runPgateHere([], { env: env(url, folder.path) })
    expect(result.exitCode).toBe(51)
    expect(result.stdout).toContain('HISTORY_EDITED')
  })

  it('builds an invalid index again instead of believing it', async ({
    folder,
    database: { url },
  }) => {
    const upgrade = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_id ON t (id);'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))

    await queryRows(url, 'create table t (id int); insert into t values (1), (1)')
    expect((await runPgateHere([], { env: env(url, folder.path) })).exitCode).toBe(53)
    const invalid = `select indisvalid from pg_index where indexrelid = 't_id'::regclass`
    expect(await queryRows(url, invalid)).toEqual([{ indisvalid: false }])
    await queryRows(url, 'delete from t where ctid = (select min(ctid) from t)')
    expect((await runPgateHere([], { env: env(url, folder.path) })).exitCode).toBe(0)
    expect(await queryRows(url, invalid)).toEqual([{ indisvalid: true }])
  })

  it('rolls back, releases the lock and ends with 143 on SIGTERM', async ({
    folder,
    database: { url },
  }) => {
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: 'CREATE TABLE t (id int);\nSELECT pg_sleep(60);' }),
    )

    const gate = startPgate([], { env: env(url, folder.path) })
    await gate.says(/revision\.running/)
    gate.kill('SIGTERM')
    const result = await gate.ended
    expect(result.exitCode).toBe(143)
    expect(result.durationMs).toBeLessThan(20_000)
    expect(
      await queryRows(
        url,
        `select to_regclass('t') as t, (select count(*)::int from pg_locks where locktype = 'advisory'
               and database = (select oid from pg_database where datname = current_database())) as locks`,
      ),
    ).toEqual([{ t: null, locks: 0 }])
    expect(await queryRows(url, 'select outcome from pgate_journal')).toEqual([
      { outcome: 'interrupted' },
    ])
  })

  it('ends with 54 where the connection is cut in the middle of a statement', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'SELECT pg_sleep(60);' }))

    const gate = startPgate([], { env: env(url, folder.path) })
    await gate.says(/revision\.running/)
    const cut = () =>
      queryRows<{ cut: boolean }>(
        url,
        `select pg_terminate_backend(pid) as cut from pg_stat_activity
              where datname = current_database() and query like '%pg_sleep(60)%'
                and pid <> pg_backend_pid()`,
      )
    while ((await cut()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
    const result = await gate.ended
    expect(result.exitCode).toBe(54)
    expect(result.stdout).toContain('MIGRATION_CONNECTION_LOST')
  })

  it('keeps its tables and the revisions in PGATE_SCHEMA, owned by PGATE_ROLE', async ({
    folder,
    database: { url, name },
  }) => {
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: "SET work_mem = '64MB';\nCREATE TABLE t (id int);" }),
    )
    await folder.write(
      'b.sql',
      revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'CREATE TABLE u (id int);' }),
    )

    const owner = `owner_${name}`
    await queryRows(url, `create role "${owner}"; grant create on database "${name}" to "${owner}"`)
    const result = await runPgateHere([], {
      env: env(url, folder.path, { PGATE_SCHEMA: 'app', PGATE_ROLE: owner }),
    })
    expect(result).toMatchObject({ exitCode: 0 })
    const tables = await queryRows(
      url,
      `select schemaname as schema, tablename as name, tableowner = $1 as owned
             from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 2`,
      [owner],
    )
    expect(tables).toEqual(
      ['alembic_version', 'pgate_journal', 't', 'u'].map((table) => ({
        schema: 'app',
        name: table,
        owned: true,
      })),
    )
    await queryRows(url, `drop owned by "${owner}"; drop role "${owner}"`)
  })
})
