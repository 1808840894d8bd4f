import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { type PgateResult, runPgate } from '../support/cli/cli.ts'
import { queryRows } from '../support/database/query.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

type Env = Readonly<Record<string, string>>

const MIGRATION = '-- migrate:up\ncreate table made ();\n-- migrate:down\ndrop table made;\n'
const TABLE = 'create table schema_migrations (version varchar primary key)'

describe.each(servers().slice(0, 1))('what a migrator has done, on $name,', (server) => {
  const it = testOn(server)

  const run = (words: readonly string[], env: Env): Promise<PgateResult> =>
    runPgate(['--', ...words], {
      env: { PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: '/nowhere', ...env },
    })

  it('is not believed by its exit code alone: the heads of its folder are to be reached', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('1_first.sql', MIGRATION)
    await folder.write('2_second.sql', MIGRATION)
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path }
    const nothing = await run(['true'], env)
    expect(nothing.exitCode).toBe(60)
    expect(nothing.stdout).toContain(
      `MIGRATOR_BEHIND): true ended with 0, and "public"."schema_migrations" has no row: 1, 2 of ${folder.path} not applied`,
    )
    await queryRows(url, `${TABLE}; insert into schema_migrations values ('1')`)
    const half = await run(['true'], env)
    expect(half.exitCode).toBe(60)
    expect(half.stdout).toContain('is at 1: 2 of')
    await queryRows(url, `insert into schema_migrations values ('2')`)
    expect((await run(['true'], env)).exitCode).toBe(0)
    await queryRows(url, `delete from schema_migrations where version = '2'`)
    expect((await run(['true'], env)).exitCode).toBe(60)
  })

  it('is looked for in the schema that its table is in', async ({ folder, database: { url } }) => {
    await folder.write('1_first.sql', MIGRATION)
    await queryRows(url, 'create schema app')
    await queryRows(
      url,
      `set search_path to app; ${TABLE}; insert into schema_migrations values ('1')`,
    )
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path }
    expect((await run(['true'], env)).exitCode).toBe(0)
    await queryRows(url, `create schema web; set search_path to web; ${TABLE}`)
    const two = await run(['true'], env)
    expect(two.exitCode).toBe(0)
    expect(two.stderr).toContain('schema_migrations is in several schemas')
  })

  it('is believed where its folder is more than pgate can read, which is said', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('1_first.sql', '-- migrate:up\ncreate table made ();\n')
    const ran = await run(['true'], { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path })
    expect(ran.exitCode).toBe(0)
    expect(ran.stderr).toContain("so that the program's exit code is believed")
  })

  it('and leaves an invalid index behind shuts the gate', async ({ database: { url } }) => {
    const rows = 'create table twice (n int); insert into twice values (1), (1)'
    await queryRows(url, rows)
    await queryRows(url, 'create unique index concurrently once on twice (n)').catch(() => {})
    const { exitCode, stdout } = await run(['true'], { DATABASE_URL: url })
    expect(exitCode).toBe(60)
    expect(stdout).toContain('VERIFY_STRUCTURE')
    expect(stdout).toContain('once')
  })

  it.for([
    ['KILL', 'was ended by SIGKILL, which is most often because memory ran out'],
    ['SEGV', 'was ended by SIGSEGV'],
  ] as const)(
    'is not done where SIG%s has ended it',
    async ([signal, said], { database: { url } }) => {
      const { exitCode, stdout } = await run(['sh', '-c', `kill -${signal} $$`], {
        DATABASE_URL: url,
      })
      expect(exitCode).toBe(53)
      expect(stdout).toContain(`MIGRATOR_FAILED): sh ${said}`)
    },
  )

  it('is done where pgate is: it has its DATABASE_URL, of whatever settings', async ({
    folder,
    database: { url },
  }) => {
    const { hostname, port, username, password, pathname } = new URL(url)
    const script = join(folder.path, 'show.mjs')
    await folder.write(
      'show.mjs',
      `import pg from '${import.meta.resolve('pg')}'
       const client = new pg.Client(process.env.DATABASE_URL)
       await client.connect()
       const { rows } = await client.query('select current_database() as name')
       console.log('at ' + rows[0].name)
       await client.end()`,
    )
    const parts = {
      DB_HOST: hostname,
      DB_PORT: port,
      DB_NAME: decodeURIComponent(pathname.slice(1)),
      DB_USER: decodeURIComponent(username),
      DB_PASSWORD: decodeURIComponent(password),
    }
    const ran = await run([process.execPath, script], parts)
    expect(ran.stderr).toContain(`at ${parts.DB_NAME}`)
    expect(ran.exitCode).toBe(0)
    const own = { DATABASE_URL: 'postgresql://nowhere.invalid/other' }
    const other = await runPgate(['--database-url', url, '--', process.execPath, script], {
      env: { ...own, PGATE_EXTENSIONS: '' },
    })
    expect(other.stderr).toContain(`at ${parts.DB_NAME}`)
  })
})
