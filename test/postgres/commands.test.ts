import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { MAI_MIGRATIONS, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const HEAD = 'b83d5e0f6c21'

describe.each(anyServer({ vector: true }))('commands on $name', (server) => {
  const it = testOn(server)

  const env = (url: string) => ({ DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS })

  it('print one JSON document, and nothing else, where --json asks for it', async ({
    database: { url },
  }) => {
    const gate = await runPgateHere(['gate', '--json'], { env: env(url) })
    expect(JSON.parse(gate.stdout)).toMatchObject({
      command: 'gate',
      verdict: 'open',
      exitCode: 0,
      versions: [HEAD],
      applied: [{ revision: '4f1c2a7be903', mode: 'transaction' }, { revision: HEAD }],
      verify: { mode: 'manifest', unchanged: false },
      steps: [{ name: 'wait' }, { name: 'extensions' }, { name: 'migrate' }, { name: 'verify' }],
    })
    await queryRows(url, 'drop index idx_users_username')
    const failed = await runPgateHere(['verify', '--json'], { env: env(url) })
    expect(failed.exitCode).toBe(60)
    expect(JSON.parse(failed.stdout)).toMatchObject({
      verdict: 'failed',
      code: 'VERIFY_DRIFT',
      facts: { missing: 1, objects: ['index public.idx_users_username'] },
    })
  })

  it('say where the database and the files stand, as Alembic does', async ({
    database: { url },
  }) => {
    expect(await runPgateHere(['current'], { env: env(url) })).toMatchObject({ stdout: '' })
    await runPgateHere(['upgrade', '+1'], { env: env(url) })
    expect((await runPgateHere(['current'], { env: env(url) })).stdout).toBe('4f1c2a7be903\n')
    await runPgateHere(['upgrade'], { env: env(url) })
    expect((await runPgateHere(['current'], { env: env(url) })).stdout).toBe(`${HEAD} (head)\n`)
    expect((await runPgateHere(['heads'], { env: env(url) })).stdout).toBe(`${HEAD} (head)\n`)
    expect((await runPgateHere(['history'], { env: env(url) })).stdout).toBe(
      `4f1c2a7be903 -> ${HEAD} (head), Memory embeddings\n<base> -> 4f1c2a7be903, Initial schema\n`,
    )
  })

  it('check finds what is pending and what drifted, and writes nothing', async ({
    database: { url },
  }) => {
    const pending = await runPgateHere(['check'], { env: env(url) })
    expect(pending).toMatchObject({ exitCode: 51 })
    expect(pending.stdout).toContain('HISTORY_PENDING')
    expect(await queryRows(url, `select to_regclass('alembic_version') as t`)).toEqual([
      { t: null },
    ])
    await runPgateHere([], { env: env(url) })
    expect(await runPgateHere(['check'], { env: env(url) })).toMatchObject({ exitCode: 0 })
    await queryRows(url, 'alter table users alter column email drop not null')
    const drifted = await runPgateHere(['check'], { env: env(url) })
    expect(drifted.exitCode).toBe(60)
    expect(drifted.stdout).toContain('public.users.email')
  })

  it('wait --for head lets a follower through once another gate has migrated', async ({
    database: { url, name },
  }) => {
    const follower = `follower_${name}`.slice(0, 60)
    await queryRows(
      url,
      `create role "${follower}" login password 'reads-only';
         create table alembic_version (
           version_num varchar(32) not null,
           constraint alembic_version_pkc primary key (version_num));
         grant select on alembic_version to "${follower}"`,
    )
    const its = new URL(url)
    its.username = follower
    its.password = 'reads-only'
    const waiting = startPgate(['wait', '--for', 'head'], { env: env(its.href) })
    await waiting.says(/wait\.ready/)
    const gate = await runPgateHere([], { env: env(url) })
    expect(gate.exitCode).toBe(0)
    const ended = await waiting.ended
    await queryRows(url, `drop owned by "${follower}"; drop role "${follower}"`)
    expect(ended).toMatchObject({ exitCode: 0 })
    expect(ended.stdout).toContain(`the database is at ${HEAD}`)
  })

  it('wait --for head gives up with 30 where nobody migrates', async ({ database: { url } }) => {
    const result = await runPgateHere(['wait', '--for', 'head', '--wait-timeout', '1s'], {
      env: env(url),
    })
    expect(result.exitCode).toBe(30)
    expect(result.stdout).toContain(`not at ${HEAD}`)
  })

  it('manifest can be made on a server of one’s own, which is left as it was', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
    const before = await queryRows(server.url, 'select datname from pg_database order by 1')
    const made = await runPgateHere(
      ['manifest', '--migrations', folder.path, '--shadow-url', server.url, '--extensions', ''],
      {},
    )
    expect(made).toMatchObject({ exitCode: 0 })
    const after = await queryRows<{ datname: string }>(
      server.url,
      `select datname from pg_database where datname like 'pgate_shadow_%'`,
    )
    expect(after).toEqual([])
    expect(before.length).toBeGreaterThan(0)

    const gate = await runPgateHere([], {
      env: { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' },
    })
    expect(gate.exitCode).toBe(0)
  })
})

describe('the command line', () => {
  it.each([
    { args: ['nosuch'], says: /unknown command 'nosuch'/ },
    { args: ['gate', '--nosuch'], says: /unknown option '--nosuch'/ },
    { args: ['wait', '--for', 'ever'], says: /ever/ },
  ])('refuses $args with 2 and one line that says what to do', async ({ args, says }) => {
    const result = await runPgate(args)
    expect(result.exitCode).toBe(2)
    expect(result.stdout).toBe('')
    expect(result.stderr).toMatch(says)
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(result.stderr).toMatch(/Next: See pgate .*--help/)
  })

  it('lists every problem of the configuration at once, with 20', async () => {
    const result = await runPgate([], {
      env: { PGATE_WAIT_TIMEOUT: 'soon', PGATE_VERFY: 'off', DATABASE_URL: 'mysql://u:hidden@h/d' },
    })
    expect(result.exitCode).toBe(20)
    expect(result.stdout).toContain('PGATE_WAIT_TIMEOUT')
    expect(result.stdout).toContain('PGATE_VERIFY')
    expect(result.stdout).toContain('DATABASE_URL')
    expect(result.stdout).not.toContain('hidden')
  })

  it.each([
    { signal: 'SIGTERM', exitCode: 143 },
    { signal: 'SIGINT', exitCode: 130 },
  ] as const)('ends a wait at once with $exitCode on $signal', async ({ signal, exitCode }) => {
    const gate = startPgate([], {
      env: { DATABASE_URL: 'postgres://u@127.0.0.1:1/d', PGATE_MIGRATIONS: MAI_MIGRATIONS },
    })
    await gate.says(/wait\.state/)
    gate.kill(signal)
    const result = await gate.ended
    expect(result.exitCode).toBe(exitCode)
    expect(result.stdout).toContain(`interrupted by ${signal}`)
  })
})
