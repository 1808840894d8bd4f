import { describe, expect, it } from 'vitest'
import { withSidecar } from '../support/cli/sidecar.ts'
import { withClient } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer } from '../support/servers/servers.ts'
import { withPlanted } from './planted-tables.ts'

/** Every command that touches pgate's tables. */
const COMMANDS = [
  ['gate'],
  ['upgrade'],
  ['upgrade', '--dry-run'],
  ['downgrade', 'base'],
  ['downgrade', 'base', '--from-journal'],
  ['downgrade', 'base', '--dry-run'],
  ['stamp', 'aaa', '--no-verify'],
  ['stamp', 'base', '--purge', '--no-verify'],
  ['current'],
  ['show', 'current'],
  ['history', '-r', 'current:head'],
  ['check'],
  ['verify'],
  ['wait', '--for', 'head'],
  ['reset', '--yes'],
] as const

/** Those that do not touch the lease, and those that touch the version table alone. */
const LOCKING = new Set(['gate', 'upgrade', 'downgrade base', 'reset --yes'])

const JOURNAL = `id bigint generated always as identity primary key, revision text, revises text[],
  depends_on text[], name text, action text, checksum text, statements int, statements_done int,
  statements_done_checksum text, started_at timestamptz, finished_at timestamptz, duration interval,
  outcome text, error text, role text default current_user, host text, pgate_version text, downgrade_sql text`

/** What the other role plants before the first gate; it owns the schema `theirs`. */
const BEFORE = [
  [
    'a view for the version table',
    'public',
    `create view public.alembic_version as select 'aaa'::varchar(32) as version_num where public.hit();
     grant all on public.alembic_version to public`,
    /it is a view/,
  ],
  [
    'a table that it owns for the version table',
    'public',
    `create table public.alembic_version (version_num varchar(32) primary key);
     grant all on public.alembic_version to public`,
    /it belongs to planter_/,
  ],
  [
    'a check that calls its function',
    'theirs',
    `create table theirs.alembic_version (version_num varchar(32) primary key check (public.hit()))`,
    /depends on function public\.hit\(\)/,
  ],
  [
    'a check that has PostgreSQL run its SQL',
    'theirs',
    `create table theirs.alembic_version (version_num varchar(32) primary key
       check (query_to_xml('select public.hit()', false, false, '') is not null))`,
    /check alembic_version_check calls a function/,
  ],
  [
    'a default that calls its function',
    'theirs',
    `create table theirs.alembic_version (version_num varchar(32) primary key, x boolean default public.hit())`,
    /depends on function public\.hit\(\)/,
  ],
  [
    'a domain with a check for a column',
    'theirs',
    `create domain theirs.d as varchar(32) check (public.hit());
     create table theirs.alembic_version (version_num theirs.d primary key)`,
    /column version_num is of type theirs\.d/,
  ],
  [
    'an index by its function',
    'theirs',
    `create table theirs.alembic_version (version_num varchar(32) primary key);
     create index on theirs.alembic_version ((public.hit()))`,
    /depends on function public\.hit\(\)/,
  ],
  [
    'a rule',
    'theirs',
    `create table theirs.alembic_version (version_num varchar(32) primary key);
     create rule r as on insert to theirs.alembic_version do also select public.hit()`,
    /rule r rewrites/,
  ],
  [
    'a partitioned table',
    'theirs',
    'create table theirs.alembic_version (version_num varchar(32)) partition by list (version_num)',
    /it is a partitioned table/,
  ],
] as const

