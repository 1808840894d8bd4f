import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { withGateLock } from '../../src/lock/lock.ts'
import { loadRevisions } from '../../src/revisions/file/load.ts'
import { NO_REVISIONS } from '../../src/revisions/graph/graph.ts'
import { migratorOf } from '../../src/steps/migrate/choose-migrator.ts'
import { type PgateResult, type RunningPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { databaseOf, gateError, stepContext, withTestSession } from '../support/cli/step.ts'
import { queryRows } from '../support/database/query.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const ORIGIN = { host: 'test', version: 'test', run: 'test' }

describe.each(servers().slice(0, 1))('a migrator, on $name,', (server) => {
  const it = testOn(server)

  /** A program that makes the table `made` by way of Node.js and pg; run twice it changes nothing. */
  async function writeProgram(folder: string, body: string): Promise<string> {
    const path = join(folder, 'migrate.sh')
    await writeFile(path, `#!/bin/sh\n${body}\n`)
    await chmod(path, 0o755)
    return path
  }

  const makesTable = (more = '') => `exec node --input-type=module -e "
    import pg from '${import.meta.resolve('pg')}'
    const client = new pg.Client(process.env.DATABASE_URL)
    await client.connect()
    await client.query('create table if not exists made (); create table if not exists alembic_version (version_num varchar(32) primary key); insert into alembic_version values (\\$\\$aaa\\$\\$) on conflict do nothing')
    ${more}
    await client.end()"`

  describe.each(['folderRevisions', 'externalCommand'] as const)('%s,', (kind) => {
    it('takes the database where it says, under the lock, and there again changes nothing', async ({
      folder,
      database: { url },
    }) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'create table made ();' }))
      const program = await writeProgram(
        folder.path,
        `export DATABASE_URL='${url}'\n${makesTable()}`,
      )
      const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: folder.path }
      const context = stepContext(
        kind === 'externalCommand' ? { ...env, PGATE_MIGRATE_COMMAND: program } : env,
      )
      const graph = kind === 'externalCommand' ? NO_REVISIONS : await loadRevisions(folder.path)
      const migrator = migratorOf(context.config, graph)
      await withTestSession(url, async (session) => {
        const apply = () =>
          withGateLock(
            context,
            { session, database: databaseOf(context), origin: ORIGIN },
            async (lock) => migrator.apply(context, session, { lock, origin: ORIGIN }),
          )
        const first = await apply()
        expect([...first.versions]).toEqual(['aaa'])
        expect([...(migrator.expected() ?? first.versions)]).toEqual(['aaa'])
        expect([...(await apply()).versions]).toEqual(['aaa'])
        expect((await queryRows(url, "select to_regclass('made') as made"))[0]?.made).toBe('made')
      })
    })

    it('fails with an error of its own, and releases the lock', async ({
      folder,
      database: { url },
    }) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'select gone;' }))
      const program = await writeProgram(folder.path, 'echo no >&2; exit 3')
      const context = stepContext({
        DATABASE_URL: url,
        ...(kind === 'externalCommand' && { PGATE_MIGRATE_COMMAND: program }),
      })
      const migrator = migratorOf(context.config, await loadRevisions(folder.path))
      await withTestSession(url, async (session) => {
        const place = { session, database: databaseOf(context), origin: ORIGIN }
        const failure = await gateError(
          withGateLock(context, place, (lock) =>
            migrator.apply(context, session, { lock, origin: ORIGIN }),
          ),
        )
        expect(failure.exitCode).toBe(53)
      })
      const held = await queryRows(
        url,
        `select 1 as held from pg_locks join pg_database d on d.oid = database
          where locktype = 'advisory' and datname = current_database()`,
      )
      expect(held).toEqual([])
    })
  })

  interface Ran {
    start(args?: readonly string[], more?: Readonly<Record<string, string>>): RunningPgate
    run(args?: readonly string[], more?: Readonly<Record<string, string>>): Promise<PgateResult>
  }

  const gate = (url: string, folder: string): Ran => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder, PGATE_EXTENSIONS: '' }
    const start: Ran['start'] = (args = [], more = {}) =>
      startPgate(args, { env: { ...env, ...more } })
    return { start, run: (...by) => start(...by).ended }
  }

  it('that follows -- is run with its arguments, between the wait and the proof', async ({
    folder,
    database: { url },
  }) => {
    const program = await writeProgram(
      folder.path,
      `echo "got $# $1|$2"; echo "and $DATABASE_URL" >&2\n${makesTable()}`,
    )
    const ran = await gate(url, folder.path).run(['--', program, 'a b', '--json'])
    expect(ran).toMatchObject({ exitCode: 0, signal: null })
    expect(ran.stdout).toMatch(/^gate open/m)
    expect(ran.stderr).toContain('got 2 a b|--json')
    expect(ran.stderr).toContain('migrate.sh done, now at aaa')
    expect(ran.stderr).toMatch(/and postgres(?:ql)?:/)
    expect(ran.stderr).not.toContain(new URL(url).password)
    expect(await queryRows(url, "select to_regclass('made') as made")).toEqual([{ made: 'made' }])
  })

  it('that PGATE_MIGRATE_COMMAND names is run the same, one at a time', async ({
    folder,
    database: { url },
  }) => {
    const program = await writeProgram(
      folder.path,
      `mkdir ${folder.path}/alone || exit 9\nsleep 0.5\nrmdir ${folder.path}/alone`,
    )
    const { run } = gate(url, folder.path)
    const more = { PGATE_MIGRATE_COMMAND: JSON.stringify([program]) }
    const ran = await Promise.all([run([], more), run(['gate'], more), run(['upgrade'], more)])
    expect(ran.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
  })

  it('that fails shuts the gate with its code and last lines', async ({
    folder,
    database: { url },
  }) => {
    const body = 'for n in $(seq 22); do echo "line $n"; done; exit 7'
    const program = await writeProgram(folder.path, body)
    const { exitCode, stdout } = await gate(url, folder.path).run(['--', program])
    expect(exitCode).toBe(53)
    expect(stdout).toContain(
      'gate shut (exit 53, MIGRATOR_FAILED): migrate.sh ended with exit code 7',
    )
    expect(stdout).toContain('line 22')
    expect(stdout).not.toMatch(/^ *line 2$/m)
  })

  it.for([
    [['no-such-program'], 'not found, or the interpreter that it names is missing (ENOENT)'],
    [['/etc/passwd'], 'it is not executable for this user (EACCES)'],
  ] as const)(
    'that cannot be started is a mistake of the configuration: %j',
    async ([words, reason], { folder, database: { url } }) => {
      const { exitCode, stdout } = await gate(url, folder.path).run(['--', ...words])
      expect(stdout).toContain('MIGRATOR_NOT_FOUND')
      expect(stdout).toContain(reason)
      expect(exitCode).toBe(20)
    },
  )

  it('is ended by SIGTERM to pgate, which it gets itself', async ({
    folder,
    database: { url },
  }) => {
    const body = `trap 'echo asked to stop; exit 0' TERM; echo begun; while :; do sleep 0.1; done`
    const running = gate(url, folder.path).start(['--', await writeProgram(folder.path, body)])
    await running.says(/begun/)
    running.kill('SIGTERM')
    const { exitCode, stderr } = await running.ended
    expect(stderr).toContain('asked to stop')
    expect(exitCode).toBe(143)
  })

  it('that does not listen is killed PGATE_STOP_GRACE after PGATE_DEADLINE', async ({
    folder,
    database: { url },
  }) => {
    const body = `trap '' TERM; echo $$ > ${folder.path}/pid; while :; do sleep 0.1; done`
    const program = await writeProgram(folder.path, body)
    const more = { PGATE_DEADLINE: '1s', PGATE_STOP_GRACE: '300ms' }
    const { exitCode, stdout } = await gate(url, folder.path).run(['--', program], more)
    expect(stdout).toMatch(/PGATE_DEADLINE \(1[^)]*\) passed during the step migrate/)
    expect(exitCode).toBe(54)
  })
})
