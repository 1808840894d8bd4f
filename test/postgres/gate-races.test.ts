import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli.ts'
import { MAI_MIGRATIONS } from '../support/project.ts'
import { queryRows, withClient } from '../support/query.ts'
import { servers, withDatabase } from '../support/servers.ts'

describe.each(servers({ vector: true }))('gates at the same time on $name', (server) => {
  it('lets twenty through an empty database and runs each revision once', async () => {
    await withDatabase(server, async ({ url }) => {
      const env = { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS }
      const gates = await Promise.all(Array.from({ length: 20 }, () => runPgate([], { env })))
      const failed = gates.filter((gate) => gate.exitCode !== 0)
      expect(failed).toEqual([])
      const runs = await queryRows(
        url,
        `select revision, count(*)::int as runs from pgate_journal
          where action <> 'verify' group by revision order by revision`,
      )
      expect(runs).toEqual([
        { revision: '4f1c2a7be903', runs: 1 },
        { revision: 'b83d5e0f6c21', runs: 1 },
      ])
    })
  })

  it('says who holds the lock and gives up with 52', async () => {
    await withDatabase(server, async ({ url }) => {
      await withClient(url, async (rival) => {
        await rival.query("set application_name to 'the rival'")
        await rival.query(
          `select pg_advisory_lock(hashtextextended('pgate "public"."alembic_version"', 0))`,
        )
        const result = await runPgate([], {
          env: { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS, PGATE_LOCK_TIMEOUT: '1s' },
        })
        expect(result.exitCode).toBe(52)
        expect(result.stdout).toContain('the rival')
        expect(result.stdout).toContain('LOCK_TIMEOUT')
      })
    })
  })
})