describe.each(anyServer())('what another role planted on $name', (server) => {
  it.each(BEFORE)('%s: refused before it is touched', async (_, schema, sql, said) => {
    await withPlanted(server, async ({ asApp, pgate, hits, asSuperuser }) => {
      await asApp(sql)
      // What its own statements have called.
      await asSuperuser("select setval('hits', 1, false)")
      for (const command of [['gate'], ['current'], ['wait', '--for', 'head'], ['stamp', 'aaa']]) {
        const { exitCode, said: text } = await pgate(command, { PGATE_SCHEMA: schema })
        expect([command, exitCode, text]).toEqual([command, 51, expect.stringMatching(said)])
      }
      expect(await hits()).toBe(0)
    })
  })

  it('a journal with a trigger, of its own: refused by the first gate', async () => {
    await withPlanted(server, async ({ asApp, pgate, hits }) => {
      await asApp(`create table public.pgate_journal (${JOURNAL});
        create trigger t before insert on public.pgate_journal for each row execute function public.hit_row();
        grant all on public.pgate_journal to public`)
      for (const command of [['gate'], ['upgrade'], ['stamp', 'aaa', '--no-verify']]) {
        const { exitCode, said } = await pgate(command)
        expect([command, exitCode, said]).toEqual([command, 51, expect.stringMatching(/trigger t/)])
      }
      expect(await hits()).toBe(0)
    })
  })

  it('a lease that is a view: refused wherever the lock is taken', async () => {
    await withPlanted(server, async ({ asApp, pgate, hits, addRevision }) => {
      expect((await pgate(['upgrade'])).exitCode).toBe(0)
      await addRevision()
      await asApp(`create view public.pgate_lease as
        select 'alembic_version'::text as version_table, gen_random_uuid() as holder, 'h'::text as host,
               'v'::text as pgate_version, now() as taken_at, now() as expires_at where public.hit();
        grant all on public.pgate_lease to public`)
      for (const command of COMMANDS) {
        const { exitCode, said } = await pgate(command)
        if (!LOCKING.has(command.join(' '))) continue
        expect([command, exitCode, said]).toEqual([command, 51, expect.stringMatching(/a view/)])
      }
      expect(await hits()).toBe(0)
    })
  })

  it.each([
    ['a trigger on the version table', 'alembic_version', 'trigger t'],
    ['a trigger on the journal', 'pgate_journal', 'trigger t'],
  ])('%s, with no right but TRIGGER: no command touches the table', async (_, table, said) => {
    await withPlanted(server, async ({ appUrl, asSuperuser, pgate, hits, addRevision }) => {
      expect((await pgate(['gate'])).exitCode).toBe(0)
      await asSuperuser('grant all on all tables in schema public to app')
      await addRevision()
      await withClient(appUrl, async (app) => {
        await app.query(`create function pg_temp.f() returns trigger language plpgsql as
          $$ begin perform nextval('public.hits'); return new; end $$`)
        await app.query(
          `create trigger t before insert or update or delete on ${table} for each row execute function pg_temp.f()`,
        )
        const touching = COMMANDS.filter(
          ([command]) =>
            table === 'alembic_version' ||
            !['current', 'show', 'history', 'verify', 'wait'].includes(command),
        )
        for (const command of touching) {
          const result = await pgate(command)
          expect([command, result.exitCode, result.said]).toEqual([
            command,
            51,
            expect.stringContaining(said),
          ])
          expect(result.said).toContain('DROP TRIGGER')
        }
      })
      expect(await hits()).toBe(0)
    })
  })

  it('a foreign key whose cascade would run a trigger at the commit: refused', async () => {
    await withPlanted(server, async ({ asApp, asSuperuser, pgate, hits }) => {
      expect((await pgate(['gate'])).exitCode).toBe(0)
      await asSuperuser('grant references, select on alembic_version to app')
      await asApp(`create table public.trap (v varchar(32) references public.alembic_version on delete cascade);
        insert into public.trap values ('aaa');
        create constraint trigger t after delete on public.trap deferrable initially deferred
          for each row execute function public.hit_row()`)
      const { exitCode, said } = await pgate(['downgrade', 'base'])
      expect([exitCode, said]).toEqual([
        51,
        expect.stringMatching(/foreign key trap_v_fkey of table/),
      ])
      expect(await hits()).toBe(0)
    })
  })

  it.each([
    ['a rule', 'create rule r as on insert to pgate_journal do also select hit()', /rule r/],
    [
      'a child table',
      'create table child () inherits (alembic_version)',
      /table public\.child inherits/,
    ],
    [
      'a parent',
      'create table parent (version_num varchar(32) not null); alter table alembic_version inherit parent',
      /inherits from public\.parent/,
    ],
  ])('%s on a table of the right owner: refused', async (_, sql, said) => {
    await withPlanted(server, async ({ asSuperuser, pgate, hits }) => {
      expect((await pgate(['gate'])).exitCode).toBe(0)
      await asSuperuser(sql)
      for (const command of [['gate'], ['check'], ['upgrade']]) {
        const result = await pgate(command)
        expect([command, result.exitCode, result.said]).toEqual([
          command,
          51,
          expect.stringMatching(said),
        ])
      }
      expect(await hits()).toBe(0)
    })
  })

  it('the sidecar shows a trigger as what would shut the gate, and does not run it', async () => {
    await withPlanted(server, async ({ url, asSuperuser, envOf, hits }) => {
      await withSidecar({ env: envOf(url) }, async ({ until }) => {
        await until('open', ({ verdict }) => verdict === 'open')
        await asSuperuser(
          'create trigger t before insert on pgate_journal for each row execute function hit_row()',
        )
        const { reason } = await until('shut', ({ verdict }) => verdict === 'shut')
        expect(reason).toMatchObject({ code: 'HISTORY_TABLE' })
      })
      expect(await hits()).toBe(0)
    })
  })
})

describe.each(anyServer({ docker: true }))(
  'what another role planted behind a pooler, on $name',
  (server) => {
    it('is refused by every command', async () => {
      await withPgbouncer(server, 'transaction', (pooler) =>
        withPlanted(server, async ({ name, asSuperuser, asApp, pgate, hits, addRevision }) => {
          const env = { DATABASE_URL: pooler.urlOf(name) }
          expect((await pgate(['gate'], env)).exitCode).toBe(0)
          await addRevision()
          await asSuperuser('grant all on all tables in schema public to app')
          for (const table of ['alembic_version', 'pgate_lease']) {
            await asApp(
              `create trigger t before insert or update or delete on ${table} for each row execute function public.hit_row()`,
            )
            for (const command of COMMANDS) {
              const { exitCode, said } = await pgate(command, env)
              if (table === 'pgate_lease' && !LOCKING.has(command.join(' '))) continue
              expect([command, exitCode, said]).toEqual([
                command,
                51,
                expect.stringContaining('trigger t'),
              ])
            }
            await asSuperuser(`drop trigger t on ${table}`)
          }
          expect(await hits()).toBe(0)
        }),
      )
    })
  },
)
