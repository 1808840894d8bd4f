import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { withClient } from '../../support/database/query.ts'
import { shapeSql, type ToolScene, withToolScene } from '../../support/folders/tool-scene.ts'
import { anyServer } from '../../support/servers/servers.ts'

const FILES = {
  '1_create_users.sql': 'create table users (id integer);\n',
  '2_index.up.sql': '-- no-transaction\ncreate index concurrently users_i on users (id);\n',
  '2_index.down.sql': '-- no-transaction\ndrop index concurrently users_i;\n',
  '10_add_the_posts.up.sql': 'create table posts (id integer);\ninsert into posts values (1);\n',
  '10_add_the_posts.down.sql': 'drop table posts;\n',
}

/** As sqlx's own source makes it. */
const TABLE = `CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)`

function sha384(text: string): string {
  return createHash('sha384').update(text).digest('hex')
}

/** What sqlx writes of a file. */
function row(version: number, description: string, text: string, success = true): string {
  return `insert into _sqlx_migrations (version, description, success, checksum, execution_time)
    values (${version}, '${description}', ${success}, '\\x${sha384(text)}', 12345)`
}

const ROWS = `select version::int, description, success, encode(checksum, 'hex') as checksum,
    abs(extract(epoch from now() - installed_on)) < 600 as "isNow", execution_time::int as took
  from _sqlx_migrations order by version`

describe.each(anyServer())('a folder of sqlx on $name', (server) => {
  it('has a row for each migration, in the table that sqlx makes, with what sqlx compares', async () => {
    await withScene(async ({ pgate, rows, folder }) => {
      await rows(FILES['1_create_users.sql'])
      await rows(TABLE)
      const made = await rows(shapeSql('_sqlx_migrations'))
      await rows(row(1, 'create users', FILES['1_create_users.sql']))
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      const known = { success: true, isNow: true }
      const posts = FILES['10_add_the_posts.up.sql']
      expect(await rows(ROWS)).toEqual([
        {
          version: 1,
          description: 'create users',
          checksum: sha384(FILES['1_create_users.sql']),
          took: 12_345,
          ...known,
        },
        {
          version: 2,
          description: 'index',
          checksum: sha384(FILES['2_index.up.sql']),
          took: -1,
          ...known,
        },
        { version: 10, description: 'add the posts', checksum: sha384(posts), took: -1, ...known },
      ])
      expect(await pgate('downgrade', '-2')).toMatchObject({ exitCode: 0 })
      expect(await rows(ROWS)).toMatchObject([{ version: 1 }])
      expect((await pgate('downgrade', 'base')).stderr).toContain('REVISION_IRREVERSIBLE')

      await rows('drop table _sqlx_migrations, users')
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect(await rows(shapeSql('_sqlx_migrations'))).toEqual(made)
      await folder.write('5_late.sql', 'create table late ();\n')
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      expect(await rows(ROWS)).toMatchObject([1, 2, 5, 10].map((version) => ({ version })))
    })
  })

  it('is refused where a file that sqlx applied was edited, and not for its line endings alone', async () => {
    await withScene(async ({ pgate, rows, folder }) => {
      const users = FILES['1_create_users.sql']
      await rows(`${users}${TABLE};${row(1, 'create users', users)}`)
      await folder.write('1_create_users.sql', users.replaceAll('\n', '\r\n'))
      expect(await pgate('upgrade', '2')).toMatchObject({ exitCode: 0 })
      await folder.write('1_create_users.sql', `${users}-- a comment\n`)
      const refused = await pgate('gate')
      expect(refused.exitCode).toBe(51)
      expect(refused.stderr).toContain('1_create_users.sql was edited')
      const [, command = ''] = /pgate (accept 1 [-a-z]+)/.exec(refused.stderr) ?? []
      expect((await pgate('accept', '1')).exitCode).toBe(51)
      const checksums = await rows('select checksum from _sqlx_migrations')
      expect(await pgate(...command.split(' '))).toMatchObject({ exitCode: 0 })
      expect(await rows('select checksum from _sqlx_migrations')).toEqual(checksums)
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
    })
  })

  it('is refused where the file of a row is gone, or an old sqlx has left a row of a failure', async () => {
    await withScene(async ({ pgate, rows, folder }) => {
      const users = FILES['1_create_users.sql']
      await rows(`${users}${TABLE};${row(1, 'create users', users, false)}`)
      const failed = await pgate('gate')
      expect(failed.exitCode).toBe(51)
      expect(failed.stderr).toContain('HISTORY_FAILED')
      const [, sql = ''] = /`(DELETE FROM [^`]+)`/.exec(failed.stderr) ?? []
      await rows(`drop table users; ${sql}`)
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })

      await rm(join(folder.path, '1_create_users.sql'))
      const gone = await pgate('gate')
      expect(gone.exitCode).toBe(51)
      expect(gone.stderr).toContain('HISTORY_UNKNOWN')
    })
  })

  it('waits for an application that runs its migrations with sqlx', async () => {
    await withScene(async ({ pgate, url, rows }) => {
      await withClient(url, async (client) => {
        const { rows: found } = await client.query('select current_database() as name')
        const key = 0x3d32ad9en * BigInt(crc32(found[0].name))
        await client.query(`select pg_advisory_lock(${key})`)
        expect(await pgate('gate', '--lock-timeout', '0')).toMatchObject({ exitCode: 52 })
        expect(await rows("select from pg_class where relname = 'users'")).toEqual([])
      })
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
    })
  })

  async function withScene(use: (scene: ToolScene) => Promise<void>): Promise<void> {
    await withToolScene(server, { files: FILES, env: { PGATE_FORMAT: 'sqlx' } }, use)
  }
})
