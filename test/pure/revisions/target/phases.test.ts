import { describe, expect, it } from 'vitest'
import { linkRevisions, type RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import {
  contractLast,
  earlyIn,
  waitingStates,
  withContracted,
} from '../../../../src/revisions/target/phases.ts'
import { targetVersions, upgradePlan } from '../../../../src/revisions/target/plan.ts'
import { revisionOf } from '../support.ts'

/** Revisions whose id begins with `c` are contract ones. */
function phased(...lines: readonly string[]): RevisionGraph {
  const revisions = lines.map(revisionOf).map((one) => {
    return one.id.startsWith('c') ? { ...one, phase: 'contract' as const } : one
  })
  const { graph, faults } = linkRevisions(revisions)
  if (graph === undefined) throw new Error(`not a graph: ${JSON.stringify(faults)}`)
  return graph
}

function planned(graph: RevisionGraph, rows: readonly string[], target = 'heads'): string {
  const aim = { target, phase: 'expand' } as const
  return upgradePlan(graph, new Set(rows), aim)
    .map(({ id }) => id)
    .join(' ')
}

function rowsFor(graph: RevisionGraph, rows: readonly string[], target = 'heads'): string {
  const aim = { target, phase: 'expand' } as const
  return [...targetVersions(graph, aim, new Set(rows))].toSorted().join(' ')
}

const LINE = phased('e1', 'e2: e1', 'c1: e2', 'c2: c1')

describe('the last contract revisions', () => {
  it.each([
    ['those at the end of a line', LINE, 'c1 c2'],
    ['none that an expand revision revises', phased('e1', 'c1: e1', 'e2: c1', 'c2: e2'), 'c2'],
    ['none that an expand revision depends on', phased('e1', 'c1: e1', 'e2: e1 + c1'), ''],
    ['the end of each branch', phased('e1', 'c1: e1', 'e2: e1', 'c2: e2'), 'c1 c2'],
    ['one that a contract merge joins', phased('e1', 'c1: e1', 'e2: e1', 'cm: c1 e2'), 'c1 cm'],
    ['none that an expand merge joins', phased('e1', 'c1: e1', 'e2: e1', 'm: c1 e2'), ''],
    ['all, where there is no other', phased('c1', 'c2: c1'), 'c1 c2'],
    ['none of a folder without phases', phased('e1', 'e2: e1'), ''],
  ])('are %s', (_, graph, expected) => {
    expect([...contractLast(graph)].toSorted().join(' ')).toBe(expected)
  })
})

describe('an expand plan', () => {
  it('leaves them, and takes a contract revision along that is due', () => {
    expect(planned(LINE, [])).toBe('e1 e2')
    expect(planned(LINE, ['e2'])).toBe('')
    expect(planned(phased('e1', 'c1: e1', 'e2: c1', 'c2: e2'), ['e1'])).toBe('c1 e2')
  })

  it('leads to the rows of the expand part, and counts what is applied besides', () => {
    expect(rowsFor(LINE, [])).toBe('e2')
    expect(rowsFor(LINE, ['c1'])).toBe('c1')
    expect(rowsFor(LINE, ['c2'])).toBe('c2')
    expect([...withContracted(LINE, new Set(['e2']), new Set(['c1']))]).toEqual(['c1'])
    expect([...withContracted(LINE, new Set(['e2']), new Set(['e1']))]).toEqual(['e2'])
  })

  it.each([
    ['c1', 'e1 e2', 'e2'],
    ['+1', 'e1', 'e1'],
    ['+4', 'e1 e2', 'e2'],
    ['e1', 'e1', 'e1'],
    ['head', 'e1 e2', 'e2'],
  ])('to %s leaves what of the way is left', (target, plan, rows) => {
    expect(planned(LINE, [], target)).toBe(plan)
    expect(rowsFor(LINE, [], target)).toBe(rows)
  })

  it('keeps to the branch that is named', () => {
    const graph = phased('e1', 'e2: e1 = shop', 'c1: e2', 'e3: e1 = bill', 'c2: e3')
    expect(planned(graph, [], 'shop@head')).toBe('e1 e2')
    expect(rowsFor(graph, [], 'shop@head')).toBe('e2')
    expect(rowsFor(graph, ['c1'], 'heads')).toBe('c1 e3')
  })

  it('finishes a contract revision that has begun, with those before it', () => {
    const aim = { target: 'head', phase: 'expand', begun: ['c2'] } as const
    const plan = upgradePlan(LINE, new Set(['e2']), aim)
    expect(plan.map(({ id }) => id)).toEqual(['c1', 'c2'])
  })
})

describe('a plan of all', () => {
  it('runs the last contract revisions last, whichever branch they are on', () => {
    const graph = phased('a1', 'c1: a1', 'z1: a1', 'z2: z1')
    expect(upgradePlan(graph, new Set(), 'heads').map(({ id }) => id)).toEqual(
      'a1 z1 z2 c1'.split(' '),
    )
  })
})

describe('a contract plan', () => {
  it('has nothing to do with what an expand gate is to run', () => {
    const early = (rows: readonly string[]) => {
      const plan = upgradePlan(LINE, new Set(rows), { target: 'head', phase: 'contract' })
      return earlyIn(LINE, plan, { phase: 'contract' }).map(({ id }) => id)
    }
    expect(early(['e2'])).toEqual([])
    expect(early(['c1'])).toEqual([])
    expect(early(['e1'])).toEqual(['e2'])
    expect(earlyIn(LINE, LINE.order, { phase: 'all' })).toEqual([])
  })
})

it('names the states between, by what is left and the rows', () => {
  const states = waitingStates(LINE).map(({ left, versions }) => [left, [...versions]])
  expect(states).toEqual([
    [['c1', 'c2'], ['e2']],
    [['c2'], ['c1']],
  ])
  const forked = waitingStates(phased('e1', 'c1: e1', 'e2: e1', 'c2: e2'))
  expect(forked.map(({ versions }) => [...versions].toSorted().join(' '))).toEqual(['e2', 'c1 e2'])
})
