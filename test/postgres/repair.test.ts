import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { recordSteps } from '../../src/base/steps.ts'
import type { StepContext } from '../../src/config/context.ts'
import { withEmbedded } from '../../src/embedded/embedded.ts'
import { repairIndexes } from '../../src/gate/repair.ts'
import type { Resources } from '../../src/gate/resources.ts'
import { type Database, withSession } from '../../src/postgres/session/session.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { stepContext } from '../support/cli/step.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer, servers, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { BREAK, BROKEN, leaveCopy, REPAIRABLE } from './repair-broken.ts'
import { type RunHere, runHere } from './secrets-run.ts'

const REPAIR = ['verify', '--repair', '--json']

interface Place {
  readonly url: string
  readonly name: string
  /** Runs pgate in this process. */
  pgate(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunHere>
  broken(): Promise<readonly unknown[]>
}

/** Lends a database at the head of one revision that does nothing, with what `setUp` makes. */
async function withPlace<T>(
  server: TestServer,
  setUp: string,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: '' }))
    return withDatabase(server, async ({ url, name }) => {
      const pgate: Place['pgate'] = (args, env = {}) =>
        runHere(args, {
          DATABASE_URL: url,
          PGATE_MIGRATIONS: folder.path,
          PGATE_EXTENSIONS: '',
          PGATE_LOG_LEVEL: 'info',
          ...env,
        })
      await queryRows(url, setUp)
      expect(await pgate(['gate'])).toMatchObject({ exitCode: 0 })
      const broken = async () => (await queryRows(url, BROKEN)).map((row) => row.name)
      return use({ url, name, pgate, broken })
    })
  })
}

/** What the gate works with, on a database, without the command around it. */
function resourcesOn(database: Database, { clock }: StepContext): Resources {
  const steps = recordSteps(clock, { started: () => {}, ended: () => {} })
  return {
    database,
    admin: undefined,
    steps,
    origin: { host: 'here', version: 'test', run: 'test' },
  }
}

/** The document of `--json` among the lines of the log. */
function documentIn({ said }: RunHere): Record<string, unknown> {
  const line = said.split('\n').find((one) => one.includes('"command":"verify"'))
  const parsed: unknown = JSON.parse(line ?? '{}')
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
}

describe.each(anyServer())('verify --repair on $name', (server) => {
  it('rebuilds every broken index of the database, and drops what REINDEX left', async () => {
    await withPlace(server, REPAIRABLE, async ({ url, pgate, broken }) => {
      const definitions = `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid)
        from pg_index where indrelid >= 16384 order by 1`
      const before = await queryRows(url, definitions)
      await queryRows(url, BREAK)
      await leaveCopy(url, 'orders_pkey', 'insert into orders values (1, 1)')
      const shut = await pgate(['gate'])
      expect(shut.exitCode).toBe(60)
      expect(shut.said).toContain('fix it: pgate verify --repair')
      const planned = await pgate(['verify', '--repair', '--dry-run'])
      expect(planned.exitCode).toBe(0)
      expect(planned.said).toContain(
        'would run drop index concurrently if exists public.orders_pkey_ccnew;',
      )
      expect(planned.said).toContain('would run reindex index concurrently audit.events_1_id_idx;')
      expect(await broken()).toHaveLength(7)

      const repaired = await pgate(REPAIR)
      expect(repaired).toMatchObject({ exitCode: 0 })
      expect(await broken()).toEqual([])
      expect(await queryRows(url, definitions)).toEqual(before)
      const acts = documentIn(repaired).repaired
      expect(acts).toHaveLength(7)
      for (const [index, action] of [
        ['public.users_pkey', 'rebuilt'],
        ['public.users_email', 'rebuilt'],
        ['public."odd ""name"', 'rebuilt'],
        ['audit.lone_ccnew', 'rebuilt'],
        ['audit.events_1_id_idx', 'rebuilt'],
        ['audit.events_id', 'attached'],
        ['public.orders_pkey_ccnew', 'dropped'],
      ]) {
        expect(acts).toContainEqual(expect.objectContaining({ index, action }))
      }
      const open = await pgate(['gate'])
      expect(open).toMatchObject({ exitCode: 0 })
      const held = await queryRows(
        url,
        `select from pg_locks where locktype = 'advisory'
            and database = (select oid from pg_database where datname = current_database())`,
      )
      expect(held).toEqual([])
    })
  })

  it('says what it may not touch, and why, and shuts', async () => {
    await withPlace(server, LEFT, async ({ url, pgate, broken }) => {
      await queryRows(url, BREAK_LEFT)
      const result = await pgate(REPAIR)
      expect(result.exitCode).toBe(60)
      expect(await broken()).toEqual(['p_id', 'rooms_during_excl'])
      expect(documentIn(result)).toMatchObject({
        code: 'VERIFY_STRUCTURE',
        facts: {
          repaired: [],
          left: [
            {
              index: 'public.p_id',
              why: expect.stringContaining('a partition of public.p has no'),
            },
            {
              index: 'public.rooms_during_excl',
              why: expect.stringMatching(/exclusion constraint/),
            },
          ],
        },
      })
    })
  })
})

