import { describe, expect, it } from 'vitest'
import { type RunningPgate, runPgate, startPgate } from '../../support/cli/cli.ts'
import { queryRows, withClient } from '../../support/database/query.ts'
import { checkFault } from '../../support/faults/check-fault.ts'
import { beginStory, timed, withStory } from '../../support/faults/story.ts'
import { SURROUNDING_FAULTS } from '../../support/faults/surrounding-faults.ts'
import { withPgbouncer } from '../../support/servers/pgbouncer.ts'
import { servers, withDatabase } from '../../support/servers/servers.ts'

const { clockAhead, clockBack, serverClockAhead } = SURROUNDING_FAULTS
const HOUR_MS = 3_600_000
const CLOCK = new URL('../../support/faults/jumping-clock.ts', import.meta.url).href

/** The server is shared with tests of other databases. */
const WAITING = `select from pg_locks join pg_stat_activity using (pid)
                  where not granted and datname = current_database()`

const retries = (gate: RunningPgate) => gate.output().stderr.split('trying again').length - 1

describe.each(servers().slice(0, 1))('on $name, a gate whose clock jumps', (server) => {
  it.each([
    [clockAhead, HOUR_MS],
    [clockBack, -HOUR_MS],
  ])('goes on: $what', async (fault, jumpMs) => {
    await withStory('waits', (story) =>
      withDatabase(server, async ({ url }) => {
        await beginStory(url, story)
        const env = {
          ...story.env,
          DATABASE_URL: url,
          PGATE_LOCK_TIMEOUT: '60s',
          PGATE_DEADLINE: '60s',
          PGATE_DDL_LOCK_TIMEOUT: '100ms',
          NODE_OPTIONS: `--import=${CLOCK}`,
          TEST_CLOCK_JUMP: String(jumpMs),
        }
        await withClient(url, async (holder) => {
          await holder.query('begin; lock table held in share mode')
          const strike = async () => {
            const gate = startPgate([], { env })
            await gate.says(/trying again/)
            gate.kill('SIGUSR2')
            await gate.says(/the clock says/)
            const before = retries(gate)
            await expect.poll(() => retries(gate), { timeout: 30_000 }).toBeGreaterThan(before + 1)
            await holder.query('rollback')
            return timed(performance.now(), await gate.ended)
          }
          const again = () => runPgate([], { env: { ...story.env, DATABASE_URL: url } })
          await checkFault(fault, { url: () => url, strike, again })
        })
      }),
    )
  })
})

describe.each(servers({ docker: true }).slice(0, 1))('on $name behind PgBouncer', (server) => {
  it(`goes on: ${serverClockAhead.what}`, async () => {
    await withPgbouncer(server, 'transaction', (pooler) =>
      withStory('waits', (story) =>
        withDatabase(server, async ({ url, name }) => {
          await beginStory(url, story)
          const env = { ...story.env, DATABASE_URL: pooler.urlOf(name) }
          const again = () => runPgate([], { env })
          await withClient(url, async (holder) => {
            await holder.query('begin; lock table held in share mode')
            const strike = async () => {
              const gate = startPgate([], { env })
              // Through a pooler a session does not say that it is pgate's.
              const waiting = () => queryRows(url, WAITING)
              await expect.poll(waiting, { timeout: 30_000 }).toHaveLength(1)
              await queryRows(
                url,
                "update pgate_lease set expires_at = expires_at - interval '1 hour'",
              )
              await holder.query('rollback')
              return timed(performance.now(), await gate.ended)
            }
            await checkFault(serverClockAhead, { url: () => url, strike, again })
          })
        }),
      ),
    )
  })
})
