import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oneLine } from '../../../src/base/words.ts'
import type { GateError } from '../../../src/errors/error.ts'
import { decodeText } from '../../../src/revisions/file/decode.ts'
import { checkExports } from '../../../src/revisions/file/exports.ts'
import type { Fault } from '../../../src/revisions/file/faults.ts'
import { loadRevisions } from '../../../src/revisions/file/load.ts'
import { parseSqlRevision } from '../../../src/revisions/file/parse-sql.ts'
import { anyText, mutated, outcomeOf, runs } from '../../support/cli/fuzz.ts'
import { FIXTURES } from '../revisions/support.ts'

const FILES = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.sql'))
  .map((path) => readFileSync(join(FIXTURES, path), 'latin1'))
const CHAIN = FILES.filter((text) => text.includes('-- revises: '))
const WORDS = [
  ...['-- pgate: upgrade\n', '-- pgate: downgrade\n', '-- pgate:', '-- revision: ', '-- revises: '],
  ...['-- depends-on: aaa1\n', '-- branch-label: x\n', '-- created: 2025-10-18\n', 'aaa1', 'bbb2'],
  ...['-- transaction: on\n', 'begin;', 'copy t from stdin;\n', '\\i x\n', ':name', 'select 1;\n'],
]

/** Bytes: of a mutated file, one to a character, or any at all. */
const bytes = fc.oneof(
  { weight: 4, arbitrary: mutated(CHAIN, WORDS).map((text) => Buffer.from(text, 'latin1')) },
  { weight: 2, arbitrary: anyText([...WORDS, ...CHAIN]).map((text) => Buffer.from(text, 'utf8')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((some) => Buffer.from(some)) },
)

describe('any bytes as a revision file', () => {
  it('are a revision, or faults that name the file and a line that it has', () => {
    fc.assert(
      fc.property(bytes, (some) => {
        const decoded = decodeText(some)
        const faults = decoded.kind === 'fault' ? [{ ...decoded.fault, file: 'm/x.sql' }] : []
        const parsed = decoded.kind === 'text' ? parseSqlRevision(decoded.text, 'm/x.sql') : null
        if (parsed?.kind === 'faulty') faults.push(...parsed.faults)
        const lines = some.toString('latin1').split(/\r\n|\r|\n/).length
        if (parsed?.kind !== 'revision') expect(faults.length).toBeGreaterThan(0)
        for (const fault of faults) expectFault(fault, { files: ['m/x.sql'], lines })
      }),
      runs(800),
    )
  })
})

function expectFault(
  { file, line, message, remedy }: Fault,
  known: { readonly files: readonly string[]; readonly lines: number },
): void {
  expect(known.files).toContain(file)
  expect(line).not.toBeNull()
  expect(line).toBeGreaterThanOrEqual(1)
  expect(line).toBeLessThanOrEqual(known.lines)
  expect(message).not.toBe('')
  expect(remedy).not.toBe('')
}

/** As they stand in a folder; also names with quotes, spaces, control characters and SQL in them. */
const fileName = fc
  .oneof(
    fc.constantFrom(
      '1_aaa1',
      '2_bbb2',
      "it's",
      'a b',
      'x\u001b[2J',
      '日本🚀',
      "';drop table t;--",
      '\n',
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
  )
  .map((name) => `${name.replaceAll(/^\.|[/\u0000]/g, '_')}.sql`)

describe('any folder of such files', () => {
  it('is a graph, or one failure whose faults each name a file that is there', async () => {
    const folder = fc.uniqueArray(fc.tuple(fileName, bytes), { maxLength: 5, selector: ([n]) => n })
    await fc.assert(
      fc.asyncProperty(folder, async (files) => {
        const outcome = await outcomeOf(() => inFolder(files, loadRevisions))
        if (outcome.kind === 'result') expect(outcome.result.order.length).toBe(files.length)
        else
          expectFailure(
            outcome.failure,
            files.map(([name]) => name),
          )
      }),
      runs(200),
    )
  })
})

function expectFailure({ code, message, facts }: GateError, names: readonly string[]): void {
  if (code === 'REVISION_DIRECTORY') {
    expect(message).toContain(String(facts.directory))
    return
  }
  expect(code).toMatch(/^REVISION_/)
  const faults = facts.faults as readonly Fault[]
  expect(faults.length).toBeGreaterThan(0)
  for (const { file, line } of faults) {
    expect(names.some((name) => file.endsWith(`/${oneLine(name)}`))).toBe(true)
    expect(message).toContain(line === null ? file : `${file}:${line}: `)
  }
}

async function inFolder<T>(
  files: readonly (readonly [string, Uint8Array])[],
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = await mkdtemp(join(tmpdir(), 'pgate-fuzz-'))
  try {
    for (const [name, content] of files) await writeFile(join(path, name), content)
    return await use(path)
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

describe('any exports of a revision module', () => {
  const known = fc.constantFrom('revision', 'revises', 'upgrade', 'downgrade', 'message', 'created')
  const more = fc.constantFrom('branchLabel', 'branchLabels', 'dependsOn', 'transaction', 'default')
  const value = fc.oneof(
    fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, maxDepth: 2 }),
    fc.constantFrom<unknown>('aaa1', null, ['aaa1', 'bbb2'], () => undefined, Symbol('x')),
    anyText(),
  )
  const name = fc.oneof(known, more, fc.string({ maxLength: 9 }))

  it('are values, or faults that say what to do', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 8 }), (exports) => {
        const checked = checkExports(exports, () => 1)
        if (checked.kind === 'faults') expect(checked.faults.length).toBeGreaterThan(0)
        else expect(checked.values.message).not.toMatch(/[\n\u0000]/)
      }),
      runs(600),
    )
  })

  it('carry any message, on one line that PostgreSQL can hold', () => {
    const good = { revision: 'aaa1', revises: null, upgrade: () => {} }
    fc.assert(
      fc.property(anyText(), (message) => {
        const checked = checkExports({ ...good, message }, () => 1)
        if (checked.kind === 'faults') expect(checked.faults).toMatchObject([{ line: 1 }])
        else expect(checked.values.message).not.toMatch(/[\r\n\u0000]/)
      }),
      runs(300),
    )
  })
})
