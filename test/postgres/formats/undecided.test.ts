import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../../support/cli/call.ts'
import { withRevisionFolder } from '../../support/cli/revision-folder.ts'
import { queryRows } from '../../support/database/query.ts'
import { anyServer, withDatabase } from '../../support/servers/servers.ts'

/** Equal on disk for golang-migrate, sqlx and node-pg-migrate. */
const FILES = {
  '1_first.up.sql': 'create table first (id integer);\n',
  '1_first.down.sql': 'drop table first;\n',
  '2_second.up.sql': 'create table second (id integer);\n',
  '2_second.down.sql': 'drop table second;\n',
}

const GOLANG_MIGRATE =
  'create table schema_migrations (version bigint not null primary key, dirty boolean not null);'
const SQLX =
  'create table _sqlx_migrations (version bigint primary key, description text not null, installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null);'
const NODE_PG_MIGRATE =
  'create table pgmigrations (id serial primary key, name varchar(255) not null, run_on timestamp not null);'

type Pgate = (args: readonly string[], env?: Env) => ReturnType<typeof runPgateHere>
type Env = Readonly<Record<string, string>>

/** Variables that a hint sets. */
function variablesIn(text: string): Env {
  return Object.fromEntries(
    [...text.matchAll(/\b(PGATE_\w+)=(\S+?)(?=[,.;]?\s)/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )
}

describe.each(anyServer())('a folder that is like several tools’ on $name', (server) => {
  it.each([
    ['golang-migrate', GOLANG_MIGRATE, 'select version::text as id from schema_migrations', ['2']],
    ['sqlx', SQLX, 'select version::text as id from _sqlx_migrations order by 1', ['1', '2']],
  ])('is that of the tool whose history the database has: %s', async (_, table, rows, ids) => {
    await withScene(table, async (pgate, url) => {
      const { exitCode, stdout, stderr } = await pgate([])
      expect(exitCode, `${stdout}${stderr}`).toBe(0)
      expect((await queryRows<{ id: string }>(url, rows)).map(({ id }) => id)).toEqual(ids)
      expect((await pgate(['current'])).stdout).toContain('2 (head)')
    })
  })

  it('asks for PGATE_FORMAT on an empty database, and by the first word that it prints it opens', async () => {
    await withScene('', async (pgate) => {
      const refused = await pgate([])
      expect(refused.exitCode).toBe(20)
      expect(refused.stderr).toContain('CONFIG_FORMAT')
      expect(refused.stderr).toContain('golang-migrate or sqlx')
      const { PGATE_FORMAT = '' } = variablesIn(refused.stderr)
      expect(['golang-migrate', 'sqlx']).toContain(PGATE_FORMAT)
      expect((await pgate([], { PGATE_FORMAT })).exitCode).toBe(0)
    })
  })

  it('asks for it without a connection, where the command has none', async () => {
    await withScene('', async (pgate) => {
      const nowhere = { DATABASE_URL: 'postgresql://u@127.0.0.1:1/none' }
      for (const args of [['heads'], ['history'], ['upgrade', '--sql']]) {
        const refused = await pgate(args, nowhere)
        expect(refused.exitCode).toBe(20)
        expect(refused.stderr).toContain('PGATE_FORMAT=golang-migrate')
      }
      const unset = await pgate([], { DATABASE_URL: '' })
      expect(unset.exitCode).toBe(20)
      expect(unset.stderr).toContain('no connection is set')
    })
  })

  it('is refused where the database has the history of both, which it names', async () => {
    await withScene(`${GOLANG_MIGRATE}${SQLX}`, async (pgate) => {
      const refused = await pgate([])
      expect(refused.exitCode).toBe(20)
      expect(refused.stderr).toContain('public._sqlx_migrations (sqlx)')
      expect(refused.stderr).toContain('public.schema_migrations (golang-migrate)')
      expect((await pgate([], { PGATE_FORMAT: 'sqlx' })).exitCode).toBe(0)
    })
  })

  it('prints the variables for a table of another name, and opens with them', async () => {
    const other = GOLANG_MIGRATE.replace('schema_migrations', 'changes')
    await withScene(
      `${other}insert into changes values (1, false); create table first ();`,
      async (pgate, url) => {
        const refused = await pgate([])
        expect(refused.exitCode).toBe(20)
        const variables = variablesIn(refused.stderr)
        expect(variables).toEqual({
          PGATE_FORMAT: 'golang-migrate',
          PGATE_VERSION_TABLE: 'changes',
        })
        expect((await pgate([], variables)).exitCode).toBe(0)
        expect(await queryRows(url, 'select * from changes')).toEqual([
          { version: '2', dirty: false },
        ])
        const { PGATE_VERSION_TABLE = '' } = variables
        expect((await pgate([], { PGATE_VERSION_TABLE })).exitCode).toBe(0)
      },
    )
  })

  it('is named as that of a tool that pgate reads no folders of, with what runs it', async () => {
    await withScene(NODE_PG_MIGRATE, async (pgate) => {
      const refused = await pgate([])
      expect(refused.exitCode).toBe(20)
      expect(refused.stderr).toContain('public.pgmigrations (node-pg-migrate)')
      expect(refused.stderr).toContain('pgate -- npx node-pg-migrate up')
    })
  })

  async function withScene(
    sql: string,
    use: (pgate: Pgate, url: string) => Promise<void>,
  ): Promise<void> {
    await withRevisionFolder(async (folder) => {
      for (const [name, text] of Object.entries(FILES)) await folder.write(name, text)
      await withDatabase(server, async ({ url }) => {
        if (sql !== '') await queryRows(url, sql)
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        await use((args, more = {}) => runPgateHere(args, { env: { ...env, ...more } }), url)
      })
    })
  }
})
