import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { testDatabases } from 'pgate/testing'

let databases

before(async () => {
  databases = await testDatabases({
    url: process.env.TEST_DATABASE_URL,
    migrations: 'migrations',
    seed: "insert into author (name) values ('Ada')",
  })
})
after(() => databases.close())

async function namesAfter(added) {
  const database = await databases.create()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query('insert into author (name) values ($1)', [added])
    const { rows } = await client.query('select name from author order by name')
    return rows.map(({ name }) => name)
  } finally {
    await client.end()
    await database.drop()
  }
}

test('a test sees its own rows', async () => {
  assert.deepEqual(await namesAfter('Grace'), ['Ada', 'Grace'])
})

test('and none of another test', async () => {
  assert.deepEqual(await namesAfter('Hedy'), ['Ada', 'Hedy'])
})
