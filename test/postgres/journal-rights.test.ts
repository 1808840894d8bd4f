import { readdir, rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { FINGERPRINT_SQL } from '../../src/steps/verify/fingerprint.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer } from '../support/servers/servers.ts'
import { withPlanted } from './planted-tables.ts'

const WRITES = ['insert', 'update', 'delete', 'truncate', 'references', 'trigger']
const ALL_TO_APP = 'alter default privileges grant all on tables to app'

describe.each(anyServer())('who may write the journal, on $name', (server) => {
  it('it is created without rights to write for others, whatever default privileges say', async () => {
    await withPlanted(server, async ({ asSuperuser, appUrl, pgate }) => {
      await asSuperuser(ALL_TO_APP)
      expect((await pgate(['gate'])).exitCode).toBe(0)
      for (const right of WRITES) {
        const [row] = await queryRows(
          appUrl,
          `select has_table_privilege('pgate_journal', $1) as may`,
          [right],
        )
        expect([right, row]).toEqual([right, { may: false }])
      }
      expect(
        await queryRows(appUrl, `select has_table_privilege('pgate_journal', 'select') as may`),
      ).toEqual([{ may: true }])
    })
  })

  it.each([
    ['a grant', 'grant update on pgate_journal to app', /REVOKE .* FROM .{1,2}planter_/],
    ['a grant on a column', 'grant update (checksum) on pgate_journal to app', /planter_/],
    ['a grant to everybody', 'grant insert on pgate_journal to public', /PUBLIC may write/],
    ['pg_write_all_data', 'grant pg_write_all_data to app', /planter_/],
  ])(
    '%s: each start says so, looks at everything, and runs no SQL of the journal',
    async (_, grant, said) => {
      await withPlanted(server, async ({ asSuperuser, pgate, addRevision, folder }) => {
        await addRevision()
        expect((await pgate(['gate'])).exitCode).toBe(0)
        expect((await pgate(['gate'])).said).toMatch(/unchanged/)
        await asSuperuser(grant)
        for (const run of ['once', 'again']) {
          const { exitCode, said: text } = await pgate(['gate'])
          expect([run, exitCode, text]).toEqual([run, 0, expect.stringMatching(said)])
          expect(text).not.toMatch(/unchanged/)
        }
        await rm(`${folder}/b.sql`)
        for (const more of [[], ['--dry-run']]) {
          const back = await pgate(['downgrade', 'aaa', '--from-journal', ...more])
          expect([back.exitCode, back.said]).toEqual([
            51,
            expect.stringMatching(/is not run: .* may write there/),
          ])
        }
        expect(await readdir(folder)).toEqual(['a.sql'])
      })
    },
  )

  it('a proof that another role has written is not believed', async () => {
    await withPlanted(server, async ({ url, asSuperuser, pgate }) => {
      expect((await pgate(['gate'])).exitCode).toBe(0)
      await asSuperuser(
        'grant insert, select on pgate_journal to app; create table b (id int); insert into b values (1), (1)',
      )
      await queryRows(url, 'create unique index concurrently b_id on b (id)').catch(() => {})
      // What the last gate has kept, with the fingerprint of now.
      await queryRows(
        url,
        `begin; set local search_path = pg_catalog, pg_temp;
        insert into public.pgate_journal (revision, revises, depends_on, name, action, checksum, started_at, outcome, host, pgate_version, version_table)
        select revision, revises, depends_on, name, action,
               regexp_replace(checksum, '"[0-9a-f]{64}",([0-9]+)\\]', '"' || (${FINGERPRINT_SQL}) || '",\\1]'),
               now(), outcome, host, pgate_version, version_table
          from public.pgate_journal where action = 'verify' order by id desc limit 1; commit`,
      )
      const { exitCode } = await pgate(['gate'])
      expect(exitCode).toBe(60)
    })
  })

  it('--dry-run --from-journal prints the SQL that would be run', async () => {
    await withPlanted(server, async ({ pgate, addRevision, folder }) => {
      await addRevision()
      expect((await pgate(['gate'])).exitCode).toBe(0)
      await rm(`${folder}/b.sql`)
      const { exitCode, said } = await pgate(['downgrade', 'aaa', '--from-journal', '--dry-run'])
      expect([exitCode, said]).toEqual([0, expect.stringContaining('drop table two;')])
    })
  })

  it('the role of the holder of the lock is named', async () => {
    await withPlanted(server, async ({ appUrl, pgate }) => {
      await withClient(appUrl, async (app) => {
        await app.query(`select pg_advisory_lock(${gateLockKey('public')})`)
        const { exitCode, said } = await pgate(['gate'], { PGATE_LOCK_TIMEOUT: '0' })
        expect([exitCode, said]).toEqual([52, expect.stringMatching(/\(pid \d+, role planter_/)])
      })
    })
  })

  it('row security: refused where it counts, and said where it does not', async () => {
    await withPlanted(server, async ({ asSuperuser, appUrl, pgate }) => {
      expect((await pgate(['gate'])).exitCode).toBe(0)
      await asSuperuser(
        'grant select on all tables in schema public to app; alter table alembic_version enable row level security',
      )
      for (const command of [['current'], ['check'], ['wait', '--for', 'head'], ['gate']]) {
        const { exitCode, said } = await pgate(command, { DATABASE_URL: appUrl })
        expect([command, exitCode, said]).toEqual([
          command,
          51,
          expect.stringMatching(/row security is on/),
        ])
        expect(said).toContain('DISABLE ROW LEVEL SECURITY')
      }
      const owner = await pgate(['gate'])
      expect([owner.exitCode, owner.said]).toEqual([0, expect.stringMatching(/row security is on/)])
    })
  })

  it('a version table in another schema: PGATE_SCHEMA has to say which is meant', async () => {
    await withPlanted(server, async ({ asSuperuser, pgate }) => {
      await asSuperuser(
        `create table theirs.alembic_version (version_num varchar(32) primary key); insert into theirs.alembic_version values ('aaa')`,
      )
      for (const command of [
        ['gate'],
        ['current'],
        ['check'],
        ['stamp', 'aaa', '--no-verify'],
        ['wait', '--for', 'head'],
      ]) {
        const { exitCode, said } = await pgate(command)
        expect([command, exitCode, said]).toEqual([
          command,
          51,
          expect.stringMatching(/PGATE_SCHEMA=theirs/),
        ])
      }
      expect((await pgate(['gate'], { PGATE_SCHEMA: 'public' })).exitCode).toBe(0)
      expect((await pgate(['current'])).exitCode).toBe(0)
    })
  })
})

describe.each(anyServer({ docker: true }))('behind a pooler on $name', (server) => {
  it("another client's temporary table is not taken for a catalog", async () => {
    await withPgbouncer(server, 'transaction', (pooler) =>
      withPlanted(server, async ({ name, url, pgate }) => {
        const DATABASE_URL = pooler.urlOf(name)
        expect((await pgate(['gate'], { DATABASE_URL })).exitCode).toBe(0)
        await queryRows(url, 'create table b (id int); insert into b values (1), (1)')
        await queryRows(url, 'create unique index concurrently b_id on b (id)').catch(() => {})
        await withClient(DATABASE_URL, async (other) => {
          for (const catalog of ['pg_index', 'pg_class', 'pg_namespace']) {
            await other.query(
              `create temp table ${catalog} as select * from pg_catalog.${catalog} limit 0`,
            )
          }
          expect((await pgate(['gate'], { DATABASE_URL })).exitCode).toBe(60)
          expect((await pgate(['check'], { DATABASE_URL })).exitCode).toBe(60)
        })
      }),
    )
  })

  it('a lease that expires later than any that pgate writes does not keep gates out', async () => {
    await withPgbouncer(server, 'transaction', (pooler) =>
      withPlanted(server, async ({ name, url, pgate, addRevision }) => {
        const DATABASE_URL = pooler.urlOf(name)
        expect((await pgate(['gate'], { DATABASE_URL })).exitCode).toBe(0)
        for (const [target, at] of [
          ['aaa', DATABASE_URL],
          ['bbb', url],
        ] as const) {
          await queryRows(
            url,
            `insert into pgate_lease values ('alembic_version', gen_random_uuid(), 'h', 'v', now(), 'infinity')`,
          )
          if (target === 'aaa') await addRevision()
          const { exitCode, said } = await pgate(
            target === 'aaa' ? ['gate'] : ['downgrade', 'aaa'],
            { DATABASE_URL: at },
          )
          expect([exitCode, said]).toEqual([0, expect.any(String)])
        }
      }),
    )
  })
})
