/**
 * The door for tests: a database for each, cloned from a template that is migrated once.
 * @see docs/testing.md
 */
export { GateError } from './errors/error.ts'
export type { Logger } from './library/logger.ts'
export {
  type TestDatabase,
  type TestDatabaseOptions,
  type TestDatabases,
  testDatabases,
} from './testing/test-databases.ts'
