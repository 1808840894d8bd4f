import { describe, expect, it } from 'vitest'
import { linkRevisions, singleHead } from '../../../../src/revisions/graph/graph.ts'
import { failureOf, graphOf, revision, revisionOf } from '../support.ts'

const idsOf = (set: Iterable<string>) => [...set].sort().join(' ')

describe('a graph', () => {
  it.each([
    ['line', ['a:', 'b:a', 'c:b'], 'a b c', 'c', 'a'],
    ['diamond', ['a:', 'b:a', 'c:a', 'd:b c'], 'a b c d', 'd', 'a'],
    ['two heads', ['a:', 'b:a', 'c:a'], 'a b c', 'b c', 'a'],
    ['two bases', ['a:', 'b:', 'c:b'], 'a b c', 'a c', 'a b'],
    ['unequal branches', ['a:', 'b:a', 'c:b', 'd:a', 'e:c d'], 'a b c d e', 'e', 'a'],
    ['dependency across', ['a:', 'z:', 'b:a + z'], 'a z b', 'b z', 'a z'],
    ['files in any order', ['c:b', 'b:a', 'a:'], 'a b c', 'c', 'a'],
  ])('of shape %s has its order, heads and bases', (_, lines, order, heads, bases) => {
    const graph = graphOf(...lines)
    expect(graph.order.map(({ id }) => id).join(' ')).toBe(order)
    expect([...graph.revisions.keys()].join(' ')).toBe(order)
    expect(idsOf(graph.heads)).toBe(heads)
    expect(idsOf(graph.bases)).toBe(bases)
  })

  it('orders by date, then by id, and puts those without a date last', () => {
    const { graph } = linkRevisions([
      revision('a'),
      revision('b', { created: '2025-02-01' }),
      revision('c', { created: '2025-01-01T12:00:00+13:00' }),
      revision('d', { created: '2025-01-01' }),
      revision('e', { created: '2025-01-01T00:00:00Z' }),
    ])
    expect(graph?.order.map(({ id }) => id)).toEqual(['c', 'd', 'e', 'b', 'a'])
  })

  it('has no revision and what replaces it at once, and says what to name in place of one', () => {
    const squashed = revision('c', { replaces: ['a', 'b'] })
    expect(linkRevisions([squashed, revision('d', { revises: ['c'] })]).faults).toBeUndefined()
    const messages = (...others: Parameters<typeof revision>[]) =>
      linkRevisions([squashed, ...others.map((one) => revision(...one))]).faults?.map(
        ({ code, message, remedy }) => `${code} ${message}; ${remedy}`,
      )
    expect(messages(['a'])).toEqual([
      expect.stringMatching(
        /^REVISION_DUPLICATE revision c replaces a, which is in m\/a\.sql still/,
      ),
    ])
    expect(messages(['x', { revises: ['b'] }])).toEqual([
      expect.stringMatching(
        /^REVISION_MISSING_PARENT .* revises b.*; write c: m\/c\.sql replaces b$/,
      ),
    ])
  })

  it('knows children, dependents and ancestors', () => {
    const graph = graphOf('a:', 'b:a', 'c:a', 'd:b + c', 'x:')
    expect(graph.children('a')).toEqual(['b', 'c'])
    expect(graph.children('c')).toEqual([])
    expect(graph.dependents('c')).toEqual(['d'])
    expect(idsOf(graph.ancestors(['d']))).toBe('a b c d')
    expect(idsOf(graph.ancestors(['c', 'x', 'unknown']))).toBe('a c x')
    expect(idsOf(graph.ancestors([]))).toBe('')
  })
})

