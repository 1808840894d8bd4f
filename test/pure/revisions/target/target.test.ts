import { describe, expect, it } from 'vitest'
import type { RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import { relativeSteps, resolveTarget } from '../../../../src/revisions/target/target.ts'
import { failureOf, graphOf, splitWords } from '../support.ts'

const resolve = (graph: RevisionGraph, current: string, target: string) =>
  resolveTarget(graph, target, new Set(splitWords(current))).join(' ')

const LINE = graphOf('a:', 'b:a', 'c:b')
const FORK = graphOf('a:', 'b:a=left', 'b2:b', 'c:a=right', 'c2:c')
const DIAMOND = graphOf('a:', 'b:a', 'c:a', 'd:b c', 'e:d')
const TWO = graphOf('a:=one', 'b:a', 'x:=two', 'y:x', 'z:y + b')
const PREFIXES = graphOf('b1aaa:', 'b1bbb:b1aaa=left', 'b1ccc:b1aaa=right')
const DATES = graphOf('2024:', '2024-01:2024', '2024-02-09:2024-01')

describe('resolveTarget', () => {
  it.each([
    [LINE, '', 'head', 'c'],
    [LINE, '', 'head-1', 'b'],
    [LINE, '', 'head-3', ''],
    [LINE, '', 'a+2', 'c'],
    [LINE, 'c', 'a+1', 'b'],
    [LINE, '', 'a+0', 'a'],
    [LINE, '', 'a-1', ''],
    [LINE, '', 'base+1', 'a'],
    [FORK, '', 'heads', 'b2 c2'],
    [FORK, '', 'left', 'b'],
    [FORK, '', 'left@head', 'b2'],
    [FORK, '', 'left@heads', 'b2'],
    [FORK, '', 'left@base', ''],
    [FORK, '', 'left@a', 'a'],
    [FORK, '', 'left@b2', 'b2'],
    [FORK, '', 'left@head-1', 'b'],
    [FORK, '', 'left@a+2', 'b2'],
    [FORK, '', 'left@base+2', 'b'],
    [FORK, '', 'c@head', 'c2'],
    [FORK, '', 'left@+1', 'a'],
    [FORK, 'a', 'left@+1', 'b'],
    [FORK, 'b c', 'left@+1', 'b2'],
    [FORK, 'c2', 'left@+2', 'b2'],
    [DIAMOND, 'b', '+2', 'e'],
    [DIAMOND, '', 'd+1', 'e'],
    [TWO, '', 'one@head', 'b'],
    [TWO, '', 'two@+1', 'x'],
    [TWO, 'b', 'two@+2', 'y'],
    [TWO, 'y', 'one@+1', 'a'],
    [PREFIXES, '', 'left@b1b', 'b1bbb'],
    [PREFIXES, '', 'right@b1c', 'b1ccc'],
    [DATES, '', '2024-01', '2024-01'],
    [DATES, '', '2024-02', '2024-02-09'],
    [DATES, '', '2024-01-1', '2024'],
    [DATES, '', '2024+2', '2024-02-09'],
  ])('in graph %# from "%s" takes %s for "%s"', (graph, current, target, expected) => {
    expect(resolve(graph, current, target)).toBe(expected)
  })

  it.each([
    ['an unknown branch', FORK, '', 'lift@head', 'lift', ['left']],
    ['an empty branch', FORK, '', '@head', '', ['b2', 'c2']],
    ['an empty place', FORK, '', 'left@', '', ['b2', 'c2']],
    ['a revision next to the branch', FORK, '', 'left@c', 'left@c', ['c']],
    ['a branch behind a branch', FORK, '', 'left@right@head', 'right@head', ['b2', 'c2']],
    ['a prefix of two on the branch', PREFIXES, '', 'left@b1', 'b1', ['b1aaa', 'b1bbb']],
    ['steps over a fork', FORK, '', 'a+1', 'a+1', ['b', 'c']],
    ['steps up a branch that forks', TWO, '', 'heads+1', 'heads+1', ['b', 'z']],
    ['steps down over a merge', DIAMOND, '', 'e-2', 'e-2', ['b', 'c']],
    ['steps below base', LINE, '', 'base-1', 'base-1', ['c']],
    ['steps down from the database', LINE, 'c', '-1', '-1', ['c']],
    ['steps from two rows', DIAMOND, 'b c', '+2', '+2', ['b', 'c']],
    ['no step', LINE, 'a', '+0', '+0', ['c']],
  ])('refuses %s', async (_, graph, current, target, named, candidates) => {
    const failure = await failureOf(
      () => resolve(graph, current, target),
      'REVISION_UNKNOWN_TARGET',
    )
    expect(failure.facts).toEqual({ target: named, candidates })
    expect(failure.message).not.toContain('undefined')
  })

  it.each([
    [LINE, '', 'a+3', 2],
    [LINE, '', 'b-3', 2],
    [LINE, 'c', '+1', 0],
    [FORK, 'b', 'left@+2', 1],
  ])('says how many steps there are (%#)', async (graph, current, target, left) => {
    const failure = await failureOf(
      () => resolve(graph, current, target),
      'REVISION_UNKNOWN_TARGET',
    )
    expect(failure.facts).toEqual({ target, left })
  })

  it('refuses the head of a branch that has several, and names the branch', async () => {
    const graph = graphOf('a:=left', 'b:a', 'c:a', 'x:')
    const failure = await failureOf(
      () => resolve(graph, '', 'left@head'),
      'REVISION_MULTIPLE_HEADS',
    )
    expect(failure.message).toContain('the branch left has 2 heads')
    expect(failure.facts).toMatchObject({ heads: [{ revision: 'b' }, { revision: 'c' }] })
    expect(failure.hint).toContain('left@heads')
  })
})

describe('relativeSteps', () => {
  it.each([
    ['+1', 1],
    ['left@+12', 12],
    ['+0', undefined],
    ['-1', undefined],
    ['a+1', undefined],
    ['left@a+1', undefined],
    ['head', undefined],
  ])('of %s are %s', (target, steps) => {
    expect(relativeSteps(target)).toBe(steps)
  })
})
