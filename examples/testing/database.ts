import { type TestDatabases, testDatabases } from 'pgate/testing'
import { test as base } from 'vitest'

interface Lent {
  /** The URL of a database that this test has for itself. */
  databaseUrl: string
}

/** `test`, which lends a database to every test that takes `databaseUrl` out of its first argument. */
export const test = base.extend<Lent & { databases: TestDatabases }>({
  databases: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest wants one, to see what a fixture needs
    async ({}, use) => {
      await using databases = await testDatabases({
        url: process.env.TEST_DATABASE_URL,
        migrations: 'migrations',
        seed: "insert into author (name) values ('Ada')",
      })
      await use(databases)
    },
    { scope: 'worker' },
  ],
  databaseUrl: async ({ databases }, use) => {
    await using database = await databases.create()
    await use(database.url)
  },
})
