import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, servers, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

interface Scene {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly write: (name: string, text: string) => Promise<void>
  readonly pgate: (
    args?: readonly string[],
    more?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly exitCode: number | null; readonly output: string }>
}

const FIRST = revisionText({
  id: '001',
  upgrade: 'CREATE TABLE first (id int);',
  downgrade: 'DROP TABLE first;',
})
const SECOND = revisionText({ id: '002', revises: '001', upgrade: 'SELECT 2;', downgrade: '' })
const OWN_TABLES = `select relnamespace::regnamespace::text as schema, relname as name
  from pg_class where relname in ('alembic_version', 'pgate_journal', 'pgate_lease') order by 2`

describe.each(anyServer())('PGATE_JOURNAL_SCHEMA on $name', (server) => {
  async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
    await withDatabase(server, ({ url }) =>
      withRevisionFolder(async ({ path, write }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
        await write('a.sql', FIRST)
        const pgate: Scene['pgate'] = async (args = [], more = {}) => {
          const options = { env: { ...env, PGATE_JOURNAL_SCHEMA: 'pgate', ...more } }
          const { exitCode, stdout, stderr } = await runPgateHere(args, options)
          return { exitCode, output: stdout + stderr }
        }
        await use({ url, env, write, pgate })
      }),
    )
  }

  it('keeps the journal there, and leaves the version table and the objects where they were', async () => {
    await withScene(async ({ url, write, pgate }) => {
      expect(await pgate()).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, OWN_TABLES)).toEqual([
        { schema: 'public', name: 'alembic_version' },
        { schema: 'pgate', name: 'pgate_journal' },
      ])
      expect(await queryRows(url, `select to_regclass('public.first')::text as first`)).toEqual([
        { first: 'first' },
      ])
      await write('b.sql', SECOND)
      expect(await pgate(['verify', '--strict'])).toMatchObject({ exitCode: 60 })
      expect(await pgate()).toMatchObject({ exitCode: 0 })
      expect(await pgate(['verify', '--strict'])).toMatchObject({ exitCode: 0 })
      expect(await pgate(['check'])).toMatchObject({ exitCode: 0 })
      expect(await pgate(['downgrade', 'base', '--from-journal'])).toMatchObject({ exitCode: 0 })
    })
  })

  it('promises nothing of it in a manifest', async () => {
    await withScene(async ({ env, pgate }) => {
      expect(await pgate(['manifest', '--shadow-url', server.url])).toMatchObject({ exitCode: 0 })
      expect(await pgate()).toMatchObject({ exitCode: 0 })
      const { exitCode } = await runPgateHere(['manifest', '--check', '--shadow-url', server.url], {
        env,
      })
      expect(exitCode).toBe(0)
    })
  })

  it('is shared by the version tables of several schemas', async () => {
    await withScene(async ({ url, pgate }) => {
      for (const PGATE_SCHEMA of ['one', 'two', 'one']) {
        const { exitCode, output } = await pgate([], { PGATE_SCHEMA })
        expect(exitCode, output).toBe(0)
      }
      const back = await pgate(['downgrade', 'base'], { PGATE_SCHEMA: 'one' })
      expect(back.exitCode, back.output).toBe(0)
      expect(await pgate(['check'], { PGATE_SCHEMA: 'two' })).toMatchObject({ exitCode: 0 })
      expect(
        await queryRows(
          url,
          `select version_table, array_agg(action order by id) as actions
             from pgate.pgate_journal where action <> 'verify' group by 1 order by 1`,
        ),
      ).toEqual([
        { version_table: '"one"."alembic_version"', actions: ['upgrade', 'downgrade'] },
        { version_table: '"two"."alembic_version"', actions: ['upgrade'] },
      ])
    })
  })

  it('is refused while the journal stands in PGATE_SCHEMA, with the statement that moves it', async () => {
    await withScene(async ({ url, env, write, pgate }) => {
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      await write('b.sql', SECOND)
      for (const args of [[], ['check'], ['downgrade', 'base'], ['stamp', '002', '--no-verify']]) {
        const { exitCode, output } = await pgate(args)
        expect(exitCode, output).toBe(51)
        expect(output).toContain('HISTORY_TABLE')
      }
      const { output } = await pgate()
      const [move = ''] = /CREATE SCHEMA IF NOT EXISTS.*SET SCHEMA "pgate";/.exec(output) ?? []
      await queryRows(url, move)
      expect(await pgate()).toMatchObject({ exitCode: 0 })
      expect(
        await queryRows(url, `select from pgate.pgate_journal where action = 'upgrade'`),
      ).toHaveLength(2)
    })
  })

  it('is made by the owner of the database where the role may not', async () => {
    await withScene(async ({ url, pgate }) => {
      const [{ role } = { role: '' }] = await queryRows<{ role: string }>(
        url,
        `select 'limited_' || oid as role from pg_database where datname = current_database()`,
      )
      await queryRows(
        url,
        `create role ${role} login password 'p'; grant create on schema public to ${role}`,
      )
      const DATABASE_URL = Object.assign(new URL(url), { username: role, password: 'p' }).href
      const { exitCode, output } = await pgate([], { DATABASE_URL })
      expect(exitCode).toBe(53)
      expect(output).toContain('make it for the role that migrates: create schema if not exists')
      await queryRows(url, `create schema pgate authorization ${role}`)
      expect(await pgate([], { DATABASE_URL })).toMatchObject({ exitCode: 0 })
      await queryRows(url, `drop owned by ${role}; drop role ${role}`)
    })
  })

  it('is needed by a role that reads: without a right on it the gate says so', async () => {
    await withScene(async ({ url, pgate }) => {
      expect(await pgate()).toMatchObject({ exitCode: 0 })
      const [{ reader } = { reader: '' }] = await queryRows<{ reader: string }>(
        url,
        `select 'reader_' || oid as reader from pg_database where datname = current_database()`,
      )
      await queryRows(
        url,
        `create role ${reader} login password 'p'; grant select on alembic_version to ${reader}`,
      )
      const DATABASE_URL = Object.assign(new URL(url), { username: reader, password: 'p' }).href
      expect(await pgate(['current'], { DATABASE_URL })).toMatchObject({ exitCode: 0 })
      const { exitCode, output } = await pgate(['check'], { DATABASE_URL })
      expect(output).toContain('permission denied for schema pgate')
      expect(exitCode).not.toBe(1)
      await queryRows(url, `drop owned by ${reader}; drop role ${reader}`)
    })
  })
})