describe('linkRevisions', () => {
  const messages = (...lines: readonly string[]) =>
    (linkRevisions(lines.map(revisionOf)).faults ?? []).map(({ code, message }) => [code, message])

  it('finds every fault at once', () => {
    expect(messages('a:', 'b:aa', 'c:c', 'd:a + q', 'e:f', 'f:e')).toEqual([
      ['REVISION_MISSING_PARENT', 'revision b revises aa, which no file holds'],
      ['REVISION_CYCLE', 'revision c revises itself'],
      ['REVISION_MISSING_PARENT', 'revision d depends on q, which no file holds'],
      [
        'REVISION_CYCLE',
        'revisions go round in a circle: e revises f (m/e.sql), f revises e (m/f.sql)',
      ],
    ])
  })

  it('finds each of several circles, and blames nothing that comes after one', () => {
    const found = messages('a:c', 'b:a', 'c:b', 'd:c', 'e:d', 'x:y', 'y:x d', 'z:y')
    expect(found.map(([, message]) => message?.replace(/ \(m\/\w\.sql\)/g, ''))).toEqual([
      'revisions go round in a circle: a revises c, c revises b, b revises a',
      'revisions go round in a circle: x revises y, y revises x',
    ])
  })

  it('finds a circle through depends-on', () => {
    expect(messages('a: + b', 'b:a')[0]?.[1]).toContain('a depends on b (m/a.sql), b revises a')
  })

  it('names both files of an id, for each file too many', () => {
    const same = ['one', 'two', 'three'].map((name) => revision('a', { file: `m/${name}.sql` }))
    const { faults } = linkRevisions(same)
    expect(faults).toMatchObject([
      {
        code: 'REVISION_DUPLICATE',
        file: 'm/two.sql',
        message: 'revision a is in m/one.sql already',
      },
      { code: 'REVISION_DUPLICATE', file: 'm/three.sql' },
    ])
  })

  it('refuses a label that is an id', () => {
    const { faults } = linkRevisions([revision('a'), revision('b', { branchLabels: ['a'] })])
    expect(faults).toMatchObject([{ code: 'REVISION_DUPLICATE', file: 'm/b.sql' }])
  })

  it('reports the line where it is known', () => {
    const where = (file: string, key: string) =>
      file === 'm/b.sql' && key === 'revises' ? 4 : null
    const { faults } = linkRevisions([revisionOf('b:nowhere')], { where })
    expect(faults).toMatchObject([{ file: 'm/b.sql', line: 4 }])
  })

  it('links ten thousand revisions, in a line and in steps', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `r${String(index).padStart(5, '0')}`)
    const line = linkRevisions(
      ids.map((id, index) => revision(id, { revises: index === 0 ? [] : [ids[index - 1] ?? ''] })),
    )
    expect(line.graph?.order.map(({ id }) => id)).toEqual(ids)
    expect(line.graph?.ancestors(['r09999']).size).toBe(10_000)
    const circle = linkRevisions(
      ids.map((id, index) => revision(id, { revises: [ids.at(index - 1) ?? ''] })),
    )
    expect(circle.faults).toHaveLength(1)
  })
})

describe('singleHead', () => {
  it('is the one head', () => {
    expect(singleHead(graphOf('a:', 'b:a'))).toBe('b')
  })

  it('refuses two heads and names both, with the command that merges them', async () => {
    const { graph } = linkRevisions([
      revision('a'),
      revision('b', { revises: ['a'], created: '2025-10-18T02:30:00Z' }),
      revision('c', { revises: ['a'] }),
    ])
    const failure = await failureOf(() => graph && singleHead(graph), 'REVISION_MULTIPLE_HEADS')
    expect(failure.facts).toEqual({
      heads: [
        { revision: 'b', file: 'm/b.sql', created: '2025-10-18T02:30:00Z' },
        { revision: 'c', file: 'm/c.sql' },
      ],
      command: 'pgate merge b c -m "merge branches"',
    })
    expect(failure.message).toContain('b  m/b.sql  (created 2025-10-18T02:30:00Z)')
    expect(failure.hint).toContain('pgate merge b c -m "merge branches"')
  })
})
