import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GateError } from '../../../src/errors/error.ts'
import { forPsql } from '../../../src/offline/psql-text.ts'
import { splitStatements } from '../../../src/revisions/sql/split.ts'
import { unsupportedIn } from '../../../src/revisions/sql/unsupported.ts'
import { anyText, mutated, outcomeOf, runs } from '../../support/cli/fuzz.ts'

const STATEMENTS = [
  'create table "a""b" (id integer primary key, "é🚀" text default $$it\'s$$);\n',
  "do $body$ begin perform 1; commit; end $body$;\ninsert into t values (E'\\n', 'a;b'), (U&'\\00e9', 'x');\n",
  'create function f() returns integer language sql begin atomic select 1; select 2; end;\n',
  "/* one /* in */ another */ create index concurrently i on t (lower(n)) where n <> ';'; -- end\n",
  "create type mood as enum ('sad', 'o''k'); alter type mood add value 'x'; vacuum t;\n",
]
const WORDS = [
  ...[
    'select ',
    'begin;',
    'commit;',
    'copy t from stdin;\n',
    '$tag$',
    "E'\\'",
    'U&"',
    '(',
    ')',
    '::',
  ],
  ...['/*', '*/', '--', "'", '"', ';', ':x', '\\q\n', '1e', '0x', '$1', '{', 'create ', 'table '],
]

const body = (text: string) => ({ kind: 'sql', text, line: 10 }) as const
const FILE = { file: 'm/1.sql', transaction: 'auto' } as const
const split = (text: string) => outcomeOf(() => splitStatements(body(text), FILE))

/** The file and a line of the section, and the words that PostgreSQL has for it. */
function expectPlace({ code, message, facts }: GateError, text: string): void {
  expect(['MIGRATION_FAILED', 'REVISION_UNSUPPORTED']).toContain(code)
  const [, line] = /m\/1\.sql:(\d+)/.exec(message) ?? []
  expect(Number(line)).toBeGreaterThanOrEqual(10)
  expect(Number(line)).toBeLessThan(10 + text.split('\n').length)
  if (code === 'MIGRATION_FAILED') expect(facts.file).toBe('m/1.sql')
}

describe('any text as statements', () => {
  it('is cut into them, or refused with file and line', async () => {
    const texts = fc.oneof(mutated(STATEMENTS, WORDS), anyText([...STATEMENTS, ...WORDS]))
    // What a file's bytes can be decoded to: a NUL and a lone surrogate are refused before.
    const decoded = texts.map((text) => text.replaceAll('\u0000', '').toWellFormed())
    await fc.assert(
      fc.asyncProperty(decoded, async (text) => {
        const outcome = await split(text)
        for (const { line } of await unsupportedIn(body(text), FILE)) {
          expect(line).toBeGreaterThanOrEqual(10)
        }
        if (outcome.kind === 'refused') return expectPlace(outcome.failure, text)
        let from = 0
        const { begin, statements } = outcome.result
        const all = statements.flatMap(({ parts, ...one }) => parts ?? [one])
        for (const { text: statement } of begin.length > 0 ? [] : all) {
          const at = text.indexOf(statement, from)
          expect(at).toBeGreaterThanOrEqual(from)
          from = at + statement.length
          expect(await split(await forPsql(statement))).toMatchObject({
            result: { statements: [{ line: 10 }] },
          })
        }
      }),
      runs(600),
    )
  })

  it.each([
    ['brackets', `select ${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['operators', `select ${'1+'.repeat(50_000)}1`],
    ['subqueries', `select * from ${'(select * from '.repeat(9_000)}t${') x'.repeat(9_000)}`],
    ['unions', `select 1 ${'union select 1 '.repeat(30_000)}`],
    ['arrays', `select ${'array['.repeat(50_000)}1${']'.repeat(50_000)}`],
  ])('is refused where %s nest too deeply, and the next text is cut as ever', async (_, text) => {
    const outcome = await split(`select 1;\n${text}`)
    if (outcome.kind === 'result') throw new Error('it was cut')
    expectPlace(outcome.failure, `\n${text}`)
    expect(await split('select 1; select 2')).toMatchObject({
      result: { statements: [{ line: 10 }, { line: 10 }] },
    })
  })
})
