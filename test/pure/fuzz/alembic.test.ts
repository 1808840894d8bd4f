import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GateError } from '../../../src/errors/error.ts'
import { planImport } from '../../../src/formats/alembic/import/files.ts'
import { parseAlembicHistory } from '../../../src/formats/alembic/import/history.ts'
import { importedRevisions } from '../../../src/formats/alembic/import/imported-revisions.ts'
import { parseAlembicSql } from '../../../src/formats/alembic/import/sql.ts'
import type { ImportSource } from '../../../src/formats/import-invalid.ts'
import { anyText, mutated, outcomeOf, runs } from '../../support/cli/fuzz.ts'
import { linkedGraph } from '../../support/graphs/random-graph.ts'
import { recorded } from '../formats/alembic/import/support.ts'

const FIXTURES = new URL('../../fixtures/alembic/', import.meta.url)
const NAMES = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
const textsOf = (ending: string) =>
  NAMES.filter((name) => name.endsWith(ending)).map((name) => recorded(name).text)
const SQL = textsOf('.sql')
const HISTORIES = textsOf('.txt')

const WORDS = [
  ...['-- Running upgrade  -> ', '-- Running upgrade ', '-- Running downgrade ', ' -> ', '\n\n'],
  ...['BEGIN;\n', 'COMMIT;\n', '-- pgate: upgrade\n', '../../etc/passwd', 'a/b', '\\i x\n', "'';"],
  ...["INSERT INTO alembic_version (version_num) VALUES ('x');\n", 'Rev: ', 'Parent: ', '<base>'],
]
const sql = fc.oneof(
  { weight: 4, arbitrary: mutated(SQL, WORDS) },
  { weight: 1, arbitrary: anyText([...WORDS, ...SQL]) },
)
const history = fc.oneof(
  { weight: 4, arbitrary: mutated(HISTORIES, WORDS) },
  { weight: 1, arbitrary: anyText([...WORDS, ...HISTORIES]) },
)

/** Both directions and the history of one project, each of them whole or mutated. */
const project = fc.constantFrom('branched', 'linear', 'two-bases').chain((name) => {
  const text = (file: string) => {
    const whole = recorded(`${name}/${file}`).text
    return fc.oneof(
      { weight: 2, arbitrary: fc.constant(whole) },
      { weight: 1, arbitrary: mutated([whole], WORDS).map(decoded) },
    )
  }
  return fc.tuple(text('upgrade.sql'), text('downgrade.sql'), fc.option(text('history.txt')))
})

/** As bytes that were decoded are: no NUL, line feeds alone, no byte order mark in front. */
function decoded(text: string): string {
  return text
    .replaceAll('\u0000', '')
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^\ufeff/, '')
}

function expectInvalid(
  { code, message, facts }: GateError,
  sources: readonly ImportSource[],
): void {
  expect(code).toBe('IMPORT_INVALID')
  const source = sources.find(({ name }) => name === facts.source)
  expect(source).toBeDefined()
  const lines = source?.text.split('\n').length
  if (facts.line !== null) {
    expect(facts.line).toBeGreaterThanOrEqual(1)
    expect(facts.line).toBeLessThanOrEqual(lines ?? 0)
  }
  expect(message).toContain(
    facts.line === null ? `${source?.name}: ` : `${source?.name}:${facts.line}: `,
  )
}

describe('any text as the SQL of Alembic', () => {
  it('is steps, or one failure with the line', async () => {
    await fc.assert(
      fc.asyncProperty(sql.map(decoded), async (text) => {
        const source = { name: 'up.sql', text }
        const outcome = await outcomeOf(() => parseAlembicSql(source, 'alembic_version'))
        if (outcome.kind === 'refused') return expectInvalid(outcome.failure, [source])
        expect(outcome.result.length).toBeGreaterThan(0)
      }),
      runs(300),
    )
  })

  it('becomes files that stay in their folder, with the history or without', async () => {
    await fc.assert(
      fc.asyncProperty(project, async ([up, down, words]) => {
        const sources = [
          { name: 'up.sql', text: up },
          { name: 'down.sql', text: down },
          { name: 'history.txt', text: words ?? '' },
          { name: 'folder/', text: '' },
        ]
        const outcome = await outcomeOf(() => importOf(sources, words !== null))
        if (outcome.kind === 'refused') return expectInvalid(outcome.failure, sources)
        for (const { path } of outcome.result.files) expect(path).toMatch(/^folder\/[^/.][^/]*$/)
      }),
      runs(300),
    )
  })
})

async function importOf(sources: readonly ImportSource[], withHistory: boolean) {
  const [up, down, words] = sources
  if (up === undefined || down === undefined || words === undefined) throw new Error('three texts')
  const steps = [
    ...(await parseAlembicSql(up, 'alembic_version')),
    ...(await parseAlembicSql(down, 'alembic_version')),
  ]
  const revisions = importedRevisions(steps, withHistory ? parseAlembicHistory(words) : undefined)
  return planImport(revisions, 'folder/', linkedGraph([]))
}

describe('any text as the history of Alembic', () => {
  it('is entries, or one failure', async () => {
    await fc.assert(
      fc.asyncProperty(history.map(decoded), async (text) => {
        const source = { name: 'history.txt', text }
        const outcome = await outcomeOf(() => parseAlembicHistory(source))
        if (outcome.kind === 'refused') return expectInvalid(outcome.failure, [source])
        expect(outcome.result.entries.size).toBeGreaterThan(0)
      }),
      runs(300),
    )
  })
})
