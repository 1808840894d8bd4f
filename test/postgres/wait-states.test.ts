import { describe, expect, it } from 'vitest'
import { waitForServer } from '../../src/steps/wait/wait.ts'
import { databaseOf, gateError, type LoggedLine, stepContext } from '../support/cli/step.ts'
import { queryRows } from '../support/database/query.ts'
import { containers } from '../support/docker/containers.ts'
import { PASSWORD } from '../support/servers/docker-servers.ts'
import { steeredImages, withSteeredServer } from '../support/servers/steered-server.ts'

const state =
  (name: string) =>
  ({ event, fields }: LoggedLine) =>
    event === 'wait.state' && fields.state === name

/** The states that were reported, in order. */
function states(reported: readonly LoggedLine[]): readonly unknown[] {
  return reported.filter(({ event }) => event === 'wait.state').map(({ fields }) => fields.state)
}

describe.each(steeredImages())('waiting while a server of %s changes', () => {
  it('goes on when a standby is promoted, and leaves no session on it before', async () => {
    await withSteeredServer(async (server) => {
      await server.becomeStandby()
      await server.start({ hot_standby: 'off' })
      const context = stepContext({ DATABASE_URL: server.url, PGATE_WAIT_TIMEOUT: '40s' })
      const waiting = waitForServer(context, databaseOf(context))
      await context.untilLogged(state('starting up'))
      await server.stop()
      await server.start({ hot_standby: 'on' })
      await context.untilLogged(state('in recovery'))
      await server.promote()
      const { session, attempts } = await waiting
      const { rows } = await session.query<{ sessions: number }>(
        `select count(*)::int as sessions from pg_catalog.pg_stat_activity
         where application_name like 'pgate%'`,
      )
      await session.close()
      expect(rows).toEqual([{ sessions: 1 }])
      expect(attempts).toBeGreaterThan(2)
    })
  })

  it('points from a standby to the primary when the time is over', async () => {
    await withSteeredServer(async (server) => {
      await server.becomeStandby()
      await server.start()
      await expect.poll(() => server.isReady('--host', '127.0.0.1'), { timeout: 20_000 }).toBe(0)
      const context = stepContext({ DATABASE_URL: server.url, PGATE_WAIT_TIMEOUT: '1s' })
      const error = await gateError(waitForServer(context, databaseOf(context)))
      expect(error).toMatchObject({ code: 'NOT_READY', facts: { state: 'in recovery' } })
      expect(error.hint).toContain('primary')
    })
  })

  it('goes on when a frozen server answers again', async () => {
    await withSteeredServer(async (server) => {
      await server.start()
      await expect.poll(() => server.isReady('--host', '127.0.0.1'), { timeout: 20_000 }).toBe(0)
      await server.freeze()
      const context = stepContext({ DATABASE_URL: server.url, PGATE_WAIT_TIMEOUT: '40s' })
      const waiting = waitForServer(context, databaseOf(context))
      await context.untilLogged(state('unreachable'))
      await server.thaw()
      await (await waiting).session.close()
      expect(states(context.logged)).toEqual(['unreachable'])
    })
  })

  it("comes through the official image's first start to the real server", async () => {
    const { GenericContainer, Wait } = await containers()
    const container = await new GenericContainer('pgvector/pgvector:pg17')
      .withEnvironment({ POSTGRES_PASSWORD: PASSWORD, POSTGRES_DB: 'app' })
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forSuccessfulCommand('true'))
      .start()
    try {
      const address = `${container.getHost()}:${container.getMappedPort(5432)}`
      const url = `postgres://postgres:${encodeURIComponent(PASSWORD)}@${address}/app`
      const context = stepContext({ DATABASE_URL: url })
      const { session } = await waitForServer(context, databaseOf(context))
      await session.query('create table proof (id int)')
      await session.close()
      expect(await queryRows(url, 'select * from proof')).toEqual([])
      expect(states(context.logged)).not.toContain('password refused')
    } finally {
      await container.stop({ timeout: 0 })
    }
  })
})
