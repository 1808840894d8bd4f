import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** Every place where a schema's name is printed, and those where it only looks like one. */
const UPGRADE = `
create type mood as enum ('tenant_a.x');
create domain positive as int check (value > 0);
create table t (id serial primary key, n positive, s text default 'tenant_a.t');
create table tenant_a (id int references t, m mood default 'tenant_a.x', tenant_a text);
create table d (i int default nextval('t_id_seq'), k regclass default 't'::regclass);
create index t_n on t (n) where s <> 'tenant_a.t';
create view v as select * from t;
create view aliased as select tenant_a.id, tenant_a.m, x.n from tenant_a, t x, t tenant_b
  where tenant_a.id = x.id and tenant_b.id = tenant_a.id;
create function f(a mood, b tenant_a) returns mood language plpgsql
  as 'begin return (select m from tenant_a.tenant_a); end';
create function g(a mood) returns setof tenant_a language sql
  begin atomic select tenant_a.* from tenant_a where tenant_a.m = a; end;
create function h() returns trigger language plpgsql as 'begin return new; end';
create trigger t_h before insert on t for each row execute function h();
create policy p on t using (exists (select from tenant_a where tenant_a.id = t.id));
create rule r as on delete to tenant_a
  do instead update tenant_a set tenant_a = 'tenant_a.x' where tenant_a.id = old.id;
create table ev (at date, m mood) partition by range (at);
create table ev_rest partition of ev default;`

const SCHEMAS = ['tenant_a', 'tenant_b', 'public', 'user', 'Tenant C']

type Env = Readonly<Record<string, string>>

/** A folder whose manifest was made with one PGATE_SCHEMA, and a database. */
async function withTenants<T>(
  server: TestServer,
  made: string,
  use: (at: { url: string; env: Env }) => Promise<T>,
  upgrade = UPGRADE,
): Promise<T> {
  return withRevisionFolder((folder) =>
    withDatabase(server, async ({ url }) => {
      await folder.write('001.sql', revisionText({ id: '001', upgrade }))
      const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      const result = await runPgateHere(['manifest'], { env: { ...env, PGATE_SCHEMA: made } })
      expect(result, `${result.stdout}${result.stderr}`).toMatchObject({ exitCode: 0 })
      return use({ url, env })
    }),
  )
}

describe.each(anyServer())('a manifest on $name', (server) => {
  it.each(['tenant_a', 'public'])('made with PGATE_SCHEMA=%s serves every schema', async (made) => {
    await withTenants(server, made, async ({ env }) => {
      for (const schema of SCHEMAS) {
        const to = { env: { ...env, PGATE_SCHEMA: schema } }
        const { exitCode, stdout } = await runPgateHere([], to)
        expect({ schema, exitCode, stdout }).toMatchObject({ exitCode: 0 })
        expect(await runPgateHere(['verify', '--strict'], to)).toMatchObject({ exitCode: 0 })
      }
    })
  })
})

describe.each(servers().slice(0, 1))('the schema of a tenant on $name', (server) => {
  it('shuts its own gate when it is emptied, and no other tenant’s, by the short way too', async () => {
    await withTenants(server, 'tenant_a', async ({ url, env }) => {
      const gate = (schema: string) => runPgateHere([], { env: { ...env, PGATE_SCHEMA: schema } })
      for (const schema of ['tenant_a', 'tenant_b', 'tenant_a', 'tenant_b'])
        expect(await gate(schema)).toMatchObject({ exitCode: 0 })
      await queryRows(url, 'drop table tenant_b.t cascade')
      const shut = await gate('tenant_b')
      expect(shut.exitCode).toBe(60)
      expect(shut.stdout).toContain('missing   table tenant_b.t, with')
      expect(await gate('tenant_a')).toMatchObject({ exitCode: 0 })
    })
  })

  it('opens by the short way where nothing has changed', async () => {
    await withTenants(server, 'public', async ({ env }) => {
      const to = { env: { ...env, PGATE_SCHEMA: 'app' } }
      expect(await runPgateHere([], to)).toMatchObject({ exitCode: 0 })
      const again = await runPgateHere(['--json'], to)
      expect(JSON.parse(again.stdout)).toMatchObject({ verify: { unchanged: true } })
    })
  })

  it('that the manifest describes besides its own is refused, before anything is touched', async () => {
    const upgrade = 'create table t (id int); create schema audit; create table audit.t (id int);'
    await withTenants(
      server,
      'public',
      async ({ url, env }) => {
        const shut = await runPgateHere([], { env: { ...env, PGATE_SCHEMA: 'audit' } })
        expect(shut.exitCode).toBe(50)
        expect(shut.stdout).toContain('was made with PGATE_SCHEMA=public and describes the schema')
        const tables = `select from pg_tables where schemaname !~ '^(pg_|information_schema)'`
        expect(await queryRows(url, tables)).toEqual([])
        expect(await runPgateHere([], { env: { ...env, PGATE_SCHEMA: 'app' } })).toMatchObject({
          exitCode: 0,
        })
      },
      upgrade,
    )
  })

  it('is none that `manifest --check` asks for: names are relative', async () => {
    await withTenants(server, 'tenant_a', async ({ env }) => {
      const checked = await runPgateHere(['manifest', '--check'], {
        env: { ...env, PGATE_SCHEMA: 'x' },
      })
      expect(checked).toMatchObject({ exitCode: 0 })
    })
  })
})
