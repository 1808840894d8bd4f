import { describe, expect, it } from 'vitest'
import type { Definition } from '../../../../../src/catalog/object-key.ts'
import {
  type Comparison,
  compareCatalogs,
  hasDrift,
  withOrder,
} from '../../../../../src/steps/verify/drift/drift.ts'
import type { Equivalent } from '../../../../../src/steps/verify/spelling/parse-tree.ts'

type Definitions = Readonly<Record<string, Definition>>

function compare(expected: Definitions, live: Definitions, more: Partial<Comparison> = {}) {
  const report = compareCatalogs({
    expected: new Map(Object.entries(expected)),
    live: new Map(Object.entries(live)),
    sameMajor: true,
    ...more,
  })
  return withOrder(report)
}

const NOTHING = { missing: [], different: [], reordered: [], extra: [], notices: [] }

describe('compareCatalogs', () => {
  it('finds nothing between equal schemas', () => {
    const schema = { 'table a.b': {}, 'enum a.c': { labels: ['x', 'y'] } }
    expect(compare(schema, schema)).toEqual(NOTHING)
  })

  it('sorts objects into missing, different and extra', () => {
    const report = compare(
      { 'table a.b': {}, 'column a.b.c': { type: 'text', nullable: true } },
      { 'column a.b.c': { type: 'integer', default: '1', nullable: true }, 'table a.d': {} },
    )
    expect(report).toEqual({
      missing: [{ key: 'table a.b', expected: {} }],
      different: [
        {
          key: 'column a.b.c',
          fields: [
            { field: 'type', expected: 'text', found: 'integer' },
            { field: 'default', expected: undefined, found: '1' },
          ],
        },
      ],
      reordered: [],
      extra: [{ key: 'table a.d', found: {}, impact: 'harmless' }],
      notices: [],
    })
    expect(hasDrift(report)).toBe(true)
  })

  it('takes each further spelling for the same, and names the first where none fits', () => {
    const schema = { 'index a.i': { definition: 'first' } }
    const respelled = new Map([['index a.i', { definition: ['second', 'third'] }]])
    const against = (definition: string) =>
      compare(schema, { 'index a.i': { definition } }, { respelled }).different
    expect(against('second')).toEqual([])
    expect(against('third')).toEqual([])
    expect(against('fourth')).toEqual([
      {
        key: 'index a.i',
        fields: [{ field: 'definition', expected: 'first', found: 'fourth' }],
      },
    ])
  })

  it.each([
    ['order', ['y', 'x']],
    ['length', ['x', 'y', 'z']],
  ])('sees the %s of a list', (_, labels) => {
    const report = compare({ 'enum a.c': { labels: ['x', 'y'] } }, { 'enum a.c': { labels } })
    expect(report.different).toHaveLength(1)
  })

  it('has no drift where there are extra objects only', () => {
    expect(hasDrift(compare({}, { 'table a.b': {} }))).toBe(false)
  })

  it('leaves the state of indexes and constraints to the structure checks', () => {
    const index = { definition: 'CREATE INDEX …', table: 'a.b' }
    const report = compare(
      { 'index a.i': index, 'constraint a.b.c': { definition: 'x' } },
      {
        'index a.i': { ...index, valid: false, ready: false },
        'constraint a.b.c': { definition: 'x', validated: false },
      },
    )
    expect(report).toEqual(NOTHING)
  })

  it('never compares the version of an extension', () => {
    const [old, young] = ['0.7', '0.8'].map((version) => ({
      'extension vector': { schema: 'public', version },
    }))
    expect(compare(old ?? {}, young ?? {})).toEqual(NOTHING)
  })
})

describe('on another major version', () => {
  const [one, other] = ['a>1', 'a > 1']
  const all: Equivalent = () => true
  const none: Equivalent = () => false
  const check = (definition: string | undefined) => ({
    'constraint a.b.c': { definition: definition ?? '' },
  })
  const view = (definition: string | undefined) => ({
    'view a.v': { definition: definition ?? '' },
  })

  it('takes equivalent texts for the same', () => {
    const report = compare(check(one), check(other), { sameMajor: false, equivalent: all })
    expect(report).toEqual(NOTHING)
  })

  it('asks only for texts that the server prints', () => {
    const type = (text: string) => ({ 'column a.b.c': { type: text } })
    const body = (text: string) => ({ 'function a.f()': { body: text } })
    for (const make of [type, body]) {
      const report = compare(make('x'), make('y'), { sameMajor: false, equivalent: all })
      expect(report.different).toHaveLength(1)
    }
  })

  it('takes a constraint that means something else for different', () => {
    const report = compare(check(one), check(other), { sameMajor: false, equivalent: none })
    expect(report.different).toHaveLength(1)
  })

  it('reports a query body that is not equivalent, and does not call it different', () => {
    const report = compare(view(one), view(other), { sameMajor: false, equivalent: none })
    expect(report.different).toEqual([])
    expect(report.notices).toEqual([
      expect.stringMatching(/^view a\.v: this server prints its body/),
    ])
  })

  it('calls such a body different on the same major', () => {
    expect(compare(view(one), view(other), { equivalent: none }).different).toHaveLength(1)
  })
})

describe('an extension in another schema', () => {
  const schema = (where: string, more: Definitions = {}) => ({
    'extension vector': { schema: where },
    [`function public.near(${where}.vector)`]: { arguments: `a ${where}.vector` },
    'column public.t.e': { type: `${where}.vector(3)` },
    'index public.i': { table: 'public.t', definition: `… (e ${where}.vector_ops)` },
    ...more,
  })

  it('is reported once and changes nothing else', () => {
    for (const where of ['extensions', 'Own Schema'] as const) {
      const quoted = where === 'extensions' ? where : `"${where}"`
      const live = { ...schema(quoted), 'extension vector': { schema: where } }
      const report = compare(schema('public'), live)
      expect(report).toEqual({
        ...NOTHING,
        notices: [expect.stringContaining(`in schema ${where}`)],
      })
    }
  })

  it('still leaves a real difference to be seen', () => {
    const live = schema('extensions', { 'column public.t.e': { type: 'extensions.vector(4)' } })
    const report = compare(schema('public'), live)
    expect(report.different.map(({ key }) => key)).toEqual(['column public.t.e'])
  })

  it('still leaves a missing function missing and another one extra', () => {
    const { 'function public.near(extensions.vector)': _, ...live } = schema('extensions', {
      'function public.far(extensions.vector)': {},
    })
    const report = compare(schema('public'), live)
    expect(report.missing.map(({ key }) => key)).toEqual(['function public.near(public.vector)'])
    expect(report.extra.map(({ key }) => key)).toEqual(['function public.far(extensions.vector)'])
  })
})
