import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { startPgate } from '../support/cli/cli.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../support/cli/revision-folder.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { sized } from '../support/run/long.ts'
import { anyServer, servers, withDatabase } from '../support/servers/servers.ts'

const ONE = 'create table account (id int primary key);'
const TWO = 'alter table account add email text; create index on account (email);'

interface Fleet {
  readonly folder: RevisionFolder
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  /** Writes the list, a line each, and returns its path. */
  list(lines: readonly (string | object)[]): Promise<string>
}

/** A folder of two revisions with its manifest, and a database whose schemas are the targets. */
async function withFleet(
  server: ReturnType<typeof anyServer>[number],
  use: (fleet: Fleet) => Promise<void>,
  second = TWO,
): Promise<void> {
  await withRevisionFolder((folder) =>
    withDatabase(server, async ({ url }) => {
      await folder.write('1.sql', revisionText({ id: 'aaa1', upgrade: ONE }))
      await folder.write('2.sql', revisionText({ id: 'aaa2', revises: 'aaa1', upgrade: second }))
      const env = {
        DATABASE_URL: url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_WAIT_TIMEOUT: '30s',
      }
      const list: Fleet['list'] = async (lines) => {
        const path = join(folder.path, 'fleet.txt')
        const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
        await writeFile(path, texts.join('\n'), { mode: 0o600 })
        return path
      }
      await use({ folder, url, env, list })
    }),
  )
}

