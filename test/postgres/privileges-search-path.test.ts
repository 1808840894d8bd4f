import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withSidecar } from '../support/cli/sidecar.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { share } from '../support/run/long.ts'
import {
  anyOf,
  anyServer,
  servers,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'
import { shadowPgCatalog } from './privileges-shadows.ts'

const PATHS = ['public, pg_catalog', 'public']

interface Shadowed extends TestDatabase {
  /** A session that finds pg_catalog alone. */
  readonly plainUrl: string
  readonly envOf: Readonly<Record<string, string>>
  readonly pgate: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => ReturnType<typeof runPgateHere>
}

/** Lends a database in which all of pg_catalog is shadowed, and two revisions for its schema app. */
async function withShadows<T>(
  server: TestServer,
  path: string,
  use: (database: Shadowed) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await folder.write('a.sql', FIRST)
    await folder.write('b.sql', SECOND)
    return withDatabase(server, async (database) => {
      await shadowPgCatalog(database.url)
      await queryRows(database.url, OTHER_TABLES)
      await queryRows(database.url, `alter database "${database.name}" set search_path = ${path}`)
      const env = {
        DATABASE_URL: database.url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_SCHEMA: 'app',
        PGATE_EXTENSIONS: 'pg_trgm>=1.0@ext',
        PGATE_WAIT_TIMEOUT: '10s',
      }
      return use({
        ...database,
        envOf: env,
        plainUrl: `${database.url}?options=-c%20search_path%3D`,
        pgate: (args, more = {}) => runPgateHere(args, { env: { ...env, ...more } }),
      })
    })
  })
}

const FIRST = revisionText({
  id: 'aaa',
  upgrade: 'CREATE TABLE app.things (id pg_catalog.int4 PRIMARY KEY, name pg_catalog.text);',
  downgrade: 'DROP TABLE app.things;',
})

const SECOND = revisionText({
  id: 'bbb',
  revises: 'aaa',
  upgrade: `ALTER TABLE app.things ADD COLUMN note pg_catalog.text;
CREATE INDEX CONCURRENTLY things_name ON app.things (name);`,
  downgrade: 'DROP INDEX app.things_name;\nALTER TABLE app.things DROP COLUMN note;',
})

/** Under pgate's own names, where the search path finds them, and not in its schema. */
const OTHER_TABLES = `
  create table public.alembic_version (version_num varchar(32));
  insert into public.alembic_version values ('zzz');
  create table public.pgate_journal (id integer)`

describe.each(servers().slice(0, 1))('with all of pg_catalog shadowed on $name', (server) => {
  it.each([
    ['public, pg_catalog', `select now()`],
    ['public, pg_catalog', `select * from pg_class limit 1`],
    ['public, pg_catalog', `select 1 = 1`],
    ['public, pg_catalog', `select 'a'::text`],
    ['public', `select 'a'::varchar = 'a'::text`],
  ])('a careless statement is caught: search_path = %s; %s', async (path, careless) => {
    await withShadows(server, path, async ({ url }) => {
      const caught = await queryRows(url, careless).catch((error: unknown) => String(error))
      expect(JSON.stringify(caught)).toMatch(/shadowed|violates check constraint/)
    })
  })
})

