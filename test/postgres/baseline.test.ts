import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { passed } from '../support/alembic/import-project.ts'
import { versionFile } from '../support/alembic/layouts.ts'
import { writeFiles } from '../support/alembic/script-directory.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { runPgate } from '../support/cli/cli.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** Made by whatever: a schema with what dumps write apart from the tables. */
const SCHEMA = `
  create table alembic_version (version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num));
  create type role as enum ('admin', 'user');
  create domain positive as integer check (value > 0);
  create table users (id serial primary key, email text not null check (email like '%@%'), role role not null);
  create table orders (id bigint generated always as identity primary key, who integer references users, at date)
    partition by range (id);
  create table orders_rest partition of orders default;
  create view admins as select * from users where role = 'admin';
  create materialized view counts as select count(*) as count from users;
  create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create function everybody() returns setof users language sql as 'select * from public.users';
  create trigger touch before update on users for each row execute function touch();
  alter table users enable row level security;
  create policy own on users using (email = current_user);
  comment on table users is 'who may log in';
  create table knex_migrations (id serial primary key, name varchar(255), batch integer, migration_time timestamptz);`

async function dumpOf({ container = '' }: TestServer, database: string): Promise<string> {
  const args = ['exec', container, 'pg_dump', '-U', 'postgres', '--schema-only', database]
  return (await promisify(execFile)('docker', args)).stdout
}

describe.each(anyServer({ docker: true }))('a baseline on $name', (server) => {
  it('takes a database at the head of an Alembic project through the gate, with one file', async () => {
    await withDatabase(server, async ({ url, name }) => {
      await queryRows(url, SCHEMA)
      await queryRows(url, "insert into alembic_version values ('c0ffee')")
      const input = await dumpOf(server, name)
      await withRevisionFolder(async ({ path }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
        const made = await runPgate(['baseline'], { env, input })
        passed(made)
        expect(made.stdout).toContain("left out, a migrator's own: public.knex_migrations")
        expect(made.stdout).toContain('revision c0ffee makes')
        const [file = ''] = await readdir(path)
        expect(file).toMatch(/_c0ffee_baseline\.sql$/)
        const text = await readFile(join(path, file), 'utf8')
        expect(text).toContain('-- revision: c0ffee\n-- revises: none\n')
        expect(text).not.toMatch(/OWNER TO|alembic_version|search_path|pgate: downgrade/)

        passed(await runPgateHere(['manifest'], { env }))
        const gate = await runPgateHere([], { env })
        passed(gate)
        expect(gate.stdout).toContain('gate open')
        expect(await queryRows(url, 'table alembic_version')).toEqual([{ version_num: 'c0ffee' }])
        expect(await runPgate(['baseline'], { env, input })).toMatchObject({ exitCode: 50 })
      })
    })
  })

  it('is written from the database itself, and proved, where there is no dump', async () => {
    await withDatabase(server, async ({ url }) => {
      await queryRows(url, SCHEMA)
      await queryRows(url, "insert into alembic_version values ('c0ffee')")
      await withRevisionFolder(async ({ path }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
        const on = ['--shadow-url', server.url]
        const made = await runPgateHere(['baseline', '--from-database', ...on], { env })
        passed(made)
        expect(made.stdout).toContain("left out, a migrator's own: public.knex_migrations")
        expect(made.stdout).not.toContain('not written')
        const [file = ''] = await readdir(path)
        const text = await readFile(join(path, file), 'utf8')
        expect(text).toContain('-- revision: c0ffee\n-- revises: none\n')
        expect(text).not.toMatch(/OWNER TO|alembic_version|knex/)
        passed(await runPgateHere(['manifest', ...on], { env }))
        passed(await runPgateHere(['gate'], { env }))
        expect(await queryRows(url, 'table alembic_version')).toEqual([{ version_num: 'c0ffee' }])
        await withDatabase(server, async (fresh) => {
          passed(await runPgateHere(['gate'], { env: { ...env, DATABASE_URL: fresh.url } }))
        })
      })
    })
  })

  it('of a database that no migrator made is stamped, and is not written into a folder of another', async () => {
    await withDatabase(server, async ({ url, name }) => {
      await queryRows(url, 'create table t (id integer primary key)')
      const input = await dumpOf(server, name)
      await withRevisionFolder(async ({ path }) => {
        await writeFiles(path, { 'alembic/env.py': '', 'alembic/versions/a.py': versionFile('a') })
        const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: `${path}/alembic` }
        const refused = await runPgate(['baseline'], { env, input })
        expect(refused.stdout).toContain('is a folder of alembic')
        const output = join(path, 'own')
        const made = await runPgate(['baseline', '--output', output, '-m', 'As it was'], {
          env,
          input,
        })
        passed(made)
        expect(made.stdout).toContain('Next: pgate manifest, then pgate stamp head')
        const own = { ...env, PGATE_MIGRATIONS: output }
        for (const args of [['manifest'], ['stamp', 'head'], []]) {
          passed(await runPgateHere(args, { env: own }))
        }
      })
    })
  })

  it('is refused for a database at several heads, and for no dump at all', async () => {
    await withDatabase(server, async ({ url }) => {
      await queryRows(
        url,
        "create table alembic_version (version_num varchar(32) primary key); insert into alembic_version values ('a'), ('b')",
      )
      await withRevisionFolder(async ({ path }) => {
        const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: path }
        const several = await runPgate(['baseline'], { env, input: 'create table t ();' })
        expect(several).toMatchObject({ exitCode: 50 })
        expect(several.stdout).toContain('the database is at several heads: a, b')
        const nothing = await runPgate(['baseline'], { env, input: '' })
        expect(nothing.stdout).toContain('it is empty; see whether pg_dump failed')
        expect(await readdir(path)).toEqual([])
      })
    })
  })
})
