import { expect, it } from 'vitest'
import { refuseLargeFolder, refuseLargeSection } from '../../../../src/revisions/sql/memory.ts'
import { failureOf, section } from '../support.ts'

const MB = 1024 * 1024
const LIMIT = 256 * MB
const ROW = "(1, 'some text of a row with words', 2.5, now())"
const FILE = { file: 'm/a.sql' }

const many = (bytes: number) => `INSERT INTO t VALUES ${ROW};\n`.repeat(bytes / 70)
const one = (bytes: number) => `INSERT INTO t VALUES\n${`${ROW},\n`.repeat(bytes / 50)}${ROW};\n`

it.each([
  ['50 MB of rows in one statement', one(50e6)],
  ['20 MB of small statements', many(20e6)],
])('256 MiB are enough for %s', (_, text) => {
  expect(() => refuseLargeSection(FILE, section(text), LIMIT)).not.toThrow()
})

it.each([
  ['50 MB of small statements', many(50e6)],
  ['100 MB of rows in one statement', one(100e6)],
  ['40 MB of rows in letters that take two bytes', `select '${'я'.repeat(40e6)}'`],
])('256 MiB are not enough for %s, which are refused with size and limit', async (_, text) => {
  const refuse = async () => refuseLargeSection(FILE, section(text), LIMIT)
  const failure = await failureOf(refuse, 'REVISION_TOO_LARGE')
  expect(failure.message).toMatch(/^m\/a\.sql: \d+ MiB need about \d+ MiB .* may use 256 MiB$/)
  expect(failure.exitCode).toBe(50)
})

it('a folder that cannot be held is refused before it is read', async () => {
  expect(() => refuseLargeFolder('m', 80 * MB, LIMIT)).not.toThrow()
  const refuse = async () => refuseLargeFolder('m', 100 * MB, LIMIT)
  await failureOf(refuse, 'REVISION_TOO_LARGE')
})
