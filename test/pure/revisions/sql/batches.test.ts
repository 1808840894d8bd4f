import { describe, expect, it } from 'vitest'
import { cutSections } from '../../../../src/revisions/file/sections.ts'
import { withBatch } from '../../../../src/revisions/sql/batches.ts'
import { executionMode, readSection } from '../../../../src/revisions/sql/split.ts'

const LINE = '-- pgate: batch users by id, 5000 rows, pause 100ms'
const UPDATE = 'UPDATE users SET n = 1 FROM batch WHERE users.id = batch.id;'

async function read(section: string, transaction: 'auto' | 'on' | 'off' = 'auto') {
  const { upgrade } = cutSections(`-- pgate: upgrade\n${section}\n`)
  if (upgrade === null) throw new Error('no section')
  return readSection(upgrade, transaction)
}

async function faultOf(section: string, transaction?: 'auto' | 'on' | 'off'): Promise<string> {
  const found = await read(section, transaction)
  if (found.kind !== 'faults') return found.kind
  return found.faults.map(({ line, message }) => `${line}: ${message}`).join('\n')
}

async function batchOf(line: string, statement = UPDATE) {
  const found = await read(`${line}\n${statement}`)
  if (found.kind !== 'script') throw new Error(JSON.stringify(found))
  return found.script.statements
}

describe('a batch line', () => {
  it('is a statement of its own, above the one that it is for', async () => {
    const statements = await batchOf(LINE)
    const said = {
      table: '"users"',
      by: ['id'],
      rows: 5000,
      pauseMs: 100,
      insertAt: 0,
      sets: ['n'],
    }
    expect(statements).toEqual([
      {
        text: '-- pgate: batch "users" by "id"',
        ...{ line: 2, column: 1, transactional: true, node: 'Batch' },
        batch: { ...said, part: 'begin' },
      },
      {
        text: UPDATE.slice(0, -1),
        ...{ line: 3, column: 1, transactional: true, node: 'UpdateStmt' },
        batch: { ...said, part: 'rows' },
      },
    ])
    const place = { id: 'a', file: 'a.sql', transaction: 'auto' } as const
    expect(executionMode(place, { begin: [], statements })).toBe('statements')
  })

  it.each([
    ['-- pgate: batch users, 5000 rows', { table: '"users"', rows: 5000, pauseMs: 0 }],
    ['  --pgate:batch Users , 5_000  row', { table: '"users"', rows: 5000 }],
    ['-- PGATE: Batch app."My ""T""", 1 rows', { table: '"app"."My ""T"""', rows: 1 }],
    ['-- pgate: batch t by (a, "B c"), 9 rows', { by: ['a', 'B c'] }],
    ['-- pgate: batch t by a,b, 9 rows, pause 1.5s', { by: ['a', 'b'], pauseMs: 1500 }],
    ['-- pgate: batch größe by é, 9 rows', { table: '"größe"', by: ['é'] }],
  ])('is read: %s', async (line, said) => {
    expect((await batchOf(line))[0]?.batch).toMatchObject(said)
  })

  it.each([
    '-- pgate: batch',
    '-- pgate: batch users',
    '-- pgate: batch users by id, 5000',
    '-- pgate: batch users by id 5000 rows',
    '-- pgate: batch users by, 5000 rows',
    '-- pgate: batch users by (id, 5000 rows',
    '-- pgate: batch users by lower(id), 5000 rows',
    '-- pgate: batch a.b.c, 5000 rows',
    '-- pgate: batch users by id, -5 rows',
    '-- pgate: batch users by id, 5,000 rows',
    '-- pgate: batch users by id, 5000 rows, wait 5s',
    '-- pgate: batch users by id, 5000 rows;',
  ])('cannot be read: %s', async (line) => {
    expect(await faultOf(`${line}\n${UPDATE}`)).toBe('2: a batch line that cannot be read')
  })

  it.each([
    ['a number', '-- pgate: batch t, 0 rows', UPDATE, '2: a batch of 0 rows'],
    ['a number', '-- pgate: batch t, 1000001 rows', UPDATE, '2: a batch of 1000001 rows'],
    [
      'a pause',
      '-- pgate: batch t, 9 rows, pause 5x',
      UPDATE,
      '2: a batch line with a pause of 5x',
    ],
    ['no statement', LINE, '', '2: a batch line above no statement'],
    [
      'DDL',
      LINE,
      'ALTER TABLE batch ADD x int;',
      '3: a batch line above a statement that changes no rows',
    ],
    [
      'COPY',
      LINE,
      'COPY batch FROM stdin;\n\\.',
      '3: a batch line above a statement that changes no rows',
    ],
    [
      'SELECT INTO',
      LINE,
      'SELECT * INTO x FROM batch;',
      '3: a batch line above a statement that changes no rows',
    ],
    [
      'another relation',
      LINE,
      'UPDATE users SET n = 1;',
      '3: a batch line above a statement that does not use the relation `batch`',
    ],
    [
      'its word in a text',
      LINE,
      "UPDATE users SET n = 'batch';",
      '3: a batch line above a statement that does not use the relation `batch`',
    ],
    [
      'a table of that name',
      LINE,
      'UPDATE users SET n = 1 FROM app.batch;',
      '3: a batch line above a statement that does not use the relation `batch`',
    ],
    [
      'a CTE of that name',
      LINE,
      'WITH batch AS (SELECT 1) UPDATE users SET n = 1 FROM batch;',
      '3: the statement defines `batch` itself',
    ],
    ['two lines', `${LINE}\n${LINE}`, UPDATE, '3: a second batch line'],
    [
      'within a statement',
      'UPDATE users',
      `${LINE}\nSET n = 1;`,
      '3: a batch line above no statement',
    ],
    [
      'a transaction of the file',
      `BEGIN;\n${LINE}`,
      `${UPDATE}\nCOMMIT;`,
      '3: a batch inside the transaction that line 5 commits',
    ],
    [
      'a COMMIT below',
      `SELECT 1;\n${LINE}`,
      `${UPDATE}\nCOMMIT;\nSELECT 1;`,
      '3: a batch inside the transaction that line 5 commits',
    ],
  ])('is refused for %s', async (_, line, statement, fault) => {
    expect(await faultOf(`${line}\n${statement}`)).toBe(fault)
  })

  it('is refused with `transaction: on`, and stands between transactions of the file', async () => {
    expect(await faultOf(`${LINE}\n${UPDATE}`, 'on')).toMatch(/^2: each batch is a transaction/)
    expect(
      await faultOf(`BEGIN;SELECT 1;COMMIT;\n${LINE}\n${UPDATE}\nBEGIN;SELECT 1;COMMIT;`),
    ).toBe('script')
  })

  it('that is misspelt names the word that was meant', () => {
    const { faults } = cutSections('-- pgate: upgrade\n-- pgate: bacth users by id, 5000 rows\n')
    expect(faults).toMatchObject([{ line: 2, remedy: 'write `-- pgate: batch …`' }])
  })

  it('is a comment in a file that is not pgate’s own', async () => {
    const body = { kind: 'sql', text: `${LINE}\nSELECT 1;`, line: 1 } as const
    const found = await readSection(body, 'auto')
    expect(found).toMatchObject({ kind: 'script', script: { statements: [{ text: 'SELECT 1' }] } })
  })
})

