import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, urlOf, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Ways to become the application's role, with no right on pgate's tables. */
const WAYS = [
  ['SET ROLE', (role: string) => `SET ROLE ${role};`],
  ['SET LOCAL ROLE', (role: string) => `SET LOCAL ROLE ${role};`],
  ['SET SESSION AUTHORIZATION', (role: string) => `SET SESSION AUTHORIZATION ${role};`],
  ['set_config', (role: string) => `SELECT set_config('role', '${role}', false);`],
  ['a function', (role: string) => `SELECT become('${role}');`],
] as const

const BECOME = `create function become(text) returns void language plpgsql as
  $$ begin execute 'set ' || 'ro' || 'le ' || $1; end $$`

describe.each(anyServer())('a revision that sets another role on $name', (server) => {
  interface Scene {
    readonly url: string
    readonly role: string
    readonly path: string
    readonly write: (name: string, text: string) => Promise<void>
    readonly gate: (
      more?: Readonly<Record<string, string>>,
    ) => Promise<{ readonly exitCode: number | null; readonly output: string }>
  }

  async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
    await withDatabase(server, ({ url }) =>
      withRevisionFolder(async ({ path, write }) => {
        const role = `app_${randomBytes(4).toString('hex')}`
        await queryRows(
          url,
          `create role ${role}; grant create on schema public to ${role}; ${BECOME}`,
        )
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
        const gate: Scene['gate'] = async (more = {}) => {
          const { exitCode, stdout, stderr } = await runPgateHere([], { env: { ...env, ...more } })
          return { exitCode, output: stdout + stderr }
        }
        await use({ url, role, path, write, gate })
        await queryRows(url, `drop owned by ${role}; drop role ${role}`)
      }),
    )
  }

  const owners = `select relname, relowner::regrole::text as owner from pg_class
                   where relname in ('mine', 'next') order by 1`

  it.each(WAYS)(
    "by %s: its objects are that role's, its rows and the next revision's are not",
    async (_, become) => {
      await withScene(async ({ url, role, write, gate }) => {
        const upgrade = `${become(role)}\nCREATE TABLE mine (i int);`
        await write('a.sql', revisionText({ id: '001', upgrade }))
        await write(
          'b.sql',
          revisionText({ id: '002', revises: '001', upgrade: 'CREATE TABLE next (i int);' }),
        )
        const { exitCode, output } = await gate()
        expect(exitCode, output).toBe(0)
        const [{ me } = { me: '' }] = await queryRows<{ me: string }>(
          url,
          'select current_user as me',
        )
        expect(await queryRows(url, owners)).toEqual([
          { relname: 'mine', owner: role },
          { relname: 'next', owner: me },
        ])
        expect(await queryRows(url, 'select distinct role from pgate_journal')).toEqual([
          { role: me },
        ])
        await queryRows(url, `drop table mine`)
      })
    },
  )

  it('statement by statement, and in modules of both kinds', async () => {
    await withScene(async ({ url, role, write, gate }) => {
      const upgrade = `SET ROLE ${role};\nSET SESSION AUTHORIZATION ${role};\nSELECT 1;\nVACUUM pg_class;`
      await write('a.sql', revisionText({ id: '001', upgrade, transaction: 'off' }))
      for (const [id, revises, transaction] of [
        ['002', '001', 'on'],
        ['003', '002', 'off'],
      ]) {
        await write(
          `${id}.ts`,
          `export const revision = '${id}', revises = '${revises}', transaction = '${transaction}'
           export async function upgrade(db) { await db.query('set role ${role}') }`,
        )
      }
      const { exitCode, output } = await gate()
      expect(exitCode, output).toBe(0)
      expect(await queryRows(url, 'select * from alembic_version')).toEqual([
        { version_num: '003' },
      ])
    })
  })

  it('leaves the rows to PGATE_ROLE, and to the role that the login role has set', async () => {
    await withScene(async ({ url, role, write, gate }) => {
      const owner = `${role}_own`
      const login = `${role}_in`
      await queryRows(
        url,
        `create role ${owner}; create role ${login} login password 'p'; grant ${owner}, ${role} to ${login};
         grant ${role} to ${owner}; grant create on schema public to ${owner};
         alter role ${login} set role = '${owner}'`,
      )
      const text = (id: string, revises: string) =>
        revisionText({ id, revises, upgrade: `SET ROLE ${role}; SELECT 1;` })
      const DATABASE_URL = Object.assign(new URL(url), { username: login, password: 'p' }).href
      await write('a.sql', text('001', 'none'))
      const first = await gate({ DATABASE_URL })
      expect(first.exitCode, first.output).toBe(0)
      await write('b.sql', text('002', '001'))
      const second = await gate({ PGATE_ROLE: owner })
      expect(second.exitCode, second.output).toBe(0)
      expect(await queryRows(url, 'select distinct role from pgate_journal')).toEqual([
        { role: owner },
      ])
      expect(
        await queryRows(url, `select tableowner from pg_tables where tablename = 'pgate_journal'`),
      ).toEqual([{ tableowner: owner }])
      await queryRows(url, `drop owned by ${owner}, ${login}; drop role ${owner}, ${login}`)
    })
  })
})

describe.each(psqlServers().slice(0, 1))(
  'a script whose revision sets another role on $name',
  (server) => {
    const it = testOn(server)

    it('writes its rows as the role that runs it', async ({
      database,
      folder: { path, write },
    }) => {
      const role = `app_${randomBytes(4).toString('hex')}`
      await queryRows(database.url, `create role ${role}`)
      await write('a.sql', revisionText({ id: '001', upgrade: `SET ROLE ${role};\nSELECT 1;` }))
      const env = {
        DATABASE_URL: urlOf(server, database.name),
        PGATE_MIGRATIONS: path,
        PGATE_EXTENSIONS: '',
      }
      const { stdout } = await runPgateHere(['upgrade', '--sql'], { env })
      expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0 })
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      await queryRows(database.url, `drop role ${role}`)
    })
  },
)