const LEFT = /* SQL */ `
  create table p (id int) partition by range (id);
  create table p_1 partition of p for values from (0) to (10);
  create table rooms (during int4range, exclude using gist (during with &&));`

const BREAK_LEFT = /* SQL */ `
  create index p_id on only p (id);
  update pg_index set indisvalid = false where indexrelid = 'rooms_during_excl'::regclass`

describe.each(servers().slice(0, 1))('verify --repair on $name', (server) => {
  it('drops a copy of a TOAST table’s index', async () => {
    const table = `create table notes (id int, note text);
      alter table notes alter note set storage external`
    await withPlace(server, table, async ({ url, pgate, broken }) => {
      const [row] = await queryRows<{ name: string }>(
        url,
        `select indexrelid::regclass::text as name from pg_index
          where indrelid = (select reltoastrelid from pg_class where oid = 'notes'::regclass)`,
      )
      const index = row?.name ?? ''
      await leaveCopy(url, index, `insert into notes values (1, repeat('x', 9000))`)
      expect(await broken()).toEqual([`${index}_ccnew`])
      expect(await pgate(REPAIR)).toMatchObject({ exitCode: 0 })
      expect(await broken()).toEqual([])
    })
  })

  it('says that duplicates are in the way and no row, and leaves no copy of its own', async () => {
    const table = `create table words (word text); insert into words values ('canary-81d'), ('canary-81d')`
    await withPlace(server, table, async ({ url, pgate, broken }) => {
      const build = queryRows(url, 'create unique index concurrently one_word on words (word)')
      await expect(build).rejects.toThrow()
      const failed = await pgate(REPAIR, { PGATE_LOG_LEVEL: 'debug' })
      expect(failed.exitCode).toBe(60)
      expect(documentIn(failed)).toMatchObject({
        facts: { left: [{ why: expect.stringContaining('rows of public.words are duplicates') }] },
      })
      expect(failed.said + failed.termination).not.toContain('canary')
      expect(await broken()).toEqual(['one_word'])
      await queryRows(url, 'delete from words where ctid = (select min(ctid) from words)')
      expect(await pgate(REPAIR)).toMatchObject({ exitCode: 0 })
      expect(await broken()).toEqual([])
    })
  })

  it('drops the copies of an index that was broken itself once that is rebuilt', async () => {
    const table = 'create table words (word text); create index by_word on words (word)'
    await withPlace(server, table, async ({ url, pgate, broken }) => {
      await leaveCopy(url, 'by_word', `insert into words values ('a')`)
      await queryRows(
        url,
        `update pg_index set indisvalid = false where indexrelid = 'by_word'::regclass`,
      )
      expect(await pgate(REPAIR)).toMatchObject({ exitCode: 0 })
      expect(await broken()).toEqual([])
      const indexes = await queryRows(
        url,
        `select indexname from pg_indexes where tablename = 'words'`,
      )
      expect(indexes).toEqual([{ indexname: 'by_word' }])
    })
  })

  it('leaves what another session builds; once that is killed, the gate does not trust its proof', async () => {
    await withPlace(server, 'create table busy (id int)', async ({ url, pgate, broken }) => {
      await withClient(url, async (writer) => {
        await writer.query('begin; insert into busy values (1)')
        await withClient(url, async (builder) => {
          const [me] = (await builder.query<{ pid: number }>('select pg_backend_pid() as pid')).rows
          const build = builder.query('create index concurrently soon on busy (id)').catch(() => {})
          while ((await broken()).length === 0) await delay(50)
          const result = await pgate(REPAIR)
          expect(result).toMatchObject({ exitCode: 0 })
          expect(documentIn(result)).toMatchObject({
            repaired: [],
            left: [
              {
                index: 'public.soon',
                why: `another session (pid ${me?.pid}) is at work on public.busy`,
              },
            ],
          })
          expect(await pgate(['gate'])).toMatchObject({ exitCode: 0 })
          await queryRows(url, 'select pg_cancel_backend($1)', [me?.pid])
          await build
        })
        expect(await broken()).toEqual(['soon'])
        expect(await pgate(['gate'])).toMatchObject({ exitCode: 60 })
        await writer.query('commit')
      })
      expect(await pgate(REPAIR)).toMatchObject({ exitCode: 0 })
      expect(await broken()).toEqual([])
    })
  })

  it('waits for the gate’s lock, and takes none where nothing is broken', async () => {
    await withPlace(server, 'create table t (id int primary key)', async ({ url, pgate }) => {
      await withClient(url, async (rival) => {
        await rival.query(`select pg_advisory_lock(${gateLockKey()})`)
        const none = { PGATE_LOCK_TIMEOUT: '0' }
        expect(await pgate(REPAIR, none)).toMatchObject({ exitCode: 0 })
        await queryRows(
          url,
          `update pg_index set indisvalid = false where indexrelid = 't_pkey'::regclass`,
        )
        expect(await pgate(REPAIR, none)).toMatchObject({ exitCode: 52 })
      })
      expect(await pgate(REPAIR)).toMatchObject({ exitCode: 0 })
    })
  })

  it('says whose index it is where the role may not, and does it as PGATE_ROLE', async () => {
    const table = 'create table t (id int primary key)'
    await withPlace(server, table, async ({ url, name, pgate, broken }) => {
      const [owner, role] = [`owner_${name.slice(-8)}`, `repairer_${name.slice(-8)}`]
      await queryRows(
        url,
        `create role ${owner}; create role ${role} login noinherit password 'test';
        grant ${owner} to ${role}; grant select on alembic_version to ${owner}, ${role};
        grant create on schema public to ${owner}; alter table t owner to ${owner};
        update pg_index set indisvalid = false where indexrelid = 't_pkey'::regclass`,
      )
      const env = { DATABASE_URL: url.replace(/\/\/[^@]*@/, `//${role}:test@`) }
      try {
        const result = await pgate(REPAIR, env)
        expect(result.exitCode).toBe(60)
        const why = expect.stringMatching(`^only ${owner}, who owns public\\.t, may.*42501`)
        expect(documentIn(result)).toMatchObject({ facts: { left: [{ why }] } })
        expect(await broken()).toEqual(['t_pkey'])
        const unseen = { ...env, PGATE_VERIFY: 'off' }
        expect(await pgate(REPAIR, unseen)).toMatchObject({ exitCode: 60 })
        expect(await pgate(REPAIR, { ...env, PGATE_ROLE: owner })).toMatchObject({ exitCode: 0 })
        expect(await broken()).toEqual([])
      } finally {
        await queryRows(url, `drop owned by ${owner}, ${role}; drop role ${owner}, ${role}`)
      }
    })
  })

  it('is watched, and stops when the signal aborts; the next one clears away what that left', async () => {
    await withPlace(
      server,
      'create table busy (id int primary key)',
      async ({ url, pgate, broken }) => {
        await queryRows(
          url,
          `update pg_index set indisvalid = false where indexrelid = 'busy_pkey'::regclass`,
        )
        await withClient(url, async (writer) => {
          await writer.query('begin; insert into busy values (1)')
          const stop = new AbortController()
          const context = stepContext({ DATABASE_URL: url }, { signal: stop.signal })
          const repair = withSession(databaseOf(url), patiently(), (session) =>
            repairIndexes(context, resourcesOn(databaseOf(url), context), session),
          )
          const reported = await context.untilLogged(({ event }) => event === 'statement.watch')
          expect(reported.message).toMatch(
            /^Rebuilding index public\.busy_pkey has run for .*waiting for writers/,
          )
          stop.abort(new Error('asked to stop'))
          await expect(repair).rejects.toThrow('asked to stop')
          expect(await broken()).toEqual(['busy_pkey', 'busy_pkey_ccnew'])
          await writer.query('commit')
        })
        expect(await pgate(REPAIR)).toMatchObject({ exitCode: 0 })
        expect(await broken()).toEqual([])
      },
    )
  })
})

