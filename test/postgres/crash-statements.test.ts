import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import {
  journalRuns,
  killGate,
  outline,
  untilWaiting,
  withHeldGate,
} from '../support/faults/crash.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** Statement k works on table mk alone, so that a lock on mk stops the run there. */
const STATEMENTS = [
  'INSERT INTO m1 VALUES (100)',
  'CREATE INDEX CONCURRENTLY m2_new ON m2 (n)',
  'ALTER TABLE m3 ADD COLUMN note text',
  'DROP INDEX CONCURRENTLY m4_old',
  'UPDATE m5 SET n = n + 1',
  'REINDEX INDEX CONCURRENTLY m6_old',
  'VACUUM m7',
  'CREATE UNIQUE INDEX CONCURRENTLY m8_new ON m8 (n)',
  'ALTER TABLE m9 DETACH PARTITION m9_1 CONCURRENTLY',
  'REINDEX TABLE CONCURRENTLY m10',
  'INSERT INTO m11 VALUES (100)',
] as const

const NUMBERS = STATEMENTS.map((_, index) => index + 1)

const TABLES = NUMBERS.map((k) =>
  k === 9
    ? 'CREATE TABLE m9 (n int) PARTITION BY LIST (n); CREATE TABLE m9_1 PARTITION OF m9 FOR VALUES IN (9);'
    : `CREATE TABLE m${k} (n int, s text); INSERT INTO m${k} VALUES (${k}); CREATE INDEX m${k}_old ON m${k} (n);`,
)

// PostgreSQL 14 and on do all of it.
describe.each(anyServer({ since: 17 }))('a killed run on $name', (server) => {
  it('does each statement once where it is killed in the middle of every one', async () => {
    await withPlace(server, async ({ url, env, end }) => {
      for (const k of NUMBERS) {
        await withHeldGate({ url, env, ...lockOn(k) }, ({ gate }) => killGate(gate))
      }
      expect(await end()).toEqual(await undisturbed(server))
    })
  }, 120_000)

  it('does each statement once where it is killed before every record', async () => {
    await withPlace(server, async ({ url, env, end }) => {
      for (const k of NUMBERS) {
        await withHeldGate({ url, env, ...lockOn(k) }, async ({ gate, holder, pid }) => {
          await withClient(url, async (keeper) => {
            // The row alone: a transaction that is to record in the journal has locked it already.
            await keeper.query(
              `begin; select from pgate_journal where outcome = 'running' for update`,
            )
            await holder.query('commit')
            await untilWaiting(holder, gate, {
              event: 'transactionid',
              query: /update.*pgate_journal/s,
            })
            await killGate(gate)
            await holder.query('select pg_terminate_backend($1, 10000)', [pid])
          })
        })
      }
      expect(await end()).toEqual(await undisturbed(server))
    })
  }, 120_000)

  it('clears away what a server session that ended half-way has left', async () => {
    await withPlace(server, async ({ url, env, end }) => {
      for (const k of [2, 4, 6, 8, 9, 10]) {
        await withHeldGate({ url, env, ...lockOn(k) }, async ({ gate, holder, pid }) => {
          await withClient(url, async (reader) => {
            await reader.query(`begin isolation level repeatable read; select from m${k}`)
            await holder.query('commit')
            await untilWaiting(holder, gate, { event: 'virtualxid', query: /concurrently/i })
            await killGate(gate)
            await holder.query('select pg_terminate_backend($1, 10000)', [pid])
          })
        })
        // Of table m10 its own index, and that of its TOAST table.
        expect(await halves(url)).toHaveLength(k === 10 ? 2 : 1)
      }
      expect(await end()).toEqual(await undisturbed(server))
      expect(await halves(url)).toEqual([])
    })
  }, 120_000)
})

interface Place {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  /** Runs pgate to its end and says what is there then. */
  readonly end: () => Promise<Readonly<Record<string, unknown>>>
}

async function withPlace(server: TestServer, use: (place: Place) => Promise<void>): Promise<void> {
  await withRevisionFolder(async (folder) => {
    const upgrade = STATEMENTS.map((statement) => `${statement};`).join('\n')
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
    await withDatabase(server, async ({ url }) => {
      await queryRows(url, TABLES.join('\n'))
      const env = {
        DATABASE_URL: url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_DDL_LOCK_TIMEOUT: '60s',
      }
      const end = async () => {
        expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
        return {
          outline: await outline(url),
          journal: await journalRuns(url),
          versions: await queryRows(url, 'select version_num from alembic_version'),
          rows: await queryRows(
            url,
            NUMBERS.map((k) => `select ${k} as m, n from m${k}`).join(' union all ') +
              ' order by m, n',
          ),
        }
      }
      await use({ url, env, end })
    })
  })
}

async function undisturbed(server: TestServer): Promise<Readonly<Record<string, unknown>>> {
  const found: Readonly<Record<string, unknown>>[] = []
  await withPlace(server, async ({ end }) => void found.push(await end()))
  return found[0] ?? {}
}

function lockOn(k: number) {
  const table = new RegExp(`\\bm${k}(?:_|\\b)`)
  return {
    hold: `lock table m${k} in exclusive mode`,
    waiting: { event: 'relation', query: table },
  } as const
}

/** Invalid indexes, and partitions whose way out is pending. */
function halves(url: string): Promise<readonly Record<string, unknown>[]> {
  return queryRows(
    url,
    `select indexrelid::regclass::text as half from pg_index where not indisvalid
     union all select inhrelid::regclass::text from pg_inherits where inhdetachpending`,
  )
}
