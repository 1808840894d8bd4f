import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

const FILE = '-- migrate:up\ncreate table users (id integer);\n-- migrate:down\ndrop table users;\n'
const ALEMBIC = 'create table alembic_version (version_num varchar(32) primary key)'
const GOOSE =
  'create table _migrations (id serial, version_id bigint, is_applied boolean, tstamp timestamp)'

interface Scene {
  readonly url: string
  readonly pgate: (
    env?: Record<string, string>,
    ...args: string[]
  ) => ReturnType<typeof runPgateHere>
  readonly hasUsers: () => Promise<boolean>
}

describe.each(anyServer())('a folder whose history is not there on $name', (server) => {
  it.each([
    ['Alembic’s', ALEMBIC, 'pgate -- alembic upgrade head'],
    ['goose’s under another name', GOOSE, 'PGATE_FORMAT=goose'],
  ])('is not begun at base next to %s', async (_, table, way) => {
    await withScene(server, async ({ url, pgate, hasUsers }) => {
      await queryRows(url, table)
      for (const args of [[], ['upgrade'], ['upgrade', '--dry-run']]) {
        const refused = await pgate({}, ...args)
        expect([refused.exitCode, refused.stderr + refused.stdout]).toEqual([
          51,
          expect.stringContaining(way),
        ])
      }
      expect(await hasUsers()).toBe(false)
    })
  })

  it('is no table of the same name that belongs to another tool, which is named', async () => {
    await withScene(server, async ({ url, pgate, hasUsers }) => {
      await queryRows(
        url,
        'create table schema_migrations (version bigint primary key, dirty boolean not null)',
      )
      const { exitCode, stdout, stderr } = await pgate({})
      expect([exitCode, stdout + stderr]).toEqual([
        51,
        expect.stringMatching(
          /public\.schema_migrations \(golang-migrate\) is not the table of dbmate.*PGATE_FORMAT=golang-migrate/,
        ),
      ])
      const [, name = ''] = /PGATE_VERSION_TABLE=(\w+)/.exec(stdout + stderr) ?? []
      expect(await pgate({ PGATE_VERSION_TABLE: name })).toMatchObject({ exitCode: 0 })
      expect(await hasUsers()).toBe(true)
    })
  })

  it('is begun where the message’s own words are followed', async () => {
    await withScene(server, async ({ url, pgate, hasUsers }) => {
      await queryRows(url, ALEMBIC)
      const { stderr, stdout } = await pgate({})
      const [, name = ''] = /PGATE_VERSION_TABLE=(\w+)/.exec(stderr + stdout) ?? []
      expect(await pgate({ PGATE_VERSION_TABLE: name })).toMatchObject({ exitCode: 0 })
      expect(await hasUsers()).toBe(true)
      // From then on it is there.
      expect(await pgate()).toMatchObject({ exitCode: 0 })
    })
  })

  it('is found in another schema by the table that the message names', async () => {
    const use = async ({ url, pgate, hasUsers }: Scene) => {
      const table = GOOSE.replace('_migrations', 'other.versions')
      await queryRows(url, `create schema other; ${table}`)
      await queryRows(url, 'insert into other.versions values (1, 0, true), (2, 1, true)')
      const { stderr, stdout } = await pgate({})
      const [, name = ''] = /PGATE_VERSION_TABLE=([\w.]+)/.exec(stderr + stdout) ?? []
      expect(await pgate({ PGATE_VERSION_TABLE: name })).toMatchObject({ exitCode: 0 })
      expect(await hasUsers()).toBe(false)
    }
    await withScene(server, use, '-- +goose Up\ncreate table users (id integer);\n')
  })

  it('is taken over by a stamp, of files that were imported', async () => {
    await withScene(server, async ({ url, pgate, hasUsers }) => {
      await queryRows(url, `${ALEMBIC}; create table users (id integer)`)
      expect(await pgate({}, 'stamp', 'head')).toMatchObject({ exitCode: 0 })
      expect(await pgate()).toMatchObject({ exitCode: 0 })
      expect(await hasUsers()).toBe(true)
    })
  })

  it('is begun next to a history of another schema, where PGATE_SCHEMA says which one is meant', async () => {
    await withScene(server, async ({ url, pgate }) => {
      await queryRows(url, `create schema other; set search_path = other; ${ALEMBIC}`)
      expect(await pgate()).toMatchObject({ exitCode: 51 })
      expect(await pgate({ PGATE_SCHEMA: 'public' })).toMatchObject({ exitCode: 0 })
    })
  })
})

async function withScene(
  server: TestServer,
  use: (scene: Scene) => Promise<void>,
  file = FILE,
): Promise<void> {
  await withRevisionFolder(async (folder) => {
    await folder.write('1_users.sql', file)
    await withDatabase(server, async ({ url }) => {
      const own = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      await use({
        url,
        pgate: (env = {}, ...args) => runPgateHere(args, { env: { ...own, ...env } }),
        hasUsers: async () => {
          const rows = await queryRows<{ there: boolean }>(
            url,
            `select to_regclass('users') is not null as there`,
          )
          return rows[0]?.there === true
        },
      })
    })
  })
}
