import { describe, expect, it } from 'vitest'
import type { RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import {
  downgradePlan,
  refuseIrreversible,
  versionsBefore,
} from '../../../../src/revisions/target/downgrade-plan.ts'
import { failureOf, graphOf, revision, section, splitWords } from '../support.ts'

const plan = (graph: RevisionGraph, current: string, target: string) =>
  downgradePlan(graph, new Set(splitWords(current)), target)
    .map(({ id }) => id)
    .join(' ')

const LINE = graphOf('a:', 'b:a', 'c:b')
const FORK = graphOf('a:', 'b:a=left', 'b2:b', 'c:a=right', 'c2:c')
const DIAMOND = graphOf('a:', 'b:a', 'c:a', 'd:b c', 'e:d')
const TWO = graphOf('a:=one', 'b:a', 'x:=two', 'y:x')
const MERGED = graphOf('a:', 'b:a', 'x: + b', 'm:b x=both')
const DEPENDENT = graphOf('a:', 'b:a', 'x:=two', 'y:x', 'c:b + y', 'z:y')

describe('downgradePlan', () => {
  it.each([
    ['all', LINE, 'c', 'base', 'c b a'],
    ['nothing of an empty database', LINE, '', 'base', ''],
    ['nothing at the target', LINE, 'b', 'b', ''],
    ['back to a revision', LINE, 'c', 'a', 'c b'],
    ['back to a beginning of an id', graphOf('aaa1:', 'bbb1:aaa1'), 'bbb1', 'aaa', 'bbb1'],
    ['one step', LINE, 'c', '-1', 'c'],
    ['steps to base', LINE, 'c', '-3', 'c b a'],
    ['steps below a revision', LINE, 'c', 'b-1', 'c b'],
    ['steps above a revision', LINE, 'c', 'a+1', 'c'],
    ['below the head', LINE, 'c', 'head-2', 'c b'],
    ['both branches', FORK, 'b2 c2', 'a', 'c2 c b2 b'],
    ['all branches', FORK, 'b2 c2', 'base', 'c2 c b2 b a'],
    ['one of two branches', FORK, 'b2 c2', 'b', 'b2'],
    ['one branch to where it forks', FORK, 'b2 c2', 'left@a', 'b2 b'],
    ['one branch by a revision', FORK, 'b2 c2', 'c2@a', 'c2 c'],
    ['one step of a branch', FORK, 'b2 c2', 'left@-1', 'b2'],
    ['one branch step by step', FORK, 'b2 c2', 'left@-2', 'b2 b'],
    ['all below a branch', FORK, 'b2 c2', 'left@base', 'c2 c b2 b a'],
    ['one step of the one row', FORK, 'c2', '-2', 'c2 c'],
    ['a merge', DIAMOND, 'e', 'b', 'e d'],
    ['a merge and both branches', DIAMOND, 'e', 'a', 'e d c b'],
    ['one step above a merge', DIAMOND, 'e', '-1', 'e'],
    ['one of two bases', TWO, 'b y', 'two@base', 'y x'],
    ['one step of a base of two', TWO, 'b x', 'two@-1', 'x'],
    ['what depends', DEPENDENT, 'c z', 'x', 'z c y'],
    ['a branch that rows depend on', DEPENDENT, 'c', 'two@base', 'c y x'],
    ['one step of it', DEPENDENT, 'c', 'two@-1', 'c y'],
    ['one step of a side that a label merges', MERGED, 'x', 'both@-1', 'x'],
    ['nothing that is only depended on', DEPENDENT, 'c', 'b', 'c'],
  ])('downgrades %s', (_, graph, current, target, expected) => {
    expect(plan(graph, current, target)).toBe(expected)
  })

  it.each([
    ['steps from several rows', FORK, 'b2 c2', '-1', { candidates: ['b2', 'c2'] }],
    ['steps down over a merge', DIAMOND, 'e', '-2', { candidates: ['b', 'c'] }],
    ['steps behind a merge', DIAMOND, 'd', '-1', { candidates: ['b', 'c'] }],
    [
      'several rows of a branch',
      graphOf('a:=l', 'b:a', 'c:a'),
      'b c',
      'l@-1',
      { candidates: ['b', 'c'] },
    ],
    ['too many steps', LINE, 'b', '-3', { left: 2 }],
    ['a step from nothing', LINE, '', '-1', { left: 0 }],
    ['a step of a branch that has not begun', TWO, 'b', 'two@-1', { left: 0 }],
    ['a way up', LINE, 'a', '+1', { candidates: ['c'] }],
    ['a revision ahead', LINE, 'b', 'c', { revision: 'c', candidates: ['b'] }],
    ['a revision of another branch', FORK, 'c2', 'b', { revision: 'b', candidates: ['c2'] }],
    ['a branch that has not begun', FORK, 'c2', 'left@a', { revision: 'a', candidates: ['c2'] }],
    ['what is depended on alone', DEPENDENT, 'c', 'y', { revision: 'y', candidates: ['c'] }],
    ['an unknown revision', LINE, 'c', 'zzz', { candidates: ['c'] }],
    ['several heads', TWO, 'b y', 'heads', { candidates: ['b', 'y'] }],
  ])('refuses %s', async (_, graph, current, target, facts) => {
    const failure = await failureOf(() => plan(graph, current, target), 'REVISION_UNKNOWN_TARGET')
    expect(failure.facts).toEqual({ target, ...facts })
    expect(failure.message).not.toContain('undefined')
  })

  it('distinguishes a revision that is not applied from one that nothing revises', async () => {
    const ahead = await failureOf(() => plan(LINE, 'a', 'c'), 'REVISION_UNKNOWN_TARGET')
    expect(ahead.message).toBe('target c: the database does not have c (it is at a)')
    const alone = await failureOf(() => plan(DEPENDENT, 'c', 'y'), 'REVISION_UNKNOWN_TARGET')
    expect(alone.message).toContain('nothing that revises y is applied')
  })
})

describe('versionsBefore', () => {
  it.each([
    ['a revision of a line', LINE, 'c', 'c', 'b'],
    ['a base', LINE, 'a', 'a', ''],
    ['a branch', FORK, 'b c', 'b', 'c'],
    ['the last of the branches', FORK, 'b', 'b', 'a'],
    ['a merge', DIAMOND, 'd', 'd', 'b c'],
    [
      'a merge that another row comes from',
      graphOf('a:', 'b:a', 'c:a', 'd:b c', 'f:b'),
      'd f',
      'd',
      'c f',
    ],
    ['what depends', DEPENDENT, 'c', 'c', 'b y'],
    ['what depends on what a row comes from', DEPENDENT, 'c z', 'c', 'b z'],
    ['what depends on its own ancestor', graphOf('a:', 'b:a', 'c:b + a', 'x:'), 'c x', 'c', 'b x'],
    ['what is no row', LINE, 'c', 'b', 'c'],
    ['what stands next to an unknown row', LINE, 'b zzz', 'b', 'a zzz'],
  ])('downgrades %s', (_, graph, current, id, expected) => {
    const taken = graph.revisions.get(id) ?? revision('nothing')
    const rows = versionsBefore(graph, new Set(splitWords(current)), taken)
    expect([...rows].sort().join(' ')).toBe(expected)
  })
})

describe('refuseIrreversible', () => {
  const reversible = revision('a', { downgrade: section('drop table a') })

  it('lets a plan pass that can be downgraded, be it by an empty section', () => {
    const empty = revision('b', { downgrade: section('') })
    expect(() => refuseIrreversible([reversible, empty])).not.toThrow()
    expect(() => refuseIrreversible([])).not.toThrow()
  })

  it('names every revision that cannot be', async () => {
    const all = [revision('c'), reversible, revision('b')]
    const failure = await failureOf(() => refuseIrreversible(all), 'REVISION_IRREVERSIBLE')
    expect(failure.exitCode).toBe(50)
    expect(failure.facts).toEqual({
      revisions: [
        { revision: 'c', file: 'm/c.sql' },
        { revision: 'b', file: 'm/b.sql' },
      ],
    })
    expect(failure.message).toContain('2 revisions have no downgrade')
    expect(failure.hint).toContain('no further than c')
  })
})
