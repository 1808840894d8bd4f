import pg from 'pg'
import { expect } from 'vitest'
import { test } from './database.ts'

async function namesAfter(databaseUrl: string, added: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('insert into author (name) values ($1)', [added])
    const { rows } = await client.query('select name from author order by name')
    return rows.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

test('a test sees its own rows', async ({ databaseUrl }) => {
  expect(await namesAfter(databaseUrl, 'Grace')).toEqual(['Ada', 'Grace'])
})

test('and none of another test', async ({ databaseUrl }) => {
  expect(await namesAfter(databaseUrl, 'Hedy')).toEqual(['Ada', 'Hedy'])
})
