import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import {
  anyOf,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Nothing listens there: every connection fails. */
const NOWHERE = 'postgres://nobody@127.0.0.1:1/nothing'

const MAI = { PGATE_MIGRATIONS: MAI_MIGRATIONS }

/** The script of a call, made without a server. */
async function scriptOf(args: readonly string[], env: Record<string, string>): Promise<string> {
  const result = await runPgateHere([...args, '--sql'], { env: { DATABASE_URL: NOWHERE, ...env } })
  if (result.exitCode !== 0) throw new Error(result.stderr)
  return result.stdout
}

/** Everything but when and where. */
function journal(url: string) {
  return queryRows(
    url,
    `select revision, revises, name, action, checksum, statements, statements_done,
            statements_done_checksum, outcome, error, role, pgate_version, downgrade_sql,
            finished_at >= started_at and started_at > now() - interval '1 hour' as timed
       from pgate_journal where action <> 'verify' order by id`,
  )
}

async function tables(url: string) {
  const rows = await queryRows<{ name: string }>(
    url,
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  return rows.map(({ name }) => name)
}

async function withTwo(
  server: TestServer,
  use: (byScript: TestDatabase, byGate: TestDatabase) => Promise<void>,
): Promise<void> {
  await withDatabase(server, (byScript) => withDatabase(server, (byGate) => use(byScript, byGate)))
}

describe.each(anyOf(psqlServers({ vector: true })))('offline SQL of mai on $name', (server) => {
  const it = testOn(server)

  it('ends where the gate ends, up and back again', async () => {
    await withTwo(server, async (byScript, byGate) => {
      const gate = (args: readonly string[], { url }: TestDatabase) =>
        runPgateHere(args, { env: { ...MAI, DATABASE_URL: url } })
      expect(await gate(['upgrade'], byGate)).toMatchObject({ exitCode: 0 })
      const up = await scriptOf(['upgrade', 'head'], MAI)
      expect(await runPsql(server, byScript, up)).toMatchObject({ exitCode: 0, stdout: '' })
      expect(await gate(['verify', '--strict'], byScript)).toMatchObject({ exitCode: 0 })
      expect(await journal(byScript.url)).toEqual(await journal(byGate.url))
      expect(await gate(['gate'], byScript)).toMatchObject({ exitCode: 0 })

      expect(await gate(['downgrade', 'base'], byGate)).toMatchObject({ exitCode: 0 })
      const one = await scriptOf(['downgrade', '-1'], MAI)
      expect(await runPsql(server, byScript, one)).toMatchObject({ exitCode: 0, stdout: '' })
      expect(await queryRows(byScript.url, 'select * from alembic_version')).toEqual([
        { version_num: '4f1c2a7be903' },
      ])
      const rest = await scriptOf(['downgrade', '4f1c2a7be903:base'], MAI)
      expect(await runPsql(server, byScript, rest)).toMatchObject({ exitCode: 0, stdout: '' })
      expect(await tables(byScript.url)).toEqual(['alembic_version', 'pgate_journal'])
      expect(await journal(byScript.url)).toEqual(await journal(byGate.url))
    })
  })

  it('continues from a revision by from:to', async ({ database }) => {
    const env = { ...MAI, DATABASE_URL: database.url }
    expect(await runPgateHere(['upgrade', '4f1c'], { env })).toMatchObject({ exitCode: 0 })
    const script = await scriptOf(['upgrade', '4f1c:head'], MAI)
    expect(await runPsql(server, database, script)).toMatchObject({ exitCode: 0 })
    expect(await runPgateHere(['verify', '--strict'], { env })).toMatchObject({ exitCode: 0 })
  })

  it('changes nothing in a database that is elsewhere', async ({ database }) => {
    const script = await scriptOf(['upgrade', '4f1c:head'], MAI)
    const refused = await runPsql(server, database, script, [])
    expect(refused.exitCode).toBe(3)
    expect(refused.stderr).toContain(
      `pgate: this script begins at 4f1c2a7be903, and database ${database.name} is at <base>`,
    )
    expect(await tables(database.url)).toEqual([])
    expect(
      await queryRows(database.url, `select extname from pg_extension where extname <> 'plpgsql'`),
    ).toEqual([])
  })

  it('works where psql is set not to commit by itself', async ({ database }) => {
    const script = await scriptOf(['upgrade', 'head'], MAI)
    const args = ['-v', 'AUTOCOMMIT=off', '-v', 'ON_ERROR_ROLLBACK=on']
    expect(await runPsql(server, database, script, args)).toMatchObject({ exitCode: 0 })
    expect(await queryRows(database.url, 'select * from alembic_version')).toEqual([
      { version_num: 'b83d5e0f6c21' },
    ])
  })
})

const AWKWARD = `CREATE TABLE texts (id int PRIMARY KEY, body text); -- with a comment behind it
INSERT INTO texts VALUES (1, 'two lines
\\! echo meta > /tmp/never
\\q
end');
INSERT INTO texts VALUES (2, 'it''s :n and :''n'' and \\ and $pgate$ and $pgate_$');
INSERT INTO texts VALUES (3, E'a\\'b\\n\\\\') /* a comment /* nested */ ; with a semicolon */;
INSERT INTO texts SELECT 4, (array['a', 'b', 'c'])[1:n]::text FROM (SELECT 2 AS n) AS s;
INSERT INTO texts VALUES (5, $$dollar :n ; $x$ ' $$);
INSERT INTO texts VALUES (6, 'é 漢 🐘 ' || U&'\\0441');
INSERT INTO texts SELECT 7, named(b := 'x', a:='y') FROM (SELECT 1) AS s -- no semicolon here
;
CREATE TABLE ":quoted;"(a int);
CREATE RULE noted AS ON DELETE TO texts DO ALSO (INSERT INTO ":quoted;" VALUES (1); INSERT INTO ":quoted;" VALUES (2));
CREATE FUNCTION atomic(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC
  SELECT 1;
  SELECT CASE WHEN n > 0 THEN n ELSE 0 END;
END;
INSERT INTO texts VALUES (8, atomic(5)::text);
DO $do$ BEGIN PERFORM 1; END $do$;
DELETE FROM texts WHERE id = 5`

describe.each(anyOf(psqlServers()))('offline SQL on $name', (server) => {
  const it = testOn(server)

  const env = (path: string, more: Record<string, string> = {}) => ({
    PGATE_MIGRATIONS: path,
    PGATE_EXTENSIONS: '',
    ...more,
  })

  it.each(['on', 'off'] as const)(
    'brings awkward text through psql unchanged, transaction: %s',
    async (transaction) => {
      await withRevisionFolder(async (folder) => {
        const upgrade =
          'CREATE FUNCTION named(a text, b text) RETURNS text LANGUAGE sql RETURN a || b;'
        await folder.write('1.sql', revisionText({ id: 'A.b-c_1', upgrade }))
        await folder.write(
          '2.sql',
          revisionText({
            id: 'bbb',
            revises: 'A.b-c_1',
            upgrade: AWKWARD,
            downgrade: `DROP TABLE texts, ":quoted;"; DROP FUNCTION atomic; -- $pgate$ 'x' \\!`,
            transaction,
          }).replace('-- Revision bbb', String.raw`-- It's a "test" \! :n $pgate$ é`),
        )
        await withTwo(server, async (byScript, byGate) => {
          const online = { env: { ...env(folder.path), DATABASE_URL: byGate.url } }
          expect(await runPgateHere(['upgrade'], online)).toMatchObject({ exitCode: 0 })
          const up = await scriptOf(['upgrade'], env(folder.path))
          const args = ['-v', 'n=999', '-v', 'a=999']
          expect(await runPsql(server, byScript, up, args)).toMatchObject({ exitCode: 0 })
          for (const query of [
            'select * from texts order by id',
            'select * from ":quoted;" order by a',
            'select * from alembic_version',
          ]) {
            const rows = await queryRows(byScript.url, query)
            expect(rows.length).toBeGreaterThan(0)
            expect(rows).toEqual(await queryRows(byGate.url, query))
          }
          expect(await journal(byScript.url)).toEqual(await journal(byGate.url))
          const back = await scriptOf(['downgrade', '-1'], env(folder.path))
          expect(await runPsql(server, byScript, back, args)).toMatchObject({ exitCode: 0 })
          expect(await tables(byScript.url)).toEqual(['alembic_version', 'pgate_journal'])
        })
      })
    },
  )

  it('stops at a statement that fails, and keeps what was whole', async ({ folder, database }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
    const upgrade = 'CREATE TABLE b (id int);\nINSERT INTO nowhere VALUES (1);'
    await folder.write('b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade }))
    const next = revisionText({ id: 'ccc', revises: 'bbb', upgrade: 'CREATE TABLE c (id int);' })
    await folder.write('c.sql', next)

    const script = await scriptOf(['upgrade'], env(folder.path))
    expect((await runPsql(server, database, script, [])).exitCode).toBe(3)
    expect(await tables(database.url)).toEqual(['a', 'alembic_version', 'pgate_journal'])
    expect(await queryRows(database.url, 'select * from alembic_version')).toEqual([
      { version_num: 'aaa' },
    ])
  })

  it('keeps branches and their merge as the gate does', async ({ folder }) => {
    const parents = { a: 'none', b: 'a', c: 'a', d: 'b, c' }
    for (const [id, revises] of Object.entries(parents)) {
      const upgrade = `CREATE TABLE ${id} (id int);`
      const downgrade = `DROP TABLE ${id};`
      await folder.write(`${id}.sql`, revisionText({ id, revises, upgrade, downgrade }))
    }
    await withTwo(server, async (byScript, byGate) => {
      const versions = 'select * from alembic_version order by 1'
      for (const args of [
        ['upgrade', 'd'],
        ['downgrade', 'd:a'],
      ]) {
        const script = await scriptOf(args, env(folder.path))
        expect(await runPsql(server, byScript, script)).toMatchObject({ exitCode: 0 })
        const [action = '', range = ''] = args
        const online = { env: { ...env(folder.path), DATABASE_URL: byGate.url } }
        const target = range.split(':').at(-1) ?? ''
        expect(await runPgateHere([action, target], online)).toMatchObject({ exitCode: 0 })
        expect(await queryRows(byScript.url, versions)).toEqual(
          await queryRows(byGate.url, versions),
        )
      }
      expect(await journal(byScript.url)).toEqual(await journal(byGate.url))
    })
  })

  it.each([
    ['that is there', 'create schema "My App" authorization'],
    ['that is missing', 'alter database "$db" owner to'],
  ])('creates as PGATE_ROLE in a schema %s, with extensions at their floor', async (_, right) => {
    await withRevisionFolder(async (folder) => {
      const upgrade = `CREATE TABLE here (id uuid DEFAULT gen_random_uuid());
SET search_path = pg_catalog;
CREATE TABLE public.there (id int);`
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade, transaction: 'off' }))
      const more = revisionText({
        id: 'bbb',
        revises: 'aaa',
        upgrade: 'CREATE TABLE more (id int);',
      })
      await folder.write('b.sql', more)
      await withDatabase(server, async (database) => {
        const role = `r_${database.name}`.slice(0, 60)
        await queryRows(database.url, `create role "${role}"`)
        await queryRows(database.url, `${right.replace('$db', database.name)} "${role}"`)
        await queryRows(database.url, `grant create on schema public to "${role}"`)
        const script = await scriptOf(
          ['upgrade'],
          env(folder.path, {
            PGATE_ROLE: role,
            PGATE_SCHEMA: 'My App',
            PGATE_EXTENSIONS: 'pg_trgm>=1.0.0@ext, citext',
          }),
        )
        expect(await runPsql(server, database, script)).toMatchObject({ exitCode: 0, stdout: '' })
        expect(
          await queryRows(
            database.url,
            `select schemaname as schema, tablename as name, tableowner = $1 as owned from pg_tables
              where schemaname in ('public', 'My App') order by 2`,
            [role],
          ),
        ).toEqual([
          { schema: 'My App', name: 'alembic_version', owned: true },
          { schema: 'My App', name: 'here', owned: true },
          { schema: 'My App', name: 'more', owned: true },
          { schema: 'My App', name: 'pgate_journal', owned: true },
          { schema: 'public', name: 'there', owned: true },
        ])
        expect(
          await queryRows(
            database.url,
            `select extname as name, extnamespace::regnamespace::text as schema from pg_extension
              where extname <> 'plpgsql' order by 1`,
          ),
        ).toEqual([
          { name: 'citext', schema: 'public' },
          { name: 'pg_trgm', schema: 'ext' },
        ])
        expect(await queryRows(database.url, 'select role from "My App".pgate_journal')).toEqual([
          { role },
          { role },
        ])
        await queryRows(
          database.url,
          `reassign owned by "${role}" to current_user; drop owned by "${role}"; drop role "${role}"`,
        )
      })
    })
  })

  it('leaves out an optional extension that the server lacks', async ({ folder, database }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))

    const settings = env(folder.path, { PGATE_EXTENSIONS: 'nosuch?,pg_trgm?' })
    const run = await runPsql(server, database, await scriptOf(['upgrade'], settings))
    expect(run).toMatchObject({ exitCode: 0, stdout: '' })
    expect(run.stderr).toContain('the optional extension nosuch is left out')
    expect(
      await queryRows(database.url, 'select extname as name from pg_extension order by 1'),
    ).toEqual([{ name: 'pg_trgm' }, { name: 'plpgsql' }])
  })

  it('refuses an extension that stays below its floor, before any revision', async ({
    folder,
    database,
  }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))

    const script = await scriptOf(
      ['upgrade'],
      env(folder.path, { PGATE_EXTENSIONS: 'pg_trgm>=99.10' }),
    )
    const refused = await runPsql(server, database, script)
    expect(refused.exitCode).toBe(3)
    expect(refused.stderr).toContain('extension pg_trgm is below 99.10')
    expect(await tables(database.url)).toEqual([])
  })
})
