import { describe, expect, it } from 'vitest'
import { offlineDowngrade, offlineUpgrade } from '../../../src/offline/range.ts'
import { failureOf, graphOf } from '../revisions/support.ts'

const LINE = graphOf('a', 'b: a', 'c: b')
const DIAMOND = graphOf('a', 'b: a', 'c: a', 'd: b c')

function ids({ changes }: ReturnType<typeof offlineUpgrade>) {
  return changes.map(({ revision }) => revision.id)
}

describe('offlineUpgrade', () => {
  it.each([
    ['head', ['a', 'b', 'c'], true],
    ['b', ['a', 'b'], true],
    ['+1', ['a'], true],
    ['base:b', ['a', 'b'], false],
    ['a:c', ['b', 'c'], false],
    ['a:head', ['b', 'c'], false],
    ['a:+1', ['b'], false],
    ['c:head', [], false],
  ])('reads %s as %j', (target, expected, assumed) => {
    const plan = offlineUpgrade(LINE, target)
    expect(ids(plan)).toEqual(expected)
    expect(plan.assumed).toBe(assumed)
  })

  it('carries the version rows from revision to revision', () => {
    const plan = offlineUpgrade(DIAMOND, 'a:d')
    expect(plan.from).toEqual(new Set(['a']))
    expect(plan.to).toEqual(new Set(['d']))
    expect(plan.changes.map(({ from, to }) => [[...from], [...to]])).toEqual([
      [['a'], ['b']],
      [['b'], ['b', 'c']],
      [['b', 'c'], ['d']],
    ])
  })

  it.each(['c:a', 'b:base', 'x:c', ':c', 'a:', 'a:b:c'])('refuses %s', async (target) => {
    await failureOf(() => offlineUpgrade(LINE, target), 'REVISION_UNKNOWN_TARGET')
  })
})

describe('offlineDowngrade', () => {
  const back = { kind: 'sql', text: '', line: 1 } as const
  const reversible = graphOf('a', 'b: a', 'c: b')
  const graph = {
    ...reversible,
    order: reversible.order.map((revision) => ({ ...revision, downgrade: back })),
  }

  it.each([
    ['-1', ['c'], true],
    ['base', ['c', 'b', 'a'], true],
    ['b:-1', ['b'], false],
    ['c:a', ['c', 'b'], false],
    ['b:base', ['b', 'a'], false],
  ])('reads %s as %j', (target, expected, assumed) => {
    const plan = offlineDowngrade(graph, target)
    expect(ids(plan)).toEqual(expected)
    expect(plan.assumed).toBe(assumed)
  })

  it('refuses what cannot be downgraded', async () => {
    const failure = await failureOf(() => offlineDowngrade(LINE, 'a'), 'REVISION_IRREVERSIBLE')
    expect(failure.facts).toMatchObject({ revisions: [{ revision: 'c' }, { revision: 'b' }] })
  })
})