describe('a statement with its batch', () => {
  it.each([
    ['UPDATE t SET a = 1 FROM batch', 'with batch as (K) UPDATE t SET a = 1 FROM batch'],
    [
      'WITH x AS (SELECT 1) SELECT 1 FROM batch, x',
      'WITH batch as (K), x AS (SELECT 1) SELECT 1 FROM batch, x',
    ],
    [
      'with /* a */ recursive -- b\n x AS (SELECT 1) SELECT 1 FROM batch, x',
      'with /* a */ recursive -- b\n batch as (K), x AS (SELECT 1) SELECT 1 FROM batch, x',
    ],
    [
      'INSERT INTO t WITH x AS (SELECT 1) SELECT 1 FROM batch, x',
      'with batch as (K) INSERT INTO t WITH x AS (SELECT 1) SELECT 1 FROM batch, x',
    ],
    [
      'MERGE INTO t USING batch b ON t.id = b.id WHEN MATCHED THEN DELETE',
      'with batch as (K) MERGE INTO t USING batch b ON t.id = b.id WHEN MATCHED THEN DELETE',
    ],
  ])('%s', async (text, sent) => {
    const statement = (await batchOf(LINE, `${text};`))[1]
    if (statement === undefined) throw new Error('no statement')
    const found = withBatch(statement, 'K')
    expect(found.text).toBe(sent)
    // Every character is found where it stands in the file.
    const insertAt = statement.batch?.insertAt ?? 0
    for (let at = 0; at < text.length; at += 1) {
      const inSent = at < insertAt ? at : at + sent.length - text.length
      expect(found.positionOf(inSent + 1)).toBe(at + 1)
    }
    expect(found.positionOf(insertAt + 3)).toBe(
      insertAt === 0 ? 1 : insertAt + (insertAt > 2 ? 1 : 0),
    )
  })
})
