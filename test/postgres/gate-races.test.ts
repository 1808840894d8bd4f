import { describe, expect } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { withClient } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

describe.each(anyServer({ vector: true }))('gates at the same time on $name', (server) => {
  const it = testOn(server)

  it('says who holds the lock and gives up with 52', async ({ database: { url } }) => {
    await withClient(url, async (rival) => {
      await rival.query("set application_name to 'the rival'")
      await rival.query(`select pg_advisory_lock(${gateLockKey()})`)
      const result = await runPgate([], {
        env: { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS, PGATE_LOCK_TIMEOUT: '1s' },
      })
      expect(result.exitCode).toBe(52)
      expect(result.stdout).toContain('the rival')
      expect(result.stdout).toContain('LOCK_TIMEOUT')
    })
  })
})
