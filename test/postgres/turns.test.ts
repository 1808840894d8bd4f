import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { type ConnectionTurns, withTurnCounter } from '../support/network/turns.ts'
import { servers } from '../support/servers/servers.ts'

describe.each(servers().slice(0, 1))('the counter of round trips on $name', (server) => {
  it('counts one for each question that waits for its answer', async () => {
    const [connection] = await turnsOf(async (client) => {
      await client.query('select 1')
      await client.query('select $1::int as number', [2])
    })
    expect(connection?.after).toEqual([
      ['Q select 1'],
      ['P select $1::int as number', 'B', 'D', 'E', 'S'],
    ])
  })

  it('counts one for questions that are sent without waiting', async () => {
    const [connection] = await turnsOf(
      (client) => Promise.all([client.query('select 1'), client.query('select 2')]),
      { pipeline: true },
    )
    expect(connection?.after.length).toBe(1)
  })

  it('reports the start-up and the authentication apart, and shows no password', async () => {
    const [connection, ...others] = await turnsOf(async () => {})
    expect(connection).toEqual({ startUp: [['start-up'], ['p'], ['p']], after: [] })
    expect(others).toEqual([])
  })

  async function turnsOf(
    use: (client: Client) => Promise<unknown>,
    options: { readonly pipeline?: true } = {},
  ): Promise<readonly ConnectionTurns[]> {
    return withTurnCounter(server.url, async ({ url, connections }) => {
      const client = new Client({ connectionString: url, ...options })
      await client.connect()
      try {
        await use(client)
      } finally {
        await client.end()
      }
      return connections()
    })
  }
})
