import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

async function databases(server: TestServer): Promise<readonly string[]> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database')
    return rows.map((row) => row.datname)
  } finally {
    await client.end()
  }
}

describe.each(servers())('on $name', (server) => {
  it('lends a database named after the test and drops it', async () => {
    const name = await withDatabase(server, async (database) => {
      expect(await databases(server)).toContain(database.name)
      return database.name
    })
    expect(name).toContain('lends_a_database')
    expect(await databases(server)).not.toContain(name)
  })

  it('keeps the database of a test that failed', async () => {
    const failure = new Error('on purpose')
    let name = ''
    const lent = withDatabase(server, async (database) => {
      name = database.name
      throw failure
    })
    await expect(lent).rejects.toBe(failure)
    expect(await databases(server)).toContain(name)
    const client = new Client({ connectionString: server.url })
    await client.connect()
    await client.query(`drop database "${name}"`)
    await client.end()
  })
})