function schemas(count: number, prefix = 's'): readonly { name: string; schema: string }[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`).map((name) => ({
    name,
    schema: name,
  }))
}

async function runFleet(args: readonly string[], env: Fleet['env']) {
  const { exitCode, stdout, stderr } = await runPgateHere(['fleet', ...args, '--json'], { env })
  return { exitCode, stderr, ...JSON.parse(stdout) }
}

describe.each(anyServer())('a fleet on $name', (server) => {
  it('opens all but the broken, the locked and the one ahead, and takes up what is left', async () => {
    await withFleet(server, async ({ url, env, list }) => {
      const good = schemas(sized({ sample: 20, whole: 197 }))
      const bad = schemas(3, 'bad')
      const path = await list([...good.slice(0, 7), ...bad, ...good.slice(7)])
      await queryRows(url, 'create schema bad0; create table bad0.account (id int)')
      await queryRows(
        url,
        `create schema bad2; create table bad2.alembic_version (version_num varchar(32) primary key);
         insert into bad2.alembic_version values ('fff9')`,
      )
      const hurried = { ...env, PGATE_FLEET: path, PGATE_LOCK_TIMEOUT: '0' }
      await withClient(url, async (client) => {
        await client.query(`select pg_advisory_lock(${gateLockKey('bad1')})`)
        const first = await runFleet([], hurried)
        expect(first).toMatchObject({
          exitCode: 53,
          code: 'MIGRATION_FAILED',
          retriable: false,
          targets: good.length + 3,
          applied: good.length,
          notBegun: 0,
          failed: { MIGRATION_FAILED: 1, LOCK_TIMEOUT: 1, HISTORY_UNKNOWN: 1 },
          facts: { first: ['bad0'] },
        })
        const byName = first.failures.map(
          ({ target, exitCode }: { target: string; exitCode: number }) => [target, exitCode],
        )
        expect(Object.fromEntries(byName)).toEqual({ bad0: 53, bad1: 52, bad2: 51 })
      })
      await queryRows(url, 'drop table bad0.account; delete from bad2.alembic_version')
      const second = await runFleet([], hurried)
      expect(second).toMatchObject({ exitCode: 0, unchanged: good.length, applied: 3, failed: {} })
      const bads = ['--only', 'bad*']
      expect(await runFleet(['check', ...bads], hurried)).toMatchObject({ exitCode: 0, targets: 3 })
    })
  })

  it('counts one that cannot be reached, which the next run may open', async () => {
    await withFleet(server, async ({ env, list }) => {
      const away = { name: 'away', url: 'postgresql://app:hidden@127.0.0.1:1/app' }
      const path = await list([...schemas(1), away])
      const args = ['--fleet', path, '--concurrency', '1', '--wait-timeout', '4s']
      const ended = await runFleet(args, env)
      const facts = { applied: 1, failed: { NOT_READY: 1 }, first: ['away'] }
      expect(ended).toMatchObject({ exitCode: 30, retriable: true, facts })
      expect(JSON.stringify(ended)).not.toContain('hidden')
    })
  })

  it('touches no other target where a canary fails, and begins none after as many failures as were named', async () => {
    await withFleet(server, async ({ url, env, list }) => {
      const path = await list(schemas(6))
      await queryRows(url, 'create schema s1; create table s1.account (id int)')
      const canary = await runFleet(['--fleet', path, '--canary', '2'], env)
      expect(canary).toMatchObject({ exitCode: 53, applied: 1, notBegun: 4 })
      expect(canary.stopped).toBe('of 2 canaries not all are open')
      await queryRows(url, 'create schema s3; create table s3.account (id int)')
      const args = ['--fleet', path, '--stop-after', '2', '--concurrency', '1']
      const stopped = await runFleet(args, env)
      expect(stopped).toMatchObject({ exitCode: 53, unchanged: 1, applied: 1, notBegun: 2 })
      const every = await runFleet(['--fleet', path], env)
      expect(every).toMatchObject({ unchanged: 2, applied: 2, failed: { MIGRATION_FAILED: 2 } })
    })
  })

  it('has never more connections than targets at a time and one, however long statements run', async () => {
    await withFleet(
      server,
      async ({ url, env, list }) => {
        const path = await list(schemas(6))
        const database = new URL(url).pathname.slice(1)
        let most = 0
        await withClient(url, async (client) => {
          const fleet = runFleet(['--fleet', path, '--concurrency', '3'], env)
          const ended = fleet.then(() => true)
          while (!(await Promise.race([ended, sleep(10, false)]))) {
            const { rows } = await client.query(
              `select count(*)::int as count from pg_stat_activity
               where datname = $1 and application_name like 'pgate%'`,
              [database],
            )
            most = Math.max(most, rows[0].count)
          }
          expect(await fleet).toMatchObject({ exitCode: 0, applied: 6 })
        })
        // The statements were watched over the one.
        expect(most).toBe(4)
      },
      'select pg_sleep(1.3);',
    )
  })

  it('takes its targets from a query, and counts what a gate would do to each', async () => {
    await withFleet(server, async ({ url, env }) => {
      await queryRows(
        url,
        `create table tenant (id int, code text); insert into tenant values (1, 'a'), (2, 'b')`,
      )
      const query = `query:select id as name, 'tenant_' || code as schema from tenant order by id`
      const fleet = { ...env, PGATE_FLEET: query }
      const status = await runFleet(['status'], fleet)
      expect(status).toMatchObject({ exitCode: 0, pending: 2, targets: 2 })
      expect(await runFleet(['check'], fleet)).toMatchObject({
        exitCode: 51,
        failed: { HISTORY_PENDING: 2 },
      })
      expect(await runFleet([], fleet)).toMatchObject({ exitCode: 0, applied: 2 })
      expect(await runFleet(['verify'], fleet)).toMatchObject({ exitCode: 0, 'as promised': 2 })
      const none = await runFleet([], { ...env, PGATE_FLEET: `${query} limit 0` })
      expect(none).toMatchObject({ exitCode: 0, targets: 0 })
      expect(none.stderr).toContain('fleet.empty')
      const wrong = await runFleet([], { ...env, PGATE_FLEET: 'query:select 1 as nmae' })
      expect(wrong).toMatchObject({ exitCode: 20 })
      expect(wrong.message).toContain('found "nmae" as a field')
      const ended = 'query:select pg_terminate_backend(pg_backend_pid())'
      expect(await runFleet([], { ...env, PGATE_FLEET: ended })).toMatchObject({ exitCode: 30 })
      const writes = await runFleet([], { ...env, PGATE_FLEET: 'query:drop table tenant' })
      expect(writes.message).toContain('SQLSTATE 25006')
    })
  })

  it('lists each target in one shard', async () => {
    await withFleet(server, async ({ env, list }) => {
      const path = await list(schemas(20))
      const parts = await Promise.all(
        ['0', '1', '2'].map(async (JOB_COMPLETION_INDEX) => {
          const shard = { ...env, PGATE_FLEET: path, PGATE_FLEET_SHARDS: '3', JOB_COMPLETION_INDEX }
          return (await runFleet(['--list'], shard)).targets as readonly string[]
        }),
      )
      expect(parts.flat().toSorted()).toEqual(
        schemas(20)
          .map(({ name }) => name)
          .toSorted(),
      )
      const lost = { ...env, PGATE_FLEET: path, PGATE_FLEET_SHARDS: '3' }
      expect(await runFleet(['--list'], lost)).toMatchObject({ exitCode: 20 })
    })
  })

  it('runs another migrator once for each target, on that target, with its lines under its name', async () => {
    await withFleet(server, async ({ url, env, list }) => {
      const port = new URL(url).port
      const path = await list([
        { name: 'one', schema: 's1' },
        { name: 'two', url: url.replace(/:[^:@]+@/, ':secret-of-two@') },
      ])
      const script = 'echo "$PGATE_SCHEMA $PGPORT $DATABASE_URL"'
      const fleet = { ...env, PGATE_FLEET: path, PGATE_VERIFY: 'off', PGATE_AUTH_GRACE: '0' }
      const { exitCode, stderr } = await runPgateHere(['fleet', '--', 'sh', '-c', script], {
        env: fleet,
      })
      const lines = stderr
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      const output = lines.filter(({ event }) => event === 'migrator.output')
      expect(output.map(({ target, msg }) => [target, msg.split(' ').slice(0, 2)])).toContainEqual([
        'one',
        ['s1', port],
      ])
      expect(stderr).not.toContain('secret-of-two')
      // Where the server asks for no password, a wrong one is none.
      expect([0, 31]).toContain(exitCode)
    })
  })

  it('ends with 143 what is under way where a signal asks for it, and begins no further target', async () => {
    await withFleet(
      server,
      async ({ env, list }) => {
        const path = await list(schemas(5))
        const running = startPgate(['fleet', '--concurrency', '2', '--json'], {
          env: { ...env, PGATE_FLEET: path },
        })
        await running.says(/revision.running.*aaa2/)
        running.kill('SIGTERM')
        const { exitCode, stdout } = await running.ended
        const ended = JSON.parse(stdout)
        expect(ended).toMatchObject({
          exitCode: 143,
          failed: { INTERRUPTED_SIGTERM: 2 },
          notBegun: 3,
        })
        expect(exitCode).toBe(143)
      },
      'select pg_sleep(20);',
    )
  })

  it('is finished by the next run, whenever it was killed', async () => {
    await withFleet(server, async ({ env, list }) => {
      const targets = schemas(12)
      const path = await list(targets)
      const fleet = { ...env, PGATE_FLEET: path }
      for (let kill = 0; kill < sized({ sample: 2, whole: 30 }); kill += 1) {
        const running = startPgate(['fleet', '--concurrency', '3'], { env: fleet })
        await sleep(150 + Math.random() * 700)
        running.kill('SIGKILL')
        await running.ended
      }
      const { exitCode, applied = 0, unchanged = 0 } = await runFleet([], fleet)
      expect({ exitCode, opened: applied + unchanged }).toEqual({ exitCode: 0, opened: 12 })
      expect(await runFleet(['verify'], fleet)).toMatchObject({ exitCode: 0 })
    })
  })
})

describe.each(servers().slice(0, 1))('a fleet over $name and another server', (one) => {
  it('opens a database of each', async () => {
    const other = servers()[1] ?? one
    await withFleet(one, ({ env, list, url }) =>
      withDatabase(other, async (second) => {
        const path = await list([
          `one ${url}`,
          `other ${second.url}`,
          `schema ${second.url} tenant`,
        ])
        const fleet = { ...env, DATABASE_URL: '', PGATE_FLEET: path }
        expect(await runFleet([], fleet)).toMatchObject({ exitCode: 0, applied: 3 })
        expect(await runFleet([], fleet)).toMatchObject({ exitCode: 0, unchanged: 3 })
        const tables = `select schemaname from pg_tables where tablename = 'account' order by 1`
        expect(await queryRows(second.url, tables)).toEqual([
          { schemaname: 'public' },
          { schemaname: 'tenant' },
        ])
      }),
    )
  })
})
