import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

describe.each(servers({ docker: true }).slice(0, 1))('on $name', (server) => {
  it.each(['session', 'transaction'] as const)('pools by %s', async (mode) => {
    await withPgbouncer(server, mode, (pooler) =>
      withDatabase(server, async (database) => {
        const client = new Client({ connectionString: pooler.urlOf(database.name) })
        await client.connect()
        const { rows } = await client.query('select current_database() as name')
        await client.end()
        expect(rows).toEqual([{ name: database.name }])
      }),
    )
  })
})