describe.each(psqlServers().slice(0, 1))(
  'a script with PGATE_JOURNAL_SCHEMA on $name',
  (server) => {
    const it = testOn(server)

    it('makes the schema and the journal in it', async ({ database, folder: { path, write } }) => {
      await write('a.sql', FIRST)
      const env = {
        DATABASE_URL: database.url,
        PGATE_MIGRATIONS: path,
        PGATE_EXTENSIONS: '',
        PGATE_JOURNAL_SCHEMA: 'pgate',
      }
      const { stdout } = await runPgateHere(['upgrade', '--sql'], { env })
      expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0 })
      expect(await queryRows(database.url, OWN_TABLES)).toEqual([
        { schema: 'public', name: 'alembic_version' },
        { schema: 'pgate', name: 'pgate_journal' },
      ])
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
    })
  },
)

describe.each(servers().slice(0, 1))('version rows without a journal on $name', (server) => {
  const it = testOn(server)

  it('are reported in one line, and open the gate', async ({
    database: { url },
    folder: { path, write },
  }) => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
    await write('a.sql', FIRST)
    expect((await runPgateHere([], { env })).stderr).not.toContain('journal.missing')
    await queryRows(url, 'drop table pgate_journal')
    for (const args of [[], ['check']]) {
      const { exitCode, stderr } = await runPgateHere(args, { env })
      expect(exitCode, stderr).toBe(0)
      expect(stderr).toMatch(/"event":"journal.missing".*has rows and .*is not there/)
    }
    await write('b.sql', SECOND)
    expect((await runPgateHere([], { env })).exitCode).toBe(0)
    expect((await runPgateHere([], { env })).stderr).not.toMatch(/is not there/)
  })
})

describe('a schema that PostgreSQL keeps for itself', () => {
  it.each(['pg_x', 'pg_catalog', 'information_schema'])(
    'is refused before anything runs: %s',
    async (name) => {
      for (const variable of ['PGATE_SCHEMA', 'PGATE_JOURNAL_SCHEMA']) {
        for (const args of [[], ['manifest'], ['check'], ['upgrade', '--sql']]) {
          const { exitCode, stdout, stderr } = await runPgateHere(args, {
            env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x', [variable]: name },
          })
          expect(exitCode, stdout + stderr).toBe(20)
          expect(stdout + stderr).toContain(variable)
        }
      }
    },
  )
})
