import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareCatalogs } from '../../../src/steps/verify/drift/drift.ts'
import { formatManifest } from '../../../src/steps/verify/manifest/format-manifest.ts'
import { parseManifest } from '../../../src/steps/verify/manifest/manifest.ts'
import { renderExtra, renderFailing } from '../../../src/steps/verify/report-lines.ts'
import { anyText, mutated, type Outcome, outcomeOf, runs } from '../../support/cli/fuzz.ts'

const WHOLE = readFileSync(new URL('../../../migrations/manifest.json', import.meta.url), 'utf8')
const GOOD: unknown = JSON.parse(WHOLE)
const SMALL = JSON.stringify({
  format: 2,
  schema: 'public',
  respelled: {},
  server: 17,
  heads: ['aaa1'],
  revisions: { aaa1: 'sha256:0' },
  schemas: ['public'],
  objects: { 'table public.t': { owner: 'x' }, 'column public.t.a': { type: 'integer' } },
})

function read(text: string) {
  return outcomeOf(() => parseManifest(text, 'm/manifest.json'))
}

type Read = Awaited<ReturnType<typeof read>>

function expectManifest(outcome: Read): void {
  if (outcome.kind === 'refused') {
    expectInvalid(outcome)
    return
  }
  const again = parseManifest(formatManifest(outcome.result), 'again')
  expect(formatManifest(again)).toBe(formatManifest(outcome.result))
}

function expectInvalid({ failure }: Extract<Outcome<unknown>, { kind: 'refused' }>): void {
  expect(failure.code).toBe('MANIFEST_INVALID')
  expect(failure.message).toContain('m/manifest.json')
  expect(failure.facts.file).toBe('m/manifest.json')
}

describe('any text as manifest.json', () => {
  it('is a manifest that can be written and read again, or one failure with the file', async () => {
    const text = fc.oneof(
      mutated(
        [SMALL],
        ['"format": 1', '"server": -1', '<<<<<<< HEAD\n', '{}', '[]', '"__proto__"'],
      ),
      mutated([WHOLE]),
      anyText([SMALL]),
      fc.json(),
    )
    await fc.assert(
      fc.asyncProperty(text, async (some) => expectManifest(await read(some))),
      runs(300),
    )
  })

  it('is compared with any other, on one major version or on two', () => {
    const fields = fc.constantFrom('type', 'default', 'definition', 'constructor', '__proto__')
    const values = fc.oneof(anyText(), fc.boolean(), fc.array(anyText(), { maxLength: 2 }))
    const keys = fc.constantFrom(
      'column a.b.c',
      'table a.b',
      'index a.i',
      'extension x',
      'view a.v',
    )
    const objects = fc.dictionary(keys, fc.dictionary(fields, values))
    const parsed = objects.map((some) => {
      const text = JSON.stringify({ ...Object(JSON.parse(SMALL)), objects: some })
      return parseManifest(text, 'm/manifest.json').objects
    })
    fc.assert(
      fc.property(parsed, parsed, fc.boolean(), (expected, live, sameMajor) => {
        const equivalent = () => false
        const report = compareCatalogs({ expected, live, sameMajor, equivalent })
        const lines = [...renderFailing(report).map(({ text }) => text), ...renderExtra(report)]
        for (const line of lines) expect(line).not.toContain('[native code]')
      }),
      runs(300),
    )
  })

  it('is one also where any value stands where another should', async () => {
    const field = fc.constantFrom(
      'format',
      'server',
      'heads',
      'revisions',
      'schema',
      'schemas',
      'objects',
      'respelled',
    )
    const objects = fc.dictionary(anyText(['table public.t', 'column a.b.c']), fc.jsonValue())
    const change = fc.tuple(field, fc.oneof(fc.jsonValue(), objects))
    await fc.assert(
      fc.asyncProperty(change, async ([name, value]) => {
        expectManifest(await read(JSON.stringify({ ...Object(GOOD), [name]: value })))
      }),
      runs(200),
    )
  })
})
