import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { type RevisionFolder, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { type DbmateResult, runDbmate } from '../support/peers/dbmate.ts'
import {
  anyServer,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'

const { dbmate } = inject('environment')

/** A folder and a database, and both tools to work on them. */
interface Scene {
  readonly database: TestDatabase
  readonly folder: RevisionFolder
  readonly pgate: (...args: readonly string[]) => ReturnType<typeof runPgateHere>
  readonly dbmate: (...args: readonly string[]) => Promise<DbmateResult>
}

const FILES = {
  '20240101000000_users.sql':
    '-- migrate:up\ncreate table users (id integer primary key);\n\n-- migrate:down\ndrop table users;\n',
  '20240102000000_seed.sql':
    "-- migrate:up\ninsert into users values (1); select ';';\n-- migrate:down\ndelete from users;\n",
  '20240103000000_index.sql':
    '-- migrate:up transaction:false\ncreate index concurrently users_i on users (id);\n-- migrate:down transaction:false\ndrop index concurrently users_i;\n',
  '20240104000000_posts.sql':
    '-- migrate:up\ncreate table posts (id integer);\n-- migrate:down\ndrop table posts;\n',
}

const IDS = Object.keys(FILES).map((name) => name.slice(0, 14))

async function withScene(server: TestServer, use: (scene: Scene) => Promise<void>): Promise<void> {
  await withRevisionFolder(async (folder) => {
    for (const [name, text] of Object.entries(FILES)) await folder.write(name, text)
    await withDatabase(server, async (database) => {
      const env = {
        DATABASE_URL: database.url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_LOG_LEVEL: 'warn',
      }
      await use({
        database,
        folder,
        pgate: (...args) => runPgateHere(args, { env }),
        dbmate: (...args) =>
          runDbmate(dbmate ?? '', { url: database.url, folder: folder.path }, ...args),
      })
    })
  })
}

/** Both tools say that these are applied, and no others. */
async function expectApplied(scene: Scene, ids: readonly string[]): Promise<void> {
  const rows = await queryRows<{ version: string }>(
    scene.database.url,
    'select version from schema_migrations order by 1',
  )
  expect(rows.map(({ version }) => version)).toEqual(ids)
  const { output } = await scene.dbmate('status')
  const applied = [...output.matchAll(/^\[X\] (\d+)_/gm)].map(([, id]) => id)
  expect(applied).toEqual(ids)
  const { current } = JSON.parse((await scene.pgate('current', '--json')).stdout)
  expect(current.map(({ revision }: { revision: string }) => revision)).toEqual(ids)
}

describe.each(dbmate === undefined ? [] : anyServer())('a folder of dbmate on $name', (server) => {
  it('is taken up and down by pgate and dbmate in turns, and both agree after each step', async () => {
    await withScene(server, async (scene) => {
      const { pgate, dbmate: other } = scene
      expect((await other('up')).exitCode).toBe(0)
      await expectApplied(scene, IDS)
      expect((await pgate('downgrade', '-2')).exitCode).toBe(0)
      await expectApplied(scene, IDS.slice(0, 2))
      expect((await other('rollback')).exitCode).toBe(0)
      await expectApplied(scene, IDS.slice(0, 1))
      expect((await pgate('upgrade', '+2')).exitCode).toBe(0)
      await expectApplied(scene, IDS.slice(0, 3))
      expect((await other('up')).exitCode).toBe(0)
      await expectApplied(scene, IDS)
      expect((await pgate('gate')).stdout).toContain('the API may start')
      expect((await pgate('downgrade', 'base')).exitCode).toBe(0)
      await expectApplied(scene, [])
      expect((await pgate('gate')).exitCode).toBe(0)
      await expectApplied(scene, IDS)
      expect(await queryRows(scene.database.url, 'select * from users')).toEqual([{ id: 1 }])
      for (const _ of IDS) expect((await other('rollback')).exitCode).toBe(0)
      await expectApplied(scene, [])
    })
  })

  it('gets from pgate the table that dbmate makes', async () => {
    const made = `select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.attnotnull, a.attnum,
        pg_get_expr(d.adbin, d.adrelid) as value,
        (select json_agg(json_build_array(c.conname, pg_get_constraintdef(c.oid)) order by c.conname)
           from pg_constraint c where c.conrelid = a.attrelid and c.contype <> 'n') as constraints
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = 'schema_migrations'::regclass and a.attnum > 0 order by a.attnum`
    await withScene(server, async ({ database, pgate, dbmate: other }) => {
      expect((await pgate('upgrade')).exitCode).toBe(0)
      const ours = await queryRows(database.url, made)
      await queryRows(database.url, 'drop table schema_migrations, users, posts')
      expect((await other('up')).exitCode).toBe(0)
      expect(ours).toEqual(await queryRows(database.url, made))
    })
  })

  it('has a late file run, below what is applied, and downgraded in the order of names', async () => {
    await withScene(server, async (scene) => {
      const { folder, pgate } = scene
      expect((await pgate('upgrade')).exitCode).toBe(0)
      await folder.write(
        '20240102120000_late.sql',
        '-- migrate:up\ncreate table late ();\n-- migrate:down\ndrop table late;\n',
      )
      const [first = '', second = '', ...rest] = IDS
      expect((await pgate('current')).stdout).toContain('20240102120000 (pending)')
      const behind = await pgate('check')
      expect(behind.exitCode).toBe(51)
      expect(behind.stderr).toContain('20240102120000')
      expect((await pgate('gate')).exitCode).toBe(0)
      await expectApplied(scene, [first, second, '20240102120000', ...rest])
      expect((await scene.dbmate('rollback')).exitCode).toBe(0)
      expect((await pgate('downgrade', '-2')).exitCode).toBe(0)
      await expectApplied(scene, [first, second])
    })
  })

  it('passes over the rows of old files that are gone, and refuses those of newer files', async () => {
    await withScene(server, async ({ database, pgate }) => {
      expect((await pgate('upgrade')).exitCode).toBe(0)
      await queryRows(database.url, "insert into schema_migrations values ('20230101000000')")
      expect((await pgate('gate')).exitCode).toBe(0)
      expect((await pgate('gate')).stdout).toContain('the API may start')
      await queryRows(database.url, "insert into schema_migrations values ('20990101000000')")
      const ahead = await pgate('gate')
      expect(ahead.exitCode).toBe(51)
      expect(ahead.stderr).toContain('20990101000000')
    })
  })

  it('is listed, drawn up as a manifest, verified, stamped and printed as a script', async () => {
    await withScene(server, async (scene) => {
      const { folder, pgate, database } = scene
      expect((await pgate('heads')).stdout).toBe(`${IDS.at(-1)} (head)\n`)
      expect((await pgate('history')).stdout.split('\n')).toHaveLength(IDS.length + 1)
      const shadow = ['--shadow-url', server.url]
      expect((await pgate('manifest', ...shadow)).exitCode).toBe(0)
      expect(await readFile(join(folder.path, 'manifest.json'), 'utf8')).toContain('users_i')
      expect((await pgate('manifest', '--check', ...shadow)).exitCode).toBe(0)
      expect((await pgate('gate')).exitCode).toBe(0)
      expect((await pgate('gate')).stdout).toContain('the API may start')
      expect((await pgate('verify')).exitCode).toBe(0)
      expect((await pgate('check')).exitCode).toBe(0)
      await queryRows(database.url, 'alter table posts add extra integer')
      expect((await pgate('verify')).exitCode).toBe(0)
      await queryRows(database.url, 'alter table posts drop id')
      expect((await pgate('verify')).exitCode).toBe(60)
      expect((await pgate('stamp', IDS[1] ?? '', '--no-verify')).exitCode).toBe(0)
      await expectApplied(scene, IDS.slice(0, 2))
      const { stdout } = await pgate('upgrade', 'head', '--sql')
      expect(stdout).toContain(
        `insert into "public"."schema_migrations" (version) values ('${IDS[0]}')`,
      )
    })
  })

  it('is left alone where the table of that name is another tool’s', async () => {
    await withScene(server, async ({ database, pgate }) => {
      const table =
        'create table schema_migrations (version bigint primary key, dirty boolean not null)'
      await queryRows(database.url, `${table}; insert into schema_migrations values (1, false)`)
      const refused = await pgate('gate')
      expect(refused.exitCode).toBe(51)
      expect(refused.stderr).toMatch(/HISTORY_ELSEWHERE.*schema_migrations \(golang-migrate\)/)
      expect(await queryRows(database.url, 'select * from schema_migrations')).toHaveLength(1)
      expect(await queryRows(database.url, "select from pg_class where relname = 'users'")).toEqual(
        [],
      )
    })
  })

  it('runs each block as it says for itself', async () => {
    await withScene(server, async ({ folder, pgate }) => {
      await folder.write(
        '20240105000000_differ.sql',
        `-- migrate:up transaction:false\ncall outside();\n-- migrate:down\nselect inside();\n`,
      )
      await folder.write(
        '20240104100000_made.sql',
        `-- migrate:up\ncreate procedure outside() language plpgsql as 'begin commit; end';
         create function inside() returns void language plpgsql as 'begin
           if not exists (select from pg_locks where mode = ''RowExclusiveLock'' and pid = pg_backend_pid()
                           and relation = ''schema_migrations''::regclass)
           then raise ''alone''; end if; end';\n-- migrate:down\n`,
      )
      expect(await pgate('upgrade')).toMatchObject({ exitCode: 0 })
      expect(await pgate('downgrade', '-1')).toMatchObject({ exitCode: 0 })
    })
  })

  it('started at the same time as pgate runs nothing twice, and neither hangs', async () => {
    await withScene(server, async (scene) => {
      const { database, pgate, dbmate: other } = scene
      for (let round = 0; round < 3; round += 1) {
        const [ours, theirs] = await Promise.all([pgate('upgrade'), other('up')])
        // Who comes second to a row fails at it, and has run nothing.
        const again = [await pgate('upgrade'), await other('up')]
        expect(again.map(({ exitCode }) => exitCode)).toEqual([0, 0])
        expect([ours.exitCode, theirs.exitCode]).toContain(0)
        await expectApplied(scene, IDS)
        expect(await queryRows(database.url, 'select * from users')).toEqual([{ id: 1 }])
        expect(await pgate('downgrade', 'base')).toMatchObject({ exitCode: 0 })
      }
    })
  })

  it('calls its table by its own variable, with a schema, and so does pgate', async () => {
    await withScene(server, async ({ database, folder }) => {
      const table = { DBMATE_MIGRATIONS_TABLE: 'admin.versions' }
      const env = {
        DATABASE_URL: database.url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
      }
      const on = { url: database.url, folder: folder.path, env: table }
      expect(await runPgateHere(['upgrade', '+2'], { env: { ...env, ...table } })).toMatchObject({
        exitCode: 0,
      })
      expect(await runDbmate(dbmate ?? '', on, 'up')).toMatchObject({ exitCode: 0 })
      expect(await runPgateHere(['check'], { env: { ...env, ...table } })).toMatchObject({
        exitCode: 0,
      })
      expect(await queryRows(database.url, 'select from admin.versions')).toHaveLength(4)
    })
  })

  it('gets no files from pgate', async () => {
    await withScene(server, async ({ pgate }) => {
      const refused = await pgate('revision', '-m', 'mine')
      expect(refused.stderr).toContain('REVISION_NOT_WRITTEN')
    })
  })
})
