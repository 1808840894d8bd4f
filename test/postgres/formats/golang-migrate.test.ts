import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { type Client, DatabaseError } from 'pg'
import { describe, expect, it } from 'vitest'
import { withClient } from '../../support/database/query.ts'
import { shapeSql, type ToolScene, withToolScene } from '../../support/folders/tool-scene.ts'
import { anyServer } from '../../support/servers/servers.ts'

const FILES = {
  '001_users.up.sql':
    'BEGIN;\ncreate table users (id integer);\ninsert into users values (1);\nCOMMIT;\n',
  '001_users.down.sql': 'drop table users;\n',
  '2_index.up.sql': 'create index concurrently users_i on users (id);\n',
  '2_no_index.down.sql': 'drop index concurrently users_i;\n',
  '4_nothing.down.sql': 'select 1;\n',
  '10_posts.up.sql': 'create table posts (id integer);\ncreate table likes (id integer);\n',
  '10_posts.down.sql': 'drop table likes;\ndrop table posts;\n',
}

/** As golang-migrate's own source makes it. */
const TABLE =
  'CREATE TABLE IF NOT EXISTS "public"."schema_migrations" (version bigint not null primary key, dirty boolean not null)'

/** What golang-migrate does to be at a version: it empties the table, and writes one row. */
function at(version: number, dirty = false): string {
  const row = `INSERT INTO "public"."schema_migrations" (version, dirty) VALUES (${version}, ${dirty})`
  return `${TABLE}; TRUNCATE "public"."schema_migrations"; ${version >= 0 || dirty ? row : ''}`
}

const UPS = ['001_users.up.sql', '2_index.up.sql', '10_posts.up.sql'] as const

const LOCKS = `select from pg_locks where locktype = 'advisory' and granted
  and database = (select oid from pg_database where datname = current_database())`

/** A key of the two that golang-migrate may lock by. */
async function keyOf(client: Client, slash: string): Promise<bigint> {
  const { rows } = await client.query('select current_database() as name')
  const crc = crc32(`public\0schema_migrations\0${slash}${rows[0].name}`)
  return (BigInt(crc) * 1_486_364_155n) % 2n ** 32n
}

function sqlstateOf(error: unknown): string {
  return error instanceof DatabaseError ? String(error.code) : String(error)
}

