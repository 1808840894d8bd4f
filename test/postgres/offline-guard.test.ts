import { describe, expect } from 'vitest'
import { callPgate, runPgateHere } from '../support/cli/call.ts'
import { it } from '../support/cli/it.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyOf, anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const CODE = `export const revision = 'code'
export const revises = 'aaa'
export async function upgrade(db: { query(text: string): Promise<unknown> }) {
  await db.query('select 1')
}
`

const LOCK = `select pg_try_advisory_lock(${gateLockKey()}) as held`

/** Fails where this session holds an advisory lock. */
const LET_GO = `do $$ begin
  if exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) then
    raise exception 'still held';
  end if;
end $$;`

const env = (url: string, path: string) => ({
  DATABASE_URL: url,
  PGATE_MIGRATIONS: path,
  PGATE_EXTENSIONS: '',
})

/** As a gate leaves it that has just gone through a pooler, and lives. */
const LEASE = `create table pgate_lease (
    version_table text primary key, holder uuid not null, host text not null,
    pgate_version text not null, taken_at timestamptz not null, expires_at timestamptz not null);
  insert into pgate_lease values
    ('alembic_version', gen_random_uuid(), 'web-1', '0.1.0', now(), now() + interval '30 seconds')`

/** Of one revision, aaa. */
const FIRST = revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);\nVACUUM a;' })

describe('a script that cannot be written', () => {
  const nowhere = 'postgres://nobody@127.0.0.1:1/nothing'

  it('leaves standard output empty and names the revision that is code', async ({ folder }) => {
    await folder.write('a.sql', FIRST)
    await folder.write('b.ts', CODE)
    const options = { env: { ...env(nowhere, folder.path), PGATE_LOG_FORMAT: 'pretty' } }
    const result = await runPgateHere(['upgrade', '--sql'], options)
    expect(result).toMatchObject({ exitCode: 50, stdout: '' })
    expect(result.stderr).toMatch(/REVISION_MODULE\): revision code \(.*b\.ts\)/)
    expect(await runPgateHere(['upgrade', 'aaa', '--sql'], options)).toMatchObject({ exitCode: 0 })
  })

  it('is a usage error where two answers are asked for at once', async ({ folder }) => {
    await folder.write('a.sql', FIRST)
    const options = { env: env(nowhere, folder.path) }
    for (const args of [
      ['upgrade', '--sql', '--dry-run'],
      ['downgrade', 'base', '--sql', '--dry-run'],
      ['downgrade', 'base', '--sql', '--from-journal'],
    ]) {
      expect(await runPgateHere(args, options)).toMatchObject({ exitCode: 2, stdout: '' })
    }
  })

  it('comes as one document with --json', async ({ folder }) => {
    await folder.write('a.sql', FIRST)
    const options = { env: env(nowhere, folder.path) }
    const plain = await runPgateHere(['upgrade', '--sql'], options)
    const { stdout } = await runPgateHere(['upgrade', '--sql', '--json'], options)
    const document: unknown = JSON.parse(stdout)
    expect(document).toMatchObject({ sql: plain.stdout.trimEnd(), exitCode: 0 })
  })
})

describe.each(anyOf(psqlServers()))('the guard of a script on $name', (server) => {
  const it = testOn(server)

  it('refuses while another gate holds the lock', async ({ folder, database }) => {
    await folder.write('a.sql', FIRST)

    const { stdout } = await runPgateHere(['upgrade', '--sql'], {
      env: env(database.url, folder.path),
    })
    await withClient(database.url, async (gate) => {
      expect((await gate.query(LOCK)).rows).toEqual([{ held: true }])
      const refused = await runPsql(server, database, stdout)
      expect(refused.exitCode).toBe(3)
      expect(refused.stderr).toContain('pgate: another gate is at work on this database')
    })
    expect(await queryRows(database.url, `select from pg_tables where tablename = 'a'`)).toEqual([])
    expect(await runPsql(server, database, `${stdout}\n${LET_GO}`)).toMatchObject({
      exitCode: 0,
    })
  })

  it('refuses while a gate behind a pooler holds the lease, until that expires', async ({
    folder,
    database,
  }) => {
    await folder.write('a.sql', FIRST)

    const { stdout } = await callPgate(['upgrade', '--sql'], env(database.url, folder.path))
    await queryRows(database.url, LEASE)
    const refused = await runPsql(server, database, stdout)
    expect(refused.exitCode).toBe(3)
    expect(refused.stderr).toContain('pgate: another gate is at work on this database')
    const made = `select from pg_tables where tablename = 'a'`
    expect(await queryRows(database.url, made)).toEqual([])
    await queryRows(database.url, 'update pgate_lease set expires_at = now()')
    expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0 })
    expect(await queryRows(database.url, 'select from pgate_lease')).toEqual([])
  })

  it('stops where somebody else changes the version rows meanwhile', async ({
    folder,
    database,
  }) => {
    await folder.write('a.sql', FIRST)
    const second = revisionText({
      id: 'bbb',
      revises: 'aaa',
      upgrade: 'CREATE TABLE b (id int);',
    })
    await folder.write('b.sql', second)

    const options = { env: env(database.url, folder.path) }
    const { stdout } = await runPgateHere(['upgrade', '--sql'], options)
    const rival = `update alembic_version set version_num = 'zzz';\n`
    const refused = await runPsql(
      server,
      database,
      stdout.replace('-- Running upgrade aaa', (line) => rival + line),
    )
    expect(refused.exitCode).toBe(3)
    expect(refused.stderr).toContain('no longer holds aaa: somebody else changed it')
    expect(await queryRows(database.url, `select to_regclass('b') as b`)).toEqual([{ b: null }])
  })

  it('refuses to run a revision twice, or one that stopped half-way', async ({
    folder,
    database,
  }) => {
    await folder.write('a.sql', `${FIRST}\nINSERT INTO nowhere VALUES (1);`)

    const options = { env: env(database.url, folder.path) }
    expect(await runPgateHere(['upgrade'], options)).toMatchObject({ exitCode: 53 })
    const half = await runPgateHere(['upgrade', '--sql'], options)
    const refused = await runPsql(server, database, half.stdout)
    expect(refused.exitCode).toBe(3)
    expect(refused.stderr).toContain('pgate: a run of aaa stopped half-way')
    await folder.write('a.sql', FIRST)
    expect(await runPgateHere(['upgrade'], options)).toMatchObject({ exitCode: 0 })
    const whole = await runPgateHere(['upgrade', '--sql'], options)
    expect((await runPsql(server, database, whole.stdout)).stderr).toContain(' is at aaa')
  })
})

describe.each(anyServer())('--dry-run on $name', (server) => {
  const it = testOn(server)

  it('says what is pending, and what the downgrade is, without the lock and without a trace', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', FIRST)
    const second = revisionText({
      id: 'bbb',
      revises: 'aaa',
      upgrade: 'CREATE TABLE b (id int);',
      downgrade: 'DROP TABLE b;',
    })
    await folder.write('b.sql', second)

    const options = { env: { ...env(url, folder.path), PGATE_LOG_FORMAT: 'pretty' } }
    await withClient(url, async (gate) => {
      await gate.query(LOCK)
      expect(await runPgateHere(['upgrade', '--dry-run'], options)).toMatchObject({
        exitCode: 0,
        stdout: `would run upgrade <base> -> aaa, Revision aaa (${folder.path}/a.sql, statements)
