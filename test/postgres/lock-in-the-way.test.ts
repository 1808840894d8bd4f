import type { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { type PgateResult, startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withReader } from '../support/database/busy-reader.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { lastLine } from '../support/docker/docker.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const REVISION = revisionText({ id: 'aaa', upgrade: 'alter table busy add column n int;' })

/** What PGATE_DDL_LOCK_TIMEOUT is, and how much longer a reader may wait on a machine under load. */
const LOCK_TIMEOUT_MS = 1_500
const MARGIN_MS = 1_500

interface Busy {
  readonly env: Readonly<Record<string, string>>
  /** In a transaction that has read the table, and idle. */
  readonly holder: Client
  readonly pid: number
  /** Runs the gate next to a reader; how it ended, and the reader's longest wait. */
  readonly gate: (
    env: Readonly<Record<string, string>>,
  ) => Promise<{ readonly result: PgateResult; readonly waitedMs: number }>
}

describe.concurrent.each(servers().slice(0, 1))(
  'a table that a session holds on $name',
  (server) => {
    it('is tried again and again, and nobody behind the gate waits longer than one try', async () => {
      await withBusyTable(server, async ({ gate, pid, holder, env }) => {
        const { result, waitedMs } = await gate({
          PGATE_DDL_LOCK_TIMEOUT: `${LOCK_TIMEOUT_MS}ms`,
          PGATE_LOCK_TIMEOUT: '4s',
        })
        expect(result, result.stderr).toMatchObject({ exitCode: 54 })
        expect(lastLine(result.stdout)).toContain('MIGRATION_RETRIES')
        expect(result.stdout).toMatch(inTheWay(pid))
        expect(result.stderr.split('"revision.retry"').length).toBeGreaterThan(2)
        expect(result.stderr).toMatch(inTheWay(pid))
        // The reader was behind it, and not for longer than a try.
        expect(waitedMs).toBeGreaterThan(LOCK_TIMEOUT_MS / 2)
        expect(waitedMs).toBeLessThan(LOCK_TIMEOUT_MS + MARGIN_MS)
        await holder.query('rollback')
        expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      })
    })

    it('would keep others waiting to the deadline if the lock were waited for', async () => {
      await withBusyTable(server, async ({ gate, pid }) => {
        const { result, waitedMs } = await gate({
          PGATE_DDL_LOCK_TIMEOUT: '10m',
          PGATE_DEADLINE: '6s',
        })
        expect(result, result.stderr).toMatchObject({ exitCode: 54 })
        expect(lastLine(result.stdout)).toContain('MIGRATION_DEADLINE')
        expect(result.stdout).toMatch(inTheWay(pid))
        expect(waitedMs).toBeGreaterThan(LOCK_TIMEOUT_MS + MARGIN_MS)
      })
    })
  },
)

function inTheWay(pid: number): RegExp {
  return new RegExp(
    `waits for pid ${pid} \\(\\w+, the report, idle in transaction for \\S+\\): select`,
  )
}

async function withBusyTable(
  server: TestServer,
  use: (busy: Busy) => Promise<void>,
): Promise<void> {
  await withDatabase(server, ({ url }) =>
    withRevisionFolder(async (folder) => {
      await folder.write('a.sql', REVISION)
      const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      await queryRows(url, 'create table busy as select 1 as id')
      await withClient(url, async (holder) => {
        await holder.query(`set application_name to 'the report'; begin; select * from busy`)
        const { rows } = await holder.query<{ pid: number }>(
          'select pg_backend_pid() as pid from busy',
        )
        const gate: Busy['gate'] = (more) =>
          withClient(url, (client) =>
            withReader(client, 'busy', async (reader) => {
              const result = await startPgate([], { env: { ...env, ...more } }).ended
              return { result, waitedMs: reader.longestWaitMs() }
            }),
          )
        await use({ env, holder, pid: rows[0]?.pid ?? 0, gate })
      })
    }),
  )
}