describe.each(anyServer())('a folder of golang-migrate on $name', (server) => {
  it('has one row, in the table that golang-migrate makes, after each step of either tool', async () => {
    await withScene(async ({ pgate, rows, folder }) => {
      const expectAt = async (...versions: readonly string[]) => {
        const now = await rows('select * from schema_migrations')
        expect(now).toEqual(versions.map((version) => ({ version, dirty: false })))
      }
      expect(await pgate('upgrade', '+1')).toMatchObject({ exitCode: 0 })
      await expectAt('1')
      const made = await rows(shapeSql('schema_migrations'))
      await rows(`drop table schema_migrations; ${at(1)}`)
      expect(await rows(shapeSql('schema_migrations'))).toEqual(made)

      await rows(FILES['2_index.up.sql'])
      await rows(at(2))
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      await expectAt('10')
      expect(await pgate('downgrade', '-1')).toMatchObject({ exitCode: 0 })
      await expectAt('4')
      await rows(at(2))
      expect((await pgate('current')).stdout).toContain('2')
      expect(await pgate('downgrade', '-2')).toMatchObject({ exitCode: 0 })
      await expectAt()
      await rows(at(-1))
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      await expectAt('10')

      await folder.write('11_wrong.up.sql', 'create table more ();\n')
      await folder.write('11_wrong_back.down.sql', '\ndrop table nowhere;\n')
      expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      const { stderr, exitCode } = await pgate('downgrade', '-1')
      expect(exitCode).toBe(53)
      expect(stderr).toMatch(/11_wrong_back\.down\.sql:2:1/)
      await expectAt('11')
    })
  })

  it.each([
    [2, 'pgate stamp 2 --purge', ['2']],
    [-1, 'pgate stamp base --purge', []],
  ])(
    'is refused where the row of version %i is dirty, and opens by what is printed',
    async (version, command, after) => {
      await withScene(async ({ pgate, rows }) => {
        if (version === 2) {
          await rows(FILES['001_users.up.sql'])
          await rows(FILES['2_index.up.sql'])
        }
        await rows(at(version, true))
        const refused = await pgate('gate')
        expect(refused.exitCode).toBe(51)
        expect(refused.stderr).toContain(`has ${version} (failed)`)
        expect(refused.stderr).toContain('migrate force')
        expect(refused.stderr).toContain(command)
        expect(await pgate(...command.split(' ').slice(1))).toMatchObject({ exitCode: 0 })
        const now = await rows('select * from schema_migrations')
        expect(now).toEqual(after.map((id) => ({ version: id, dirty: false })))
        expect(await pgate('gate')).toMatchObject({ exitCode: 0 })
      })
    },
  )

  it('is refused at a version that no file has', async () => {
    await withScene(async ({ pgate, rows }) => {
      await rows(at(9))
      const refused = await pgate('gate')
      expect(refused.exitCode).toBe(51)
      expect(refused.stderr).toContain('HISTORY_UNKNOWN')
    })
  })

  it('never runs a file that came below what is applied, and says so where the journal shows it', async () => {
    await withScene(async ({ pgate, rows, folder }) => {
      expect((await pgate('gate')).stderr).toBe('')
      await folder.write('5_late.up.sql', 'create table late ();\n')
      await folder.write('3_moved.up.sql', 'select 1;\n')
      for (const command of ['gate', 'check']) {
        const { exitCode, stderr } = await pgate(command)
        expect(exitCode).toBe(0)
        expect(stderr).toMatch(/5_late\.up\.sql was added below .* above 10/)
        expect(stderr).toMatch(/3_moved\.up\.sql was added below/)
        expect(stderr).not.toContain('2_index')
      }
      expect(await rows("select from pg_class where relname = 'late'")).toEqual([])
      await rename(join(folder.path, '5_late.up.sql'), join(folder.path, '11_late.up.sql'))
      await rm(join(folder.path, '3_moved.up.sql'))
      expect(await pgate('gate')).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await rows("select from pg_class where relname = 'late'")).toHaveLength(1)
    })
  })

  it.each(['', '/'])(
    'waits for golang-migrate that locks by the database’s name after %j, and runs nothing again',
    async (slash) => {
      await withScene(async ({ pgate, url, rows }) => {
        await withClient(url, async (client) => {
          const key = await keyOf(client, slash)
          await client.query(`select pg_advisory_lock(${key})`)
          expect(await pgate('gate', '--lock-timeout', '0')).toMatchObject({ exitCode: 52 })
          expect(await rows("select from pg_class where relname = 'users'")).toEqual([])
          const waiting = pgate('gate')
          for (const name of UPS) await client.query(FILES[name])
          await client.query(at(10))
          await client.query(`select pg_advisory_unlock(${key})`)
          expect(await waiting).toMatchObject({ exitCode: 0 })
        })
        expect(await rows('select id from users')).toHaveLength(1)
        expect(await rows(LOCKS)).toEqual([])
      })
    },
  )

  it('builds an index while golang-migrate waits for its lock inside the server', async () => {
    await withScene(async ({ pgate, url, rows, folder }) => {
      await folder.write('001_users.up.sql', `${FILES['001_users.up.sql']}select pg_sleep(1);\n`)
      await withClient(url, async (client) => {
        const key = await keyOf(client, '')
        const gate = pgate('gate')
        while ((await rows(LOCKS)).length < 2) await setTimeout(20)
        const waits = client.query(`select pg_advisory_lock(${key})`)
        expect(await waits.then(String, sqlstateOf)).toBe('57014')
        const { exitCode, stderr, stdout } = await gate
        expect(exitCode, stdout).toBe(0)
        expect(stderr).toContain('Ended the wait of process')
      })
      const sound = "select from pg_index where indexrelid = 'users_i'::regclass and indisvalid"
      expect(await rows(sound)).toHaveLength(1)
    })
  })

  async function withScene(use: (scene: ToolScene) => Promise<void>): Promise<void> {
    await withToolScene(server, { files: FILES, env: { PGATE_FORMAT: 'golang-migrate' } }, use)
  }
})
