import { describe, expect } from 'vitest'
import { residentMemory } from '../support/cli/resident-memory.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { type RunningSidecar, withSidecar } from '../support/cli/sidecar.ts'
import { queryRows } from '../support/database/query.ts'
import { sized } from '../support/run/long.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** How many verifies are measured. */
const VERIFIES = Number(process.env.TEST_SIDECAR_VERIFIES ?? sized({ sample: 40, whole: 2_000 }))
const TIMEOUT_MS = 60_000 + VERIFIES * 500
const MIB = 1024 * 1024

describe.each(servers({ vector: true }).slice(0, 1))(
  'a sidecar that verifies for long on $name',
  (server) => {
    const it = testOn(server)

    it('needs no more memory than at its beginning', { timeout: TIMEOUT_MS }, async ({
      database: { url },
    }) => {
      const env = {
        DATABASE_URL: url,
        PGATE_MIGRATIONS: MAI_MIGRATIONS,
        PGATE_VERIFY_INTERVAL: '1ms',
      }
      await withSidecar({ env, timeoutMs: TIMEOUT_MS }, async (sidecar) => {
        await verified(sidecar, 1)
        const measured: number[] = []
        for (const share of [0.2, 0.4, 0.6, 0.8, 1]) {
          // A schema that is another each time makes the most of a verify.
          await queryRows(url, 'create table by_hand (id integer)')
          await verified(sidecar, VERIFIES * (share - 0.1))
          await queryRows(url, 'drop table by_hand')
          await verified(sidecar, VERIFIES * share)
          measured.push(await residentMemory(sidecar.pid))
        }
        if (VERIFIES > 1_000) console.log(`MiB: ${measured.map((each) => Math.round(each / MIB))}`)
        const [first = 0] = measured
        const last = measured.at(-1) ?? 0
        expect(first).toBeGreaterThan(20 * MIB)
        expect(last - first).toBeLessThan(24 * MIB)
      })
    })
  },
)

async function verified(sidecar: RunningSidecar, count: number): Promise<void> {
  const patience = { everyMs: 10, forMs: TIMEOUT_MS }
  await sidecar.until(`${count} verifies`, ({ verify }) => verify.counts.passed >= count, patience)
}
