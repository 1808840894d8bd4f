import { Client, type QueryResultRow } from 'pg'

/** Rows of one query over a connection of its own. */
export async function queryRows<Row extends QueryResultRow = Record<string, unknown>>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<Row>(text, [...values])
    return rows
  })
}

/** Lends a plain client, to be in pgate's way. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
