import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { type RunningPgate, startPgate } from '../support/cli/cli.ts'
import { residentMemory } from '../support/cli/resident-memory.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { withSidecar } from '../support/cli/sidecar.ts'
import { queryRows } from '../support/database/query.ts'
import { sized } from '../support/run/long.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Of a line, of which a program prints 100 MB. */
const WIDTH = sized({ sample: 1_000, whole: 100 })

type Env = Readonly<Record<string, string>>

describe.each(servers().slice(0, 1))('the program of a migrator, on $name,', (server) => {
  const it = testOn(server)

  const start = (
    url: string,
    args: readonly string[],
    env: Env = {},
    timeoutMs = 60_000,
  ): RunningPgate =>
    startPgate(args, {
      env: { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: '/nowhere', ...env },
      timeoutMs,
    })

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  const pidIn = (running: RunningPgate): number =>
    Number(/child (\d+)/.exec(running.output().stderr)?.[1])

  /** What is ended is gone a moment later: its new parent has to notice. */
  async function untilGone(pid: number): Promise<boolean> {
    for (let tries = 0; tries < 40 && isAlive(pid); tries += 1) await delay(50)
    return !isAlive(pid)
  }

  it('shows no password of its environment in any spelling', async ({ database: { url } }) => {
    const secret = new URL(url).password
    const encoded = [...secret].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('')
    const script = `echo "plain $DATABASE_URL"; echo 'hex ${encoded}'; exit 4`
    const { stdout, stderr } = await start(url, ['--', 'sh', '-c', script]).ended
    expect(stderr).toContain('hex ***')
    expect(stdout + stderr).not.toContain(secret)
    expect(stdout + stderr).not.toContain(encoded)
  })

  it.for(['SIGTERM', 'twice'] as const)(
    'ends with all that it started: %s',
    async (how, { database: { url } }) => {
      const script = 'sleep 33 & echo "child $!"; wait; sleep 34'
      const running = start(url, ['--', 'sh', '-c', script])
      await running.says(/child \d+/)
      const pid = pidIn(running)
      expect(isAlive(pid)).toBe(true)
      running.kill('SIGTERM')
      if (how === 'twice') {
        await delay(150)
        running.kill('SIGTERM')
      }
      const { exitCode, durationMs } = await running.ended
      expect(exitCode).toBe(143)
      expect(durationMs).toBeLessThan(5_000)
      expect(await untilGone(pid)).toBe(true)
    },
  )

  it('has what does not listen killed, also where it has ended itself', async ({
    database: { url },
  }) => {
    const script = `(trap '' TERM; echo "child $(exec sh -c 'echo $PPID')"; while :; do sleep 0.2; done) & wait`
    const running = start(url, ['--', 'sh', '-c', script], { PGATE_STOP_GRACE: '300ms' })
    await running.says(/child \d+/)
    const pid = pidIn(running)
    running.kill('SIGTERM')
    const { exitCode, durationMs } = await running.ended
    expect(exitCode).toBe(143)
    expect(durationMs).toBeLessThan(5_000)
    expect(await untilGone(pid)).toBe(true)
  })

  it('leaves nothing running behind that it has started', async ({ database: { url } }) => {
    const running = start(url, ['--', 'sh', '-c', 'sleep 35 & echo "child $!"'])
    const { exitCode, stderr, durationMs } = await running.ended
    expect(exitCode).toBe(0)
    expect(stderr).toContain('something that it had started had not')
    expect(durationMs).toBeLessThan(10_000)
    expect(await untilGone(pidIn(running))).toBe(true)
  })

  it('is stopped when the session that holds the lock is lost', async ({ database: { url } }) => {
    const running = start(url, ['--', 'sh', '-c', 'echo begun; sleep 40'])
    await running.says(/begun/)
    await queryRows(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'pgate %' and pid <> pg_backend_pid()`,
    )
    const { exitCode, stdout, durationMs } = await running.ended
    expect(stdout).toContain('MIGRATION_CONNECTION_LOST')
    expect(exitCode).toBe(54)
    expect(durationMs).toBeLessThan(20_000)
  })

  it('may take longer than the role lets a session idle', async ({ database: { url } }) => {
    const options = `?options=${encodeURIComponent('-c idle_session_timeout=700')}`
    const ran = await start(`${url}${options}`, ['--', 'sleep', '1.5']).ended
    expect(ran.stdout).toMatch(/^gate open/m)
  })

  it.for([
    [
      'lines',
      `const t = 'x'.repeat(${WIDTH - 1}) + '\\n'; const b = t.repeat(${1_000_000 / WIDTH}); for (let i = 0; i < 100; i += 1) w(b)`,
    ],
    ['one line', "const b = 'x'.repeat(1_000_000); for (let i = 0; i < 60; i += 1) w(b); w('\\n')"],
  ] as const)('may print without end: %s', async ([, body], { database: { url } }) => {
    const script = `const w = (b) => { for (let at = 0; at < b.length; ) try { at += fs.writeSync(1, b.slice(at)) } catch (e) { if (e.code !== 'EAGAIN') throw e } }; ${body}; w('the end\\n')`
    const program = [process.execPath, '-e', script]
    const running = start(url, ['--', ...program], {}, 120_000)
    let most = 0
    let isOver = false
    void running.ended.then(() => {
      isOver = true
    })
    while (!isOver) {
      most = Math.max(most, (await residentMemory(running.pid).catch(() => 0)) || 0)
      await delay(50)
    }
    const { exitCode, stderr } = await running.ended
    expect(exitCode).toBe(0)
    expect(stderr).toContain('the end')
    expect(most / 1024 / 1024).toBeLessThan(160)
  })

  const COMMAND = { PGATE_MIGRATE_COMMAND: 'true' }

  it.for([
    [['wait', '--for', 'head']],
    [['check']],
    [['status']],
    [['fleet', 'status', '--fleet', 'query:select 1']],
    [['stamp', 'head']],
    [['accept', 'aaa']],
    [['downgrade', 'base']],
    [['reset', '--yes']],
    [['history']],
    [['heads']],
    [['current']],
    [['upgrade', '--dry-run']],
    [['upgrade', '+1', '--', 'true']],
    [['gate', '--embedded', '--', 'true']],
  ] as const)(
    'alone knows its revisions: %j is refused',
    async ([args], { folder, database: { url } }) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'create table made ();' }))
      const env = { ...COMMAND, PGATE_TARGET: 'heads', PGATE_MIGRATIONS: folder.path }
      const { exitCode, stdout, stderr } = await start(url, args, env).ended
      expect(exitCode).toBe(2)
      expect(stdout + stderr).toMatch(/the program of PGATE_MIGRATE_COMMAND/)
    },
  )

  it('leaves rows that verify and a sidecar take as they are', async ({ database: { url } }) => {
    const rows = `create table alembic_version (version_num varchar(32) primary key);
      insert into alembic_version values ('aaa'), ('bbb')`
    await queryRows(url, rows)
    const verified = await start(url, ['verify'], COMMAND).ended
    expect(verified.exitCode).toBe(0)
    expect(verified.stdout).toContain('`pgate manifest --from-database` writes one')
    const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: '/nowhere' }
    await withSidecar({ args: ['--', 'true'], env }, async (sidecar) => {
      await sidecar.until('opened', ({ verdict }) => verdict === 'open')
      const looked = ({ verify }: { verify: { counts: { passed: number } } }) =>
        verify.counts.passed > 1
      expect(await sidecar.until('looked', looked)).toMatchObject({ verdict: 'open' })
      await queryRows(url, `insert into alembic_version values ('ccc')`)
      const again = await sidecar.until('seen', ({ revisions }) => revisions.current?.length === 3)
      expect(again).toMatchObject({ verdict: 'open', revisions: { unknown: [] } })
    })
  })

  it('may keep its versions in another schema', async ({ database: { url } }) => {
    await queryRows(url, 'create schema app; create table app.alembic_version (version_num text)')
    expect((await start(url, ['--', 'true']).ended).exitCode).toBe(0)
  })

  it('that is no program is named for what it is', async ({ folder, database: { url } }) => {
    const script = join(folder.path, 'script')
    await writeFile(script, '#!/no/such/interpreter\n', { mode: 0o755 })
    const [missing, directory, silent] = await Promise.all([
      start(url, ['--', script]).ended,
      start(url, ['--', folder.path]).ended,
      start(url, ['--', 'false']).ended,
    ])
    expect(missing.stdout).toContain('the interpreter that it names is missing (ENOENT)')
    expect(directory.stdout).toContain('it is a directory (EACCES)')
    expect(silent.stdout).not.toContain('last lines')
  })
})
