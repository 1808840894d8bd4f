import { expect, it } from 'vitest'
import { splitStatements } from '../../../src/revisions/sql/split.ts'

it('more statements than the parser has room for at a time are cut, each with its line', async () => {
  const count = 600_000
  const text = 'insert into t values (1, 2, 3);\n'.repeat(count)
  const body = { kind: 'sql', text, line: 7 } as const
  const { statements } = await splitStatements(body, { file: 'm/1.sql', transaction: 'auto' })
  expect(statements).toHaveLength(count)
  expect(statements.at(-1)).toMatchObject({ line: 7 + count - 1, column: 1 })
}, 60_000)

it('a statement that is longer than what is parsed is run as it stands, without being parsed', async () => {
  const rows = Array.from({ length: 100_000 }, (_, id) => `(${id}, 'it''s; a row')`)
  const text = `select 1;\n-- many\ninsert into t values\n${rows.join(',\n')};\nselect 2;`
  const body = { kind: 'sql', text, line: 7 } as const
  const { statements } = await splitStatements(body, { file: 'm/1.sql', transaction: 'auto' })
  expect(statements.map(({ line, node }) => [line, node])).toEqual([
    [7, 'SelectStmt'],
    [9, 'unparsed'],
    [100_010, 'SelectStmt'],
  ])
  expect(statements[1]?.text).toBe(`insert into t values\n${rows.join(',\n')}`)
})