describe.each(servers())('with all of pg_catalog shadowed on $name', (server) => {
  const part = servers().findIndex(({ name }) => name === server.name) % PATHS.length
  const paths = share(PATHS, { part, of: PATHS.length })

  it.each(paths)('every command does what it does, search_path = %s', async (path) => {
    await withShadows(server, path, async ({ pgate, plainUrl }) => {
      const calls = [
        ['gate'],
        ['gate'],
        ['current'],
        ['show', 'current'],
        ['history', '-r', 'base:current'],
        ['upgrade', '--dry-run'],
        ['downgrade', 'base', '--from-journal', '--dry-run'],
        ['check'],
        ['verify'],
        ['wait', '--for', 'head'],
        ['downgrade', 'base'],
        ['upgrade', 'aaa'],
        ['stamp', 'bbb', '--no-verify'],
        ['stamp', 'base', '--purge'],
        ['reset', '--yes'],
      ]
      for (const call of calls) {
        const result = await pgate(call)
        expect(`${call.join(' ')}\n${result.stdout}${result.stderr}`).not.toContain('shadowed')
        expect([call, result.exitCode, result.stdout]).toEqual([call, 0, expect.any(String)])
      }
      const rows = await queryRows(
        plainUrl,
        `select (select count(*)::int from app.alembic_version) as versions,
                (select count(*)::int from public.pgate_journal) as other,
                (select array_agg(distinct revision) from app.pgate_journal
                  where action = 'upgrade') as revisions,
                (select format_type(atttypid, atttypmod) from pg_attribute
                  where attrelid = 'app.pgate_journal'::regclass and attname = 'name') as type`,
      )
      expect(rows).toEqual([{ versions: 0, other: 0, revisions: ['aaa', 'bbb'], type: 'text' }])
    })
  })
})

describe.each(anyServer())('with all of pg_catalog shadowed on $name', (server) => {
  it('the sidecar opens and looks again', async () => {
    await withShadows(server, 'public, pg_catalog', async ({ envOf }) => {
      await withSidecar({ env: envOf }, async ({ until, log }) => {
        await until('a second look', ({ verify }) => verify.counts.passed > 1)
        expect(log()).not.toMatch(/shadowed|sidecar\.unanswered/)
      })
    })
  })

  it('an interrupted index build is taken up again', async () => {
    await withShadows(server, 'public, pg_catalog', async ({ pgate, plainUrl }) => {
      await pgate(['upgrade', 'aaa'])
      await queryRows(plainUrl, `insert into app.things values (1, 'a'), (2, 'a')`)
      await queryRows(
        plainUrl,
        'create unique index concurrently things_name on app.things (name)',
      ).catch(() => {})
      const result = await pgate(['gate'])
      expect([result.exitCode, result.stdout]).toEqual([0, expect.any(String)])
      expect(result.stderr).toContain('index.rebuild')
    })
  })

  it('who holds the lock, and who is in the way, is reported', async () => {
    await withShadows(server, 'public, pg_catalog', async ({ pgate, plainUrl }) => {
      await withClient(plainUrl, async (other) => {
        await other.query(`select pg_advisory_lock(${gateLockKey('app')})`)
        const locked = await pgate(['gate'], { PGATE_LOCK_TIMEOUT: '0', PGATE_EXTENSIONS: '' })
        expect(locked.exitCode).toBe(52)
        expect(locked.stdout).toMatch(/unnamed from \S+ \(pid \d+/)
        await other.query('select pg_advisory_unlock_all()')
        await pgate(['upgrade', 'aaa'])
        await other.query('begin; select from app.things')
        const blocked = await pgate(['gate'], {
          PGATE_DDL_LOCK_TIMEOUT: '3s',
          PGATE_LOCK_TIMEOUT: '1s',
        })
        expect(blocked.exitCode).toBe(54)
        expect(blocked.stdout).toMatch(/[Ii]t waits for pid \d+ \(postgres, unnamed, idle in trans/)
      })
    })
  })
})

describe.each(anyOf(psqlServers()))(
  'a script with all of pg_catalog shadowed on $name',
  (server) => {
    it('goes up and down', async () => {
      await withShadows(server, 'public, pg_catalog', async ({ pgate, plainUrl, url, name }) => {
        const versions = () => queryRows(plainUrl, 'select version_num from app.alembic_version')
        for (const [args, rows] of [
          [['upgrade', 'base:head', '--sql'], [{ version_num: 'bbb' }]],
          [['downgrade', 'head:base', '--sql'], []],
        ] as const) {
          const script = await pgate(args, { PGATE_EXTENSIONS: 'pg_trgm>=1.0' })
          expect(script.exitCode).toBe(0)
          const run = await runPsql(server, { url, name }, script.stdout)
          expect(run).toEqual({ exitCode: 0, stdout: expect.any(String), stderr: '' })
          expect(await versions()).toEqual(rows)
        }
      })
    })
  },
)
