import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const BROKEN = revisionText({
  id: 'broken',
  revises: 'b83d5e0f6c21',
  upgrade: `CREATE TABLE half_way (id int);

CREATE VIEW members AS
  SELECT id, nickname FROM users;`,
})

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

describe.each(anyServer({ vector: true }))('a shut gate on $name', (server) => {
  const it = testOn(server)

  const gate = (url: string, path: string, env: Record<string, string> = {}) =>
    runPgateHere([], { env: { DATABASE_URL: url, PGATE_MIGRATIONS: path, ...env } })

  it('names file, line and column of a failed statement and leaves nothing of it', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('broken.sql', BROKEN)
      await withDatabase(server, async ({ url }) => {
        const result = await gate(url, folder.path, { PGATE_LOG_FORMAT: 'pretty' })
        expect(result.exitCode).toBe(53)
        expect(result.stdout).toContain('broken.sql:11:14: column "nickname" does not exist')
        expect(result.stdout).toContain(
          '  11 |   SELECT id, nickname FROM users;\n     |              ^\n',
        )
        expect(result.stdout).toContain('SQLSTATE 42703')
        expect(lastLine(result.stdout)).toMatch(
          /^gate shut \(exit 53, MIGRATION_FAILED\): .*Next: Fix /,
        )
        const left = await queryRows(
          url,
          `select to_regclass('half_way') as half_way,
                  (select version_num from alembic_version) as version,
                  outcome, substring(error from '[^/]*$') as said
             from pgate_journal where revision = 'broken'`,
        )
        const said =
          'broken.sql:11:14: column "nickname" does not exist (undefined_column, SQLSTATE 42703)'
        expect(left).toEqual([{ half_way: null, version: 'b83d5e0f6c21', outcome: 'failed', said }])
      })
    }, MAI_MIGRATIONS)
  })

  it('succeeds once the file is fixed', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('broken.sql', BROKEN)
      await withDatabase(server, async ({ url }) => {
        expect((await gate(url, folder.path)).exitCode).toBe(53)
        await folder.write('broken.sql', BROKEN.replace('nickname', 'username'))
        expect((await gate(url, folder.path)).exitCode).toBe(0)
        expect(await queryRows(url, 'select version_num from alembic_version')).toEqual([
          { version_num: 'broken' },
        ])
      })
    }, MAI_MIGRATIONS)
  })

  it('finds a syntax error in a later revision before the first one runs', async ({
    folder,
    database: { url },
  }) => {
    await folder.write(
      'one.sql',
      revisionText({ id: 'one', upgrade: 'CREATE TABLE one (id int);' }),
    )
    await folder.write(
      'two.sql',
      revisionText({ id: 'two', revises: 'one', upgrade: 'CREATE TABLE two (id int;' }),
    )

    const result = await gate(url, folder.path)
    expect(result.exitCode).toBe(53)
    expect(result.stdout).toContain('two.sql:8:')
    expect(await queryRows(url, `select to_regclass('one') as one`)).toEqual([{ one: null }])
  })

  it('ends with 60 and the name where an index of the manifest was dropped by hand', async ({
    database: { url },
  }) => {
    expect((await gate(url, MAI_MIGRATIONS)).exitCode).toBe(0)
    await queryRows(url, 'drop index idx_conversations_user_archived')
    const result = await gate(url, MAI_MIGRATIONS, { PGATE_LOG_FORMAT: 'pretty' })
    expect(result.exitCode).toBe(60)
    expect(result.stdout).toContain('public.idx_conversations_user_archived')
    expect(lastLine(result.stdout)).toContain('VERIFY_DRIFT')
  })

  it('reports an extra table and stays open, unless verify is strict', async ({
    database: { url },
  }) => {
    const env = {
      DATABASE_URL: url,
      PGATE_MIGRATIONS: MAI_MIGRATIONS,
      PGATE_LOG_FORMAT: 'pretty',
    }
    await gate(url, MAI_MIGRATIONS)
    await queryRows(url, 'create table extra_table (id int)')
    const open = await gate(url, MAI_MIGRATIONS, env)
    expect(open.exitCode).toBe(0)
    expect(open.stdout).toContain('public.extra_table')
    const strict = await runPgateHere(['verify', '--strict'], { env })
    expect(strict.exitCode).toBe(60)
    expect(strict.stdout).toContain('public.extra_table')
  })

  it('ends with 40 where an extension is not available', async ({ database: { url } }) => {
    const result = await gate(url, MAI_MIGRATIONS, { PGATE_EXTENSIONS: 'nosuch' })
    expect(result.exitCode).toBe(40)
    expect(lastLine(result.stdout)).toContain('nosuch')
  })

  it('ends with 31 where the password is wrong, after the grace period alone', async ({
    database: { url },
  }) => {
    const wrong = new URL(url)
    wrong.password = 'not-the-password'
    const result = await gate(wrong.href, MAI_MIGRATIONS, { PGATE_AUTH_GRACE: '1s' })
    expect(result.exitCode).toBe(31)
    expect(`${result.stdout}${result.stderr}`).not.toContain('not-the-password')
    expect(result.durationMs).toBeLessThan(20_000)
  })

  it('ends with 50 on two heads, naming both and the merge, before it connects', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'select 1;' }))
    await folder.write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'select 1;' }))
    await folder.write('c.sql', revisionText({ id: 'ccc', revises: 'aaa', upgrade: 'select 1;' }))
    const nowhere = 'postgres://nobody@127.0.0.1:1/nothing'
    const refused = await gate(nowhere, folder.path)
    expect(refused.exitCode).toBe(50)
    expect(refused.stdout).toContain('pgate merge bbb ccc')

    const env = { PGATE_TARGET: 'heads', PGATE_EXTENSIONS: '' }
    expect((await gate(url, folder.path, env)).exitCode).toBe(0)
    expect(await queryRows(url, 'select version_num from alembic_version order by 1')).toEqual([
      { version_num: 'bbb' },
      { version_num: 'ccc' },
    ])
  })

  it('ends with 51 where an applied revision was edited', async ({ folder, database: { url } }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))

    expect((await gate(url, folder.path)).exitCode).toBe(0)
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id bigint);' }))
    const result = await gate(url, folder.path)
    expect(result.exitCode).toBe(51)
    expect(lastLine(result.stdout)).toContain('HISTORY_EDITED')
    expect(lastLine(result.stdout)).toContain('a.sql')
  })

  it('refuses a database ahead of the files, or lets it be where it is allowed', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
    await folder.write(
      'b.sql',
      revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'CREATE TABLE b (id int);' }),
    )

    expect((await gate(url, folder.path)).exitCode).toBe(0)
    await rm(join(folder.path, 'b.sql'))
    const refused = await gate(url, folder.path)
    expect(refused.exitCode).toBe(51)
    expect(lastLine(refused.stdout)).toContain('bbb')
    const allowed = await gate(url, folder.path, { PGATE_AHEAD: 'allow' })
    expect(allowed.exitCode).toBe(0)
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const asked = async (...args: readonly string[]) =>
      runPgateHere(args, { env: { ...env, PGATE_AHEAD: 'allow' } })
    expect(await asked('check')).toMatchObject({ exitCode: 0 })
    const { stdout: status } = await asked('status')
    expect(status).toContain('  applied  aaa')
    expect(status).toContain('  unknown  bbb (no file holds it)')
    expect(status).toContain('A gate would open, and run nothing: ')
    await queryRows(url, "update alembic_version set version_num = 'stranger'")
    const stranger = await gate(url, folder.path, { PGATE_AHEAD: 'allow' })
    expect(stranger.exitCode).toBe(51)
  })
})

describe('a gate without a server', () => {
  it('ends with 30 when nothing answers before the timeout', async () => {
    const result = await runPgateHere([], {
      env: {
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
        PGATE_MIGRATIONS: MAI_MIGRATIONS,
        PGATE_WAIT_TIMEOUT: '1s',
      },
    })
    expect(result.exitCode).toBe(30)
    expect(lastLine(result.stdout)).toContain('NOT_READY')
    expect(lastLine(result.stdout)).toContain('127.0.0.1:1')
  })
})
