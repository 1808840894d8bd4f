import type { Client } from 'pg'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import type { PgateResult } from '../support/cli/cli.ts'
import { type RevisionFolder, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const ALTER = revisionText({ id: 'aaa', upgrade: 'ALTER TABLE busy ADD COLUMN note text;' })
const SECRET = 'of a row'
const READ = `select id from busy where note_of <> '${SECRET}'`

/** Two roles of an application's database, and a gate that is to go through it. */
interface Place {
  readonly gate: (more: Readonly<Record<string, string>>) => Promise<PgateResult>
  /** A transaction of the application's role that runs this, and is ended with the test. */
  readonly inTheWay: (use: string, role?: 'app' | 'other' | 'admin') => Promise<Holder>
}

interface Holder {
  readonly client: Client
  readonly pid: number
  /** What the server ended the session with; undefined where it has not. */
  readonly lost: () => string | undefined
}

/** A statement gives up three times before a blocker's time has come. */
const TRIES = { PGATE_DDL_LOCK_TIMEOUT: '1s', PGATE_BLOCKERS_AFTER: '2500ms' }

describe.concurrent.each(anyServer())('PGATE_BLOCKERS on $name', (server) => {
  const it = testOn(server)

  it('=terminate ends a session idle in transaction, over several tries, and names it', async ({
    folder,
    database,
  }) => {
    await withPlace(database, folder, async ({ gate, inTheWay }) => {
      const { pid, lost } = await inTheWay(READ)
      const result = await gate({ ...TRIES, PGATE_BLOCKERS: 'terminate' })
      expect(result, result.stderr).toMatchObject({ exitCode: 0 })
      expect(result.stderr.split('"revision.retry"').length).toBeGreaterThan(1)
      expect(lost()).toBe('57P01')
      const [ended, ...more] = eventsOf(result, 'blocker.ended')
      expect(more).toEqual([])
      expect(ended).toMatchObject({
        ...{ pid, user: `${database.name}_app`, application: 'the report' },
        ...{ state: 'idle in transaction', how: 'terminate' },
        query: "select id from busy where note_of <> '…'",
      })
      expect(Number(ended?.inTheWayMs)).toBeGreaterThanOrEqual(2_500)
      expect(result.stdout + result.stderr).not.toContain(SECRET)
      expect(result.stderr).toContain(`now at aaa; in the way: pid ${pid} ended`)
    })
  })

  it('=cancel cancels what a session runs, and leaves it connected', async ({
    folder,
    database,
  }) => {
    await withPlace(database, folder, async ({ gate, inTheWay }) => {
      const { client, pid, lost } = await inTheWay(READ)
      const report = client.query('select pg_sleep(60)').catch((error) => error)
      const result = await gate({ PGATE_BLOCKERS: 'cancel', PGATE_BLOCKERS_AFTER: '500ms' })
      expect(result, result.stderr).toMatchObject({ exitCode: 0 })
      expect(await report).toMatchObject({ code: '57014' })
      await client.query('rollback')
      expect(lost()).toBeUndefined()
      expect(eventsOf(result, 'blocker.ended')).toMatchObject([{ pid, how: 'cancel' }])
      expect(result.stderr).toContain(`now at aaa; in the way: pid ${pid} cancelled`)
    })
  })

  it('=cancel says that it does nothing to a transaction that is idle', async ({
    folder,
    database,
  }) => {
    await withPlace(database, folder, async ({ gate, inTheWay }) => {
      const { client, pid } = await inTheWay(READ)
      const result = await gate({
        ...{ PGATE_BLOCKERS: 'cancel', PGATE_BLOCKERS_AFTER: '500ms', PGATE_LOCK_TIMEOUT: '0' },
      })
      expect(result).toMatchObject({ exitCode: 54 })
      expect(result.stdout).toContain('PGATE_BLOCKERS=terminate does')
      expect(eventsOf(result, 'blocker.kept')).toMatchObject([{ pid }])
      await client.query('commit')
    })
  })

  it('never ends a superuser, a migration, or whom it has no right to end: all are named', async ({
    folder,
    database,
  }) => {
    await withPlace(database, folder, async ({ gate, inTheWay }) => {
      const kept = [
        [await inTheWay(READ, 'admin'), "it is a superuser's"],
        [await inTheWay(`${READ}; select pg_advisory_lock(7)`), 'it holds an advisory lock'],
        [await inTheWay(`${READ}; select version_num from alembic_version`), 'alembic_version'],
        [await inTheWay(`${READ}; set application_name = 'pgate 0.1.0'`), "it is pgate's own"],
        [await inTheWay(READ, 'other'), 'GRANT pg_signal_backend, pg_read_all_stats TO'],
      ] as const
      const victim = await inTheWay(READ)
      const result = await gate({
        ...{ PGATE_BLOCKERS: 'terminate', PGATE_BLOCKERS_AFTER: '1s', PGATE_LOCK_TIMEOUT: '0' },
      })
      expect(result).toMatchObject({ exitCode: 54 })
      expect(victim.lost()).toBe('57P01')
      for (const [{ client, pid, lost }, reason] of kept) {
        const who = new RegExp(`waits for pid ${pid} [^[]*\\[not ended: [^\\]]*${reason}`)
        expect(result.stdout).toMatch(who)
        await client.query('rollback')
        expect(lost()).toBeUndefined()
      }
      expect(result.stdout).toMatch(
        new RegExp(
          `^ *Ended the session of pid ${victim.pid} .*\\(PGATE_BLOCKERS=terminate\\)$`,
          'm',
        ),
      )
      expect(eventsOf(result, 'blocker.kept')).toHaveLength(kept.length)
    })
  })

  it('ends the one whom all others wait for, and not those in between', async ({
    folder,
    database,
  }) => {
    await withPlace(database, folder, async ({ gate, inTheWay }) => {
      const root = await inTheWay('select from elsewhere')
      const between = await inTheWay(READ)
      const waiting = between.client.query('lock table elsewhere; commit')
      const result = await gate({ PGATE_BLOCKERS: 'terminate', PGATE_BLOCKERS_AFTER: '500ms' })
      expect(result, result.stderr).toMatchObject({ exitCode: 0 })
      await waiting
      expect(result.stderr).toContain(`which waits for pid ${root.pid}`)
      expect(eventsOf(result, 'blocker.ended')).toMatchObject([{ pid: root.pid }])
      expect(root.lost()).toBe('57P01')
      expect(between.lost()).toBeUndefined()
    })
  })
})

async function withPlace(
  { url, name }: { readonly url: string; readonly name: string },
  folder: RevisionFolder,
  use: (place: Place) => Promise<void>,
): Promise<void> {
  await folder.write('a.sql', ALTER)
  const roles = ['app', 'other', 'gate'].map((role) => `"${name}_${role}"`)
  const [app, other, gate] = roles
  await queryRows(
    url,
    `${roles.map((role) => `create role ${role} login password 'x';`).join('')}
     grant ${app} to ${gate};
     grant create on schema public to ${gate};
     create table busy (id int, note_of text);
     create table elsewhere ();
     create table alembic_version (version_num varchar(32) primary key);
     alter table busy owner to ${gate};
     alter table alembic_version owner to ${gate};
     grant all on busy, elsewhere, alembic_version to ${app}, ${other}`,
  )
  const as = (role: string) => {
    const its = new URL(url)
    if (role !== 'admin') {
      its.username = `${name}_${role}`
      its.password = 'x'
    }
    return its.href
  }
  const enders: (() => void)[] = []
  const holders: Promise<void>[] = []
  const inTheWay: Place['inTheWay'] = (text, role = 'app') =>
    new Promise((resolve, reject) => {
      const held = withClient(as(role), async (client) => {
        let lost: string | undefined
        client.on('error', (error: Error & { code?: string }) => {
          lost ??= error.code
        })
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
        await client.query("set application_name = 'the report'; begin")
        await client.query(text)
        resolve({ client, pid: rows[0]?.pid ?? 0, lost: () => lost })
        await new Promise<void>((end) => enders.push(end))
      })
      held.catch(reject)
      holders.push(held)
    })
  const env = { DATABASE_URL: as('gate'), PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
  try {
    await use({ gate: (more) => runPgateHere([], { env: { ...env, ...more } }), inTheWay })
  } finally {
    for (const end of enders) end()
    await Promise.allSettled(holders)
    await queryRows(url, `drop owned by ${roles.join(', ')}; drop role ${roles.join(', ')}`)
  }
}

function eventsOf(result: PgateResult, event: string): readonly Record<string, unknown>[] {
  const lines = result.stderr.split('\n').filter((line) => line.includes(`"${event}"`))
  return lines.map((line) => JSON.parse(line))
}
