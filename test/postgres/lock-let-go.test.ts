import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer, servers, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { type RunHere, runHere } from './secrets-run.ts'

const LET_GO = 'SELECT pg_advisory_unlock_all();'
/** Fails where the session that runs it does not have the gate's lock. */
const DEMAND = `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) THEN
    RAISE 'the gate has lost its lock';
  END IF;
END $$;`
/** Waits until the test lets it go on. */
const WAIT = 'SELECT pg_advisory_lock(42), pg_advisory_unlock(42);'

/** Its first statement lets go and waits. */
const BY_STATEMENTS = {
  zero: 'CREATE TABLE words (word text);',
  aaa: `WITH gone AS MATERIALIZED (SELECT pg_advisory_unlock_all()), waited AS MATERIALIZED
  (SELECT pg_advisory_lock(42), pg_advisory_unlock(42) FROM gone)
INSERT INTO words SELECT 'first' FROM waited;
INSERT INTO words VALUES ('second');
VACUUM words;`,
}

interface Place {
  readonly url: string
  gate(): Promise<RunHere>
}

/** Lends a database and a folder of revisions, each on top of the one before. */
async function withRevisions<T>(
  server: TestServer,
  upgrades: Readonly<Record<string, string>>,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    let revises = 'none'
    for (const [id, upgrade] of Object.entries(upgrades)) {
      await folder.write(`${id}.sql`, revisionText({ id, revises, upgrade }))
      revises = id
    }
    return withDatabase(server, ({ url }) => {
      const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '', PGATE_VERIFY: 'off' }
      return use({ url, gate: () => runHere(['gate'], { DATABASE_URL: url, ...env }) })
    })
  })
}

/** The server is shared with tests of other databases. */
const WAITING = `select from pg_locks join pg_stat_activity using (pid)
                  where not granted and datname = current_database()`

/** Somebody has the gate's lock: any but the test's own. */
const GATED = `exists (select from pg_locks join pg_stat_activity using (pid)
                        where granted and locktype = 'advisory' and (classid, objid) <> (0, 42)
                          and datname = current_database())`

/**
 * Runs two gates: the second one begins where the first has released the lock and waits. Both go on
 * once the second waits, too, and this holds.
 */
async function rivals({ url, gate }: Place, holds = 'true'): Promise<readonly [RunHere, RunHere]> {
  return withClient(url, async (test) => {
    await test.query('select pg_advisory_lock(42)')
    const first = gate()
    await untilRow(url, WAITING)
    const second = gate()
    await untilRow(url, `${WAITING} and ${holds} offset 1`)
    await test.query('select pg_advisory_unlock(42)')
    return Promise.all([first, second])
  })
}

async function untilRow(url: string, query: string): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    if ((await queryRows(url, query)).length > 0) return
    await delay(50)
  }
  throw new Error(`never came true: ${query}`)
}

describe.each(anyServer())('a revision that releases the lock on $name', (server) => {
  it('is reported, and the lock is taken again before the next statement', async () => {
    const upgrades = {
      aaa: LET_GO,
      bbb: DEMAND,
      ccc: `DISCARD ALL;\n${DEMAND}`,
      ddd: `DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$;\nVACUUM;\n${DEMAND}`,
    }
    await withRevisions(server, upgrades, async ({ gate }) => {
      const { exitCode, said } = await gate()
      expect(exitCode, said).toBe(0)
      const reported = said.split('\n').filter((line) => line.includes('lock.retaken'))
      expect(reported.map((line) => JSON.parse(line).revision)).toEqual(['aaa', 'ccc', 'ddd'])
    })
  })
})

describe.each(servers().slice(0, 1))('a rival that gets the lock so on $name', (server) => {
  const words = (url: string) => queryRows(url, 'select word from words order by 1')

  it('ends the run, which names the revision; nothing is done twice', async () => {
    const upgrades = {
      zero: 'CREATE TABLE words (word text);',
      aaa: `${LET_GO}\n${WAIT}\nINSERT INTO words VALUES ('first');`,
      bbb: `INSERT INTO words VALUES ('second');`,
    }
    await withRevisions(server, upgrades, async (place) => {
      // The second one has the lock, and waits for a row that the first has written.
      const [first, second] = await rivals(place, GATED)
      expect(first.exitCode).toBe(52)
      expect(first.said).toMatch(
        /LOCK_LOST.*revision aaa \(.*aaa\.sql\) released the gate's lock, and another gate took it/,
      )
      expect(second.exitCode).toBe(51)
      expect(await words(place.url)).toEqual([{ word: 'first' }])
      expect(await place.gate()).toMatchObject({ exitCode: 0 })
      expect(await words(place.url)).toEqual([{ word: 'first' }, { word: 'second' }])
    })
  })

  it('does no statement twice of a revision that runs by statements', async () => {
    await withRevisions(server, BY_STATEMENTS, async (place) => {
      const ended = await rivals(place)
      const codes = ended.map(({ exitCode }) => exitCode).toSorted()
      expect(codes, ended.map(({ said }) => said).join('\n')).toEqual([0, 51])
      expect(ended.map(({ said }) => said).join('')).toContain('HISTORY_CHANGED')
      expect(await words(place.url)).toEqual([{ word: 'first' }, { word: 'second' }])
      expect(await place.gate()).toMatchObject({ exitCode: 0 })
      expect(await words(place.url)).toHaveLength(2)
    })
  })

  it('is left the row of a revision that it may take up', async () => {
    await withRevisions(server, BY_STATEMENTS, async ({ url, gate }) => {
      const row = `select statements_done, outcome from pgate_journal where revision = 'aaa'`
      await withClient(url, async (rival) => {
        await rival.query('select pg_advisory_lock(42)')
        const first = gate()
        await untilRow(url, WAITING)
        await rival.query(`select pg_advisory_lock(${gateLockKey()}), pg_advisory_unlock(42)`)
        const { exitCode, said } = await first
        expect(exitCode, said).toBe(52)
        expect(said).not.toContain('journal.lost')
        expect(await queryRows(url, row)).toEqual([{ statements_done: 1, outcome: 'running' }])
      })
      expect(await gate()).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, row)).toEqual([{ statements_done: 3, outcome: 'done' }])
      expect(await words(url)).toEqual([{ word: 'first' }, { word: 'second' }])
    })
  })
})
