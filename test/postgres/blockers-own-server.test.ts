import { describe, expect, vi } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { it } from '../support/cli/it.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { steeredImages, withSteeredServer } from '../support/servers/steered-server.ts'

/** What no other server of the tests has: prepared transactions, and autovacuum that is seen for a while. */
const SETTINGS = {
  max_prepared_transactions: '5',
  autovacuum_naptime: '1s',
  deadlock_timeout: '3s',
}

const PATIENCE = { timeout: 30_000, interval: 100 }

describe.each(steeredImages())('what is in the way on a server of its own (%s)', () => {
  it('is a prepared transaction, named with what ends it; or autovacuum, which is left alone', {
    timeout: 240_000,
  }, async ({ folder }) => {
    await withSteeredServer(async (server) => {
      await server.start(SETTINGS)
      const { url } = server
      await vi.waitFor(() => queryRows(url, 'select 1'), PATIENCE)
      const gate = (more: Readonly<Record<string, string>>) =>
        runPgateHere([], {
          env: {
            ...{ DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' },
            ...{ PGATE_BLOCKERS: 'terminate', PGATE_BLOCKERS_AFTER: '1ms', ...more },
          },
        })
      const upgrade = 'ALTER TABLE busy ADD COLUMN note text;'
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      await queryRows(
        url,
        `create table busy with (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)
           as select n from generate_series(1, 50000) n`,
      )
      await queryRows(url, "begin; insert into busy values (0); prepare transaction 'order ''7'")
      const locked = await gate({ PGATE_LOCK_TIMEOUT: '0', PGATE_DDL_LOCK_TIMEOUT: '1500ms' })
      expect(locked).toMatchObject({ exitCode: 54 })
      expect(locked.stdout).toMatch(
        /waits for prepared transaction 'order ''7' of database postgres \(postgres, prepared for [^)]+\)/,
      )
      const [, command = ''] = /or end it: (ROLLBACK PREPARED .+?) \(in/.exec(locked.stdout) ?? []
      await queryRows(url, command)

      await queryRows(url, 'delete from busy')
      await vi.waitFor(async () => {
        const rows = await queryRows(
          url,
          "select from pg_stat_activity where query like 'autovacuum: VACUUM%busy%'",
        )
        expect(rows).toHaveLength(1)
      }, PATIENCE)
      const past = await gate({ PGATE_DDL_LOCK_TIMEOUT: '30s' })
      expect(past, past.stderr).toMatchObject({ exitCode: 0 })
      expect(past.stderr).toContain('is not ended: autovacuum gives way by itself')
      expect(past.stderr).not.toContain('blocker.ended')
    })
  })
})