describe.each(servers({ docker: true }).slice(0, 1))(
  'verify --repair behind PgBouncer',
  (server) => {
    it('rebuilds under the lease', async () => {
      await withPgbouncer(server, 'transaction', (pooler) =>
        withPlace(
          server,
          'create table t (id int primary key)',
          async ({ url, name, pgate, broken }) => {
            await queryRows(
              url,
              `update pg_index set indisvalid = false where indexrelid = 't_pkey'::regclass`,
            )
            const result = await pgate(REPAIR, { DATABASE_URL: pooler.urlOf(name) })
            expect(result).toMatchObject({ exitCode: 0 })
            expect(await broken()).toEqual([])
            expect(await queryRows(url, 'select from pgate_lease')).toEqual([])
          },
        ),
      )
    })
  },
)

describe('repairing the embedded PostgreSQL', () => {
  it('rebuilds an invalid index there, too', async () => {
    const owner = { pid: process.pid, hostName: hostname(), isAlive: () => true }
    await withEmbedded(owner, (database) =>
      withSession(database, patiently(), async (session) => {
        await session.query(`create table t (id int primary key);
          update pg_index set indisvalid = false where indexrelid = 't_pkey'::regclass`)
        const context = stepContext({ PGATE_LOG_LEVEL: 'silent' })
        const gate = resourcesOn(database, context)
        expect(await repairIndexes(context, gate, session)).toMatchObject({
          repaired: [{ index: 'public.t_pkey', action: 'rebuilt' }],
          left: [],
        })
        expect((await session.query(BROKEN)).rows).toEqual([])
      }),
    )
  })
})

describe('--dry-run', () => {
  it('is a usage error without --repair', async () => {
    expect(await runHere(['verify', '--dry-run'], {})).toMatchObject({ exitCode: 2 })
  })
})
