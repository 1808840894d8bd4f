import { describe, expect, it } from 'vitest'
import { withSession } from '../../src/postgres/session/session.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers } from '../support/servers/servers.ts'

describe.each(servers({ docker: true }).slice(0, 1))('through PgBouncer to $name', (server) => {
  it('knows the server, and cancels its statement through the pooler', async () => {
    await withPgbouncer(server, 'transaction', async (pooler) => {
      const database = databaseOf(pooler.urlOf('postgres'))
      await withSession(database, patiently(), async (session) => {
        expect(session.server.major).toBe(server.major)
        const running = session.query('select pg_catalog.pg_sleep(30)')
        const timer = setInterval(() => void session.cancel(), 200)
        await expect(running).rejects.toMatchObject({ code: '57014' })
        clearInterval(timer)
        expect(database.warnings).toEqual([])
      })
    })
  })
})
