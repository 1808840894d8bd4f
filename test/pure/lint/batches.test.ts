import { expect, it } from 'vitest'
import { readForLint } from '../../../src/lint/statements.ts'
import { parseSqlRevision } from '../../../src/revisions/file/parse-sql.ts'

it('lint reads a batch as a transaction of its own, with its table', async () => {
  const text = `-- Lower
-- revision: aaa
-- revises: none
-- pgate: upgrade
ALTER TABLE users ADD COLUMN n int;
-- pgate: batch users by id, 5000 rows
UPDATE users SET n = 1 FROM batch WHERE users.id = batch.id;
ALTER TABLE users ADD CHECK (n > 0) NOT VALID;
`
  const parsed = parseSqlRevision(text, 'a.sql')
  if (parsed.kind !== 'revision') throw new Error(JSON.stringify(parsed.faults))
  const { statements, faults } = await readForLint(parsed.revision)
  expect(faults).toEqual([])
  expect(new Set(statements.map(({ transaction }) => transaction)).size).toBe(3)
  expect(statements.map(({ batched }) => batched?.batch?.table)).toEqual([
    undefined,
    '"users"',
    undefined,
  ])
})

it('a batch line above the first section is a fault', () => {
  const line = '-- pgate: batch users by id, 5000 rows'
  const parsed = parseSqlRevision(
    `-- a\n-- revision: aaa\n-- revises: none\n${line}\n-- pgate: upgrade\n`,
    'a.sql',
  )
  expect(parsed).toMatchObject({ faults: [{ code: 'REVISION_BATCH', line: 4 }] })
})
