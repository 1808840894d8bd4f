import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../support/cli/revision-folder.ts'
import { runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import {
  anyServer,
  servers,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'

/** What a database may have set, each of which changes what the statements below store. */
const SETTINGS = {
  timezone: `'Europe/Berlin'`,
  datestyle: `'ISO, DMY'`,
  intervalstyle: 'sql_standard',
  standard_conforming_strings: 'off',
  transform_null_equals: 'on',
  array_nulls: 'off',
  xmloption: 'document',
  timezone_abbreviations: `'Australia'`,
}

const literals = (name: string) => `create table ${name} (
  at timestamptz default '2024-01-01', z timestamptz default '2024-01-01 EST',
  d date default '02/01/2024', i interval default '-1 2:00:00', m money default '12.50',
  t text default 'a\\nb', a text[] default '{NULL}', x xml default 'a<b/>',
  n bool generated always as (12 = null) stored, check (at >= '2020-01-01'));`

const REVISIONS = [
  {
    id: 'aaaaaaaaaaaa',
    upgrade: `${literals('one')}
      create table ev (at timestamptz not null default '2000-01-01') partition by range (at);
      create table ev_default partition of ev default;
      set timezone = 'Asia/Tokyo';`,
    downgrade: 'drop table ev, one;',
  },
  { id: 'bbbbbbbbbbbb', revises: 'aaaaaaaaaaaa', upgrade: literals('two') },
  {
    id: 'cccccccccccc',
    revises: 'bbbbbbbbbbbb',
    upgrade: `${literals('three')} create index concurrently three_at on three (d) where at > '2024-01-01';`,
    transaction: 'off',
  },
  {
    id: 'dddddddddddd',
    revises: 'cccccccccccc',
    upgrade: `set timezone = 'Asia/Tokyo'; create table four (at timestamptz default '2024-01-01');`,
    downgrade: 'drop table four;',
  },
] as const

async function writeRevisions(folder: RevisionFolder, count: number): Promise<void> {
  for (const revision of REVISIONS.slice(0, count))
    await folder.write(`${revision.id}.sql`, revisionText(revision))
}

async function withManifest<T>(
  use: (folder: RevisionFolder, env: Readonly<Record<string, string>>) => Promise<T>,
  count: number = REVISIONS.length,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await writeRevisions(folder, count)
    const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await runPgateHere(['manifest'], { env })).toMatchObject({ exitCode: 0 })
    return use(folder, env)
  })
}

async function withOddDatabase<T>(
  server: TestServer,
  use: (database: TestDatabase) => Promise<T>,
): Promise<T> {
  return withDatabase(server, async (database) => {
    const text = Object.entries(SETTINGS).map(
      ([name, value]) => `alter database "${database.name}" set ${name} = ${value}`,
    )
    await queryRows(database.url, text.join(';'))
    return use(database)
  })
}

describe.each(anyServer())(
  'revisions under a database with settings of its own on $name',
  (server) => {
    it('store what the manifest, made elsewhere, promises', async () => {
      await withManifest((_, env) =>
        withOddDatabase(server, async ({ url }) => {
          expect(await runPgateHere([], { env: { ...env, DATABASE_URL: url } })).toMatchObject({
            exitCode: 0,
          })
          const [four] = await queryRows(
            url,
            `select pg_get_expr(adbin, adrelid) as at from pg_attrdef where adrelid = 'four'::regclass`,
          )
          expect(String(four?.at)).toContain('2023-12-31 16:00:00')
        }),
      )
    })

    it('store the same one by one, and after a downgrade', async () => {
      await withManifest((_, env) =>
        withOddDatabase(server, async ({ url }) => {
          const to = { env: { ...env, DATABASE_URL: url } }
          for (const command of ['upgrade +1', 'upgrade +1', 'upgrade head', 'downgrade -1'])
            expect(await runPgateHere(command.split(' '), to)).toMatchObject({ exitCode: 0 })
          expect(await runPgateHere([], to)).toMatchObject({ exitCode: 0 })
        }),
      )
    })

    it('store the same by a script', async () => {
      await withManifest((_, env) =>
        withOddDatabase(server, async (database) => {
          const { stdout } = await runPgateHere(['upgrade', 'head', '--sql'], { env })
          expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0 })
          expect(
            await runPgateHere(['verify'], { env: { ...env, DATABASE_URL: database.url } }),
          ).toMatchObject({
            exitCode: 0,
          })
        }),
      )
    })
  },
)

describe.each(servers({ docker: true }).slice(0, 1))('through PgBouncer on $name', (server) => {
  it('a revision in a transaction stores what the manifest promises', async () => {
    const act = (env: Readonly<Record<string, string>>) =>
      withPgbouncer(server, 'transaction', (pooler) =>
        withOddDatabase(server, async ({ name }) => {
          const to = { env: { ...env, DATABASE_URL: pooler.urlOf(name) } }
          expect(await runPgateHere([], to)).toMatchObject({ exitCode: 0 })
        }),
      )
    await withManifest((_, env) => act(env), 2)
  })
})

describe.each(servers({ docker: true }).slice(0, 1))(
  'a schema named like the role on $name',
  (server) => {
    it('is not where unqualified objects go: PGATE_SCHEMA is first, public too', async () => {
      await withManifest(
        (_, env) =>
          withDatabase(server, async ({ url }) => {
            await queryRows(url, 'create schema authorization current_user')
            const to = { env: { ...env, DATABASE_URL: url } }
            expect(await runPgateHere([], to)).toMatchObject({ exitCode: 0 })
            const tables = `select distinct schemaname from pg_tables
            where schemaname !~ '^pg_' and schemaname <> 'information_schema'`
            expect(await queryRows(url, tables)).toEqual([{ schemaname: 'public' }])
          }),
        1,
      )
    })
  },
)
