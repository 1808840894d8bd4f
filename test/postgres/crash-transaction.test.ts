import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { type PgateResult, runPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { journalRuns, killGate, untilWaiting, withHeldGate } from '../support/faults/crash.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'
import {
  type SteeredServer,
  steeredImages,
  withSteeredServer,
} from '../support/servers/steered-server.ts'

const LOCKED = 'create table locked (id int)'
const HOLD = 'lock table locked in exclusive mode'

/** Speaks only at COMMIT, and waits there for the holder of `locked`. */
const AT_COMMIT = `CREATE TABLE made (id int);
CREATE FUNCTION wait_for_it() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN LOCK TABLE locked IN EXCLUSIVE MODE; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER wait_for_it AFTER INSERT ON made
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_for_it();
INSERT INTO made VALUES (1);`

const MOMENTS = [
  {
    moment: 'in its first statement',
    upgrade: 'INSERT INTO locked VALUES (1);\nCREATE TABLE made AS SELECT 1 AS id;',
    query: /insert into locked/i,
  },
  {
    moment: 'in its last statement',
    upgrade: 'CREATE TABLE made AS SELECT 1 AS id;\nINSERT INTO locked VALUES (1);',
    query: /insert into locked/i,
  },
  { moment: 'at COMMIT', upgrade: AT_COMMIT, query: /^commit$/i },
] as const

const IN_VAIN = { journal: [], versions: [], made: null }
const DONE = {
  journal: [{ revision: 'aaa', action: 'upgrade', outcome: 'done' }],
  versions: [{ version_num: 'aaa' }],
  made: 'made',
}

describe.each(servers().slice(0, 1))('a transaction on $name', (server) => {
  describe.each(MOMENTS)('cut off $moment', ({ upgrade, query }) => {
    it('leaves nothing behind a killed gate, and is done by the next', async () => {
      await withPlace(upgrade, async ({ url, env }) => {
        const held = { url, env, hold: HOLD, waiting: { event: 'relation', query } } as const
        await withHeldGate(held, async ({ gate, holder, pid }) => {
          await killGate(gate)
          // The server does not know yet that the client is gone: it would go on and COMMIT.
          await holder.query('select pg_terminate_backend($1, 10000)', [pid])
        })
        expect(await found(url)).toEqual(IN_VAIN)
        expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
        expect(await found(url)).toMatchObject(DONE)
      })
    })

    it('ends with 54 where its session is ended, and is done by the next', async () => {
      await withPlace(upgrade, async ({ url, env }) => {
        const held = { url, env, hold: HOLD, waiting: { event: 'relation', query } } as const
        const result = await withHeldGate(held, async ({ gate, holder, pid }) => {
          await holder.query('select pg_terminate_backend($1, 10000)', [pid])
          return gate.ended
        })
        expect(result).toMatchObject({ exitCode: 54 })
        expect(result.stdout).toContain('MIGRATION_CONNECTION_LOST')
        expect(await found(url)).toEqual(IN_VAIN)
        expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
        expect(await found(url)).toMatchObject(DONE)
      })
    })
  })

  it('is not run again where the server committed it after the gate was killed', async () => {
    await withPlace(AT_COMMIT, async ({ url, env }) => {
      const waiting = { event: 'relation', query: /^commit$/i } as const
      await withHeldGate({ url, env, hold: HOLD, waiting }, ({ gate }) => killGate(gate))
      expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
      expect(await found(url)).toMatchObject(DONE)
      expect(await queryRows(url, 'select id from made')).toEqual([{ id: 1 }])
    })
  })

  async function withPlace(
    upgrade: string,
    use: (place: { url: string; env: Readonly<Record<string, string>> }) => Promise<void>,
  ): Promise<void> {
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      await withDatabase(server, async ({ url }) => {
        await queryRows(url, LOCKED)
        await use({ url, env: environment(url, folder.path) })
      })
    })
  }
})

const CRASHES = [
  {
    name: 'transaction',
    upgrade: 'INSERT INTO other VALUES (1);\nINSERT INTO locked VALUES (1);',
    query: /insert into locked/i,
    index: null,
  },
  {
    name: 'between',
    upgrade:
      'CREATE INDEX CONCURRENTLY i ON other (id);\nINSERT INTO locked VALUES (1);\nINSERT INTO other VALUES (1);',
    query: /insert into locked/i,
    index: true,
  },
  {
    name: 'build',
    upgrade:
      'INSERT INTO other VALUES (1);\nINSERT INTO locked VALUES (1);\nCREATE INDEX CONCURRENTLY i ON locked (id);',
    query: /create index/i,
    index: true,
  },
] as const

describe.each(steeredImages())('a crash of the server (%s)', () => {
  it('in mid-revision lets the next gate end with 0, everything done once', async () => {
    await withSteeredServer(async (server) => {
      for (const { name, upgrade, query, index } of CRASHES) {
        await server.start()
        await withRevisionFolder(async (folder) => {
          await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
          const url = new URL(server.url)
          expect(
            await runPgate(['wait'], { env: environment(url.href, folder.path) }),
          ).toMatchObject({
            exitCode: 0,
          })
          await queryRows(url.href, `create database ${name}`)
          url.pathname = name
          const env = environment(url.href, folder.path)
          await queryRows(url.href, `${LOCKED}; create table other (id int)`)
          const result = await crashIn(server, { url: url.href, env, query })
          expect(result).toMatchObject({ exitCode: 54 })
          await server.start()
          expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
          expect(
            await queryRows(
              url.href,
              `select (select count(*)::int from locked) as locked,
                      (select count(*)::int from other) as other,
                      (select indisvalid from pg_index where indexrelid = to_regclass('i')) as index`,
            ),
          ).toEqual([{ locked: 1, other: 1, index }])
          expect(await journalRuns(url.href)).toMatchObject([{ revision: 'aaa', outcome: 'done' }])
        })
        await server.stop()
      }
    })
  }, 120_000)
})

async function crashIn(
  server: SteeredServer,
  { url, env, query }: Readonly<{ url: string; env: Record<string, string>; query: RegExp }>,
): Promise<PgateResult> {
  // A build gets its own lock next to a writer's, and then waits for that writer to end.
  const holder = new Client({ connectionString: url })
  holder.on('error', () => {})
  await holder.connect()
  const mode = /create index/i.test(query.source) ? 'row exclusive' : 'exclusive'
  await holder.query(`begin; lock table locked in ${mode} mode`)
  const gate = startPgate([], { env })
  const event = mode === 'exclusive' ? 'relation' : 'virtualxid'
  await withClient(url, (observer) => untilWaiting(observer, gate, { event, query }))
  await server.stop('immediate')
  return gate.ended
}

function environment(url: string, migrations: string): Record<string, string> {
  return {
    DATABASE_URL: url,
    PGATE_MIGRATIONS: migrations,
    PGATE_EXTENSIONS: '',
    PGATE_DDL_LOCK_TIMEOUT: '60s',
  }
}

async function found(url: string): Promise<Readonly<Record<string, unknown>>> {
  const tables = await queryRows<{ made: string | null }>(
    url,
    `select to_regclass('made')::text as made`,
  )
  return {
    made: tables[0]?.made,
    versions: await queryRows(url, 'select version_num from alembic_version'),
    journal: await journalRuns(url),
  }
}
