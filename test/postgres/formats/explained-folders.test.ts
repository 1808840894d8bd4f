import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgate } from '../../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../../support/cli/revision-folder.ts'
import { queryRows } from '../../support/database/query.ts'
import { anyServer, withDatabase } from '../../support/servers/servers.ts'

type Env = Readonly<Record<string, string>>

const FLYWAY = `create table flyway_schema_history (installed_rank int primary key, version varchar(50),
  description varchar(200) not null, type varchar(20) not null, script varchar(1000) not null, checksum int,
  installed_by varchar(100) not null, installed_on timestamp not null default now(), execution_time int not null,
  success boolean not null)`
const DJANGO =
  'create table django_migrations (id bigint, app varchar(255), name varchar(255), applied timestamptz)'
const ALEMBIC =
  "create table alembic_version (version_num varchar(32) primary key); insert into alembic_version values ('c0ffee')"

describe.each(anyServer())('what is not the folder that was meant, on $name', (server) => {
  it.each([
    ['missing', {}],
    ['empty', { 'migrations/.gitkeep': '' }],
  ])('is %s: the message names the history that the database has', async (_, files) => {
    await withScene(files, DJANGO, async (pgate) => {
      const refused = await pgate([])
      expect(refused.exitCode).toBe(50)
      expect(refused.stderr).toContain('public.django_migrations (Django)')
      expect(refused.stderr).toContain('pgate -- python manage.py migrate')
      expect((await pgate(['heads'])).stderr).not.toContain('Django')
    })
    await withScene(files, FLYWAY, async (pgate) => {
      const refused = await pgate(['status'])
      expect(refused.exitCode).toBe(50)
      expect(refused.stderr).toContain('public.flyway_schema_history (Flyway)')
    })
    await withScene(files, ALEMBIC, async (pgate) => {
      const refused = await pgate([])
      expect(refused.exitCode).toBe(50)
      expect(refused.stderr).toContain('public.alembic_version (Alembic), at c0ffee')
      for (const way of ['pgate -- alembic upgrade head', 'pgate baseline', '--record', '--sql']) {
        expect(refused.stderr).toContain(way)
      }
    })
  })

  it('is missing where pgate itself has migrated the database: that is no project of Alembic', async () => {
    const files = { 'first/a.sql': revisionText({ id: 'aaa', upgrade: 'create table a ();' }) }
    await withScene(files, '', async (pgate) => {
      const migrations = { PGATE_MIGRATIONS: 'first' }
      expect((await pgate([], migrations)).exitCode).toBe(0)
      const refused = await pgate([], { PGATE_MIGRATIONS: 'gone/migrations' })
      expect(refused.exitCode).toBe(50)
      expect(refused.stderr).toContain(
        'pgate has migrated the database: public.alembic_version is at aaa',
      )
      expect(refused.stderr).not.toContain('alembic upgrade')
    })
  })

  it('is as it was where the database cannot be asked, and says so soon', async () => {
    await withScene({}, '', async (pgate) => {
      const nowhere = { DATABASE_URL: 'postgresql://u@127.0.0.1:1/none' }
      const { exitCode, stderr, durationMs } = await pgate([], nowhere)
      expect(exitCode).toBe(50)
      expect(stderr).toContain('migrations cannot be read')
      expect(stderr).toContain('To begin one: pgate init')
      expect(durationMs).toBeLessThan(15_000)
      expect(stderr.trim().split('\n')).toHaveLength(1)
    })
  })

  async function withScene(
    files: Readonly<Record<string, string>>,
    sql: string,
    use: (
      pgate: (args: readonly string[], env?: Env) => ReturnType<typeof runPgate>,
    ) => Promise<void>,
  ): Promise<void> {
    await withRevisionFolder(async (project) => {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(project.path, name)), { recursive: true })
        await writeFile(join(project.path, name), text)
      }
      await withDatabase(server, async ({ url }) => {
        if (sql !== '') await queryRows(url, sql)
        const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '' }
        await use((args, more = {}) =>
          runPgate(args, { cwd: project.path, env: { ...env, ...more } }),
        )
      })
    })
  }
})
