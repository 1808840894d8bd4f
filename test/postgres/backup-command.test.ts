import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { startPgate } from '../support/cli/cli.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const A = revisionText({ id: 'aaa', upgrade: 'create table a ();', downgrade: 'drop table a;' })

describe.each(anyServer({ docker: true, vector: true }))(
  'PGATE_BACKUP_COMMAND on $name',
  (server) => {
    const it = testOn(server)

    const envOf = (url: string, { path }: RevisionFolder, command: readonly string[]) => ({
      DATABASE_URL: url,
      PGATE_MIGRATIONS: path,
      PGATE_EXTENSIONS: '',
      PGATE_BACKUP_COMMAND: JSON.stringify(command),
    })
    const tablesIn = (url: string) =>
      queryRows(
        url,
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
      )

    /** Notes each start in a file. */
    const counting = ({ path }: RevisionFolder, more = '') => ({
      command: ['sh', '-c', `echo started >>'${path}/count.txt'; ${more}`],
      starts: async () => (await readFile(join(path, 'count.txt'), 'utf8')).split('\n').length - 1,
    })

    it.for([
      [
        'ends with another code than 0',
        ['sh', '-c', 'echo no space; exit 7'],
        /sh ended with exit code 7/,
      ],
      ['is not there', ['/nowhere/pg_dump'], /pg_dump cannot be started: not found/],
      ['is a directory', ['/tmp'], /tmp cannot be started: it is a directory/],
      ['is killed', ['sh', '-c', 'kill -9 $$'], /sh was ended by SIGKILL/],
    ] as const)(
      'that %s shuts the gate with 63, and nothing is applied, not even a table of its own',
      async ([_, command, message], { database: { url }, folder }) => {
        await folder.write('a.sql', A)
        const env = { ...envOf(url, folder, command), PGATE_EXTENSIONS: 'vector' }
        const { exitCode, stdout } = await runPgateHere([], { env })
        expect(stdout).toMatch(message)
        expect(stdout).toContain('BACKUP_FAILED')
        expect(stdout).toContain('Nothing was applied.')
        expect(exitCode).toBe(63)
        expect(await tablesIn(url)).toEqual([])
        expect(await queryRows(url, "select from pg_extension where extname = 'vector'")).toEqual(
          [],
        )
      },
    )

    it('gets the connection as the variables of libpq, and its password is not in the log', async ({
      database: { url },
      folder,
    }) => {
      await folder.write('a.sql', A)
      const target = new URL(url)
      const words = '$PGHOST $PGPORT $PGUSER $PGDATABASE $PGSSLMODE $PGPASSWORD'
      const env = {
        ...envOf(url, folder, ['sh', '-c', `echo "${words}"; test -n "$PGPASSWORD"`]),
        PGHOST: 'elsewhere.invalid',
        PGDATABASE: 'another',
      }
      const { exitCode, stderr } = await runPgateHere([], { env })
      expect(exitCode, stderr).toBe(0)
      const { hostname, port, username, pathname } = target
      expect(stderr).toContain(
        `"msg":"${hostname} ${port} ${username} ${pathname.slice(1)} prefer ***"`,
      )
      expect(stderr).not.toContain(decodeURIComponent(target.password))
    })

    it('runs once a run, before extensions and revisions, and only where something is applied', async ({
      database: { url },
      folder,
    }) => {
      await folder.write('a.sql', A)
      const { command, starts } = counting(folder)
      const env = envOf(url, folder, command)
      const pgate = async (...args: readonly string[]) => {
        const { exitCode, stdout, stderr } = await runPgateHere(args, { env: { ...env, ...more } })
        expect(exitCode, `${stdout}${stderr}`).toBe(0)
        return stderr
      }
      let more: Readonly<Record<string, string>> = { PGATE_EXTENSIONS: 'vector' }
      await pgate('upgrade', '--dry-run')
      const said = await pgate()
      expect(said.match(/"event":"(backup|restore|revision)\.\w+/g)).toEqual(
        [
          'backup.started',
          'backup.done',
          'restore.point',
          'revision.running',
          'revision.applied',
        ].map((event) => `"event":"${event}`),
      )
      expect(await starts()).toBe(1)
      more = {}
      for (const args of [
        [],
        ['upgrade'],
        ['check'],
        ['verify'],
        ['status'],
        ['upgrade', '--sql'],
      ]) {
        await pgate(...args)
      }
      expect(await starts()).toBe(1)
      await pgate('redo')
      await pgate('downgrade', 'base')
      expect(await starts()).toBe(3)
      // Revisions that cannot be run are refused before it.
      await folder.write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'selec 1;' }))
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 53 })
      expect(await starts()).toBe(3)
    })

    it('runs before another program, which is not started where it fails', async ({
      database: { url },
      folder,
    }) => {
      await writeFile(join(folder.path, 'inputs.txt'), '')
      const migrator = { PGATE_MIGRATE_COMMAND: `touch ${folder.path}/migrated` }
      const env = { ...envOf(url, folder, ['false']), ...migrator }
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 63 })
      await expect(readFile(join(folder.path, 'migrated'))).rejects.toThrow('ENOENT')
    })

    it('is ended by SIGTERM with all that it has started, and nothing was applied', async ({
      database: { url },
      folder,
    }) => {
      await folder.write('a.sql', A)
      const env = envOf(url, folder, [
        'sh',
        '-c',
        'trap "" TERM; echo under way; sleep 60 & wait; sleep 60',
      ])
      const pgate = startPgate([], { env: { ...env, PGATE_STOP_GRACE: '100ms' } })
      await pgate.says(/under way/)
      pgate.kill('SIGTERM')
      const { exitCode, stdout } = await pgate.ended
      expect(stdout).toContain('The backup was under way, and nothing was applied.')
      expect(exitCode).toBe(143)
      expect(await tablesIn(url)).toEqual([])
    })

    it('is ended by PGATE_DEADLINE', async ({ database: { url }, folder }) => {
      await folder.write('a.sql', A)
      const env = { ...envOf(url, folder, ['sleep', '60']), PGATE_DEADLINE: '2s' }
      const { exitCode, stdout } = await runPgateHere([], { env })
      expect(stdout).toContain('The backup was under way, and nothing was applied.')
      expect(exitCode, stdout).toBe(54)
      expect(await tablesIn(url)).toEqual([])
    })

    it('runs behind a pooler too, under the lease', async ({ database, folder }) => {
      await folder.write('a.sql', A)
      const sees = `docker exec ${server.container} psql -qAtU postgres ${database.name} -c 'select count(*) from pgate_lease'`
      await withPgbouncer(server, 'transaction', async ({ urlOf }) => {
        const env = envOf(urlOf(database.name), folder, ['sh', '-c', sees])
        const { exitCode, stdout, stderr } = await runPgateHere([], { env })
        expect(exitCode, `${stdout}${stderr}`).toBe(0)
        expect(stderr).toContain('"backup":"sh","msg":"1"')
      })
    })

    it('is refused with the embedded PostgreSQL, before anything runs', async ({ folder }) => {
      await folder.write('a.sql', A)
      const env = { PGATE_MIGRATIONS: folder.path, PGATE_BACKUP_COMMAND: 'true' }
      const { exitCode, stdout } = await runPgateHere(['gate', '--embedded'], { env })
      expect(stdout).toContain('cannot connect to the embedded PostgreSQL')
      expect(exitCode).toBe(2)
    })
  },
)
