import { it as withFolder } from '../cli/it.ts'
import {
  createDatabase,
  dropDatabase,
  keepDatabase,
  type TestDatabase,
  type TestServer,
} from './servers.ts'

interface Lent {
  /** An empty database on the server; kept, and named on standard error, where the test fails. */
  readonly database: TestDatabase
}

/**
 * `it` on one server, for `const it = testOn(server)`: lends a test the database and the folder of
 * revisions that it takes out of its first argument.
 */
export function testOn(server: TestServer) {
  return withFolder.extend<Lent>({
    database: async ({ task }, use) => {
      const database = await createDatabase(server, task.name)
      await use(database)
      if (task.result?.state === 'fail') keepDatabase(server, database)
      else await dropDatabase(server, database)
    },
  })
}