would run upgrade aaa -> bbb, Revision bbb (${folder.path}/b.sql, transaction)
`,
      })
    })
    expect(await queryRows(url, `select from pg_tables where schemaname = 'public'`)).toEqual([])
    expect(await runPgateHere(['upgrade'], options)).toMatchObject({ exitCode: 0 })
    expect(await runPgateHere(['upgrade', '--dry-run'], options)).toMatchObject({
      exitCode: 0,
      stdout: 'nothing pending, at bbb\n',
    })
    const { stdout } = await runPgateHere(['upgrade', '--dry-run', '--json'], options)
    expect(JSON.parse(stdout)).toMatchObject({ pending: [], versions: ['bbb'] })
    await printsTheDowngrade(url, options, folder.path)
  })
})

/** The database is at bbb, and is so afterwards. */
async function printsTheDowngrade(
  url: string,
  options: { readonly env: Readonly<Record<string, string>> },
  folder: string,
): Promise<void> {
  await withClient(url, async (gate) => {
    await gate.query(LOCK)
    expect(await runPgateHere(['downgrade', 'aaa', '--dry-run'], options)).toMatchObject({
      exitCode: 0,
      stdout: `would run downgrade bbb -> aaa, Revision bbb (${folder}/b.sql, transaction)\n`,
    })
    const refused = await runPgateHere(['downgrade', 'base', '--dry-run'], options)
    expect(refused).toMatchObject({ exitCode: 50, stdout: '' })
    expect(refused.stderr).toContain('REVISION_IRREVERSIBLE')
  })
  const { stdout } = await runPgateHere(['downgrade', '-1', '--dry-run', '--json'], options)
  expect(JSON.parse(stdout)).toMatchObject({ pending: [{ revision: 'bbb' }], versions: ['bbb'] })
}
