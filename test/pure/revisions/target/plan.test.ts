import { describe, expect, it } from 'vitest'
import { linkRevisions, type RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import {
  checkTarget,
  targetVersions,
  upgradePlan,
  versionsAfter,
} from '../../../../src/revisions/target/plan.ts'
import { failureOf, graphOf, revision } from '../support.ts'

const words = (text: string) => text.split(' ').filter((word) => word !== '')
const plan = (graph: RevisionGraph, current: string, target: string) =>
  upgradePlan(graph, new Set(words(current)), target)
    .map(({ id }) => id)
    .join(' ')
const sorted = (ids: Iterable<string>) => [...ids].sort().join(' ')

const LINE = graphOf('a:', 'b:a', 'c:b')
const DIAMOND = graphOf('a:', 'b:a', 'c:a', 'd:b c', 'e:d')
const FORK = graphOf('a:', 'b:a', 'c:a')
const DEPENDENT = graphOf('a:', 'b:a', 'x:', 'y:x', 'c:b + y')
const PREFIXES = graphOf('972fc63ffb69:', '972aa:972fc63ffb69', '567cc0f251e5:972aa')

describe('upgradePlan', () => {
  it.each([
    ['all from empty', LINE, '', 'head', 'a b c'],
    ['the rest', LINE, 'a', 'head', 'b c'],
    ['nothing at the head', LINE, 'c', 'head', ''],
    ['nothing past the target', LINE, 'c', 'a', ''],
    ['nothing for base', LINE, '', 'base', ''],
    ['up to a revision', LINE, '', 'b', 'a b'],
    ['one step', LINE, 'a', '+1', 'b'],
    ['several steps from empty', LINE, '', '+2', 'a b'],
    ['both branches of a merge', DIAMOND, '', 'd', 'a b c d'],
    ['the other branch of a merge', DIAMOND, 'b', 'head', 'c d e'],
    ['a step above a merge', DIAMOND, 'd', '+1', 'e'],
    ['one branch alone', FORK, '', 'b', 'a b'],
    ['the other branch', FORK, 'b', 'c', 'c'],
    ['all heads', FORK, '', 'heads', 'a b c'],
    ['what is missing of all heads', FORK, 'b', 'heads', 'c'],
    ['dependencies first', DEPENDENT, '', 'c', 'a b x y c'],
    ['dependencies that are missing', DEPENDENT, 'b x', 'c', 'y c'],
    ['what a row depends on counts as there', DEPENDENT, 'c', 'heads', ''],
    ['a unique prefix', PREFIXES, '', '567', '972fc63ffb69 972aa 567cc0f251e5'],
  ])('runs %s', (_, graph, current, target, expected) => {
    expect(plan(graph, current, target)).toBe(expected)
  })

  it.each([
    ['an unknown revision', PREFIXES, '', '567cc0f251e6', ['567cc0f251e5']],
    ['a prefix of two', PREFIXES, '', '972', ['972fc63ffb69', '972aa']],
    ['nothing', LINE, '', '', ['c']],
    ['a fork ahead', FORK, 'a', '+1', ['b', 'c']],
    ['several bases', graphOf('a:', 'b:'), '', '+1', ['a', 'b']],
    ['steps from two rows', DIAMOND, 'b c', '+1', ['b', 'c']],
    ['steps from two heads', FORK, 'b c', '+1', ['b', 'c']],
    ['a way down', LINE, 'c', '-1', ['c']],
    ['no step at all', LINE, 'c', '+0', ['c']],
  ])('refuses %s', async (_, graph, current, target, candidates) => {
    const failure = await failureOf(() => plan(graph, current, target), 'REVISION_UNKNOWN_TARGET')
    expect(failure.exitCode).toBe(50)
    expect(failure.facts).toEqual({ target, candidates })
  })

  it('says how many steps are left', async () => {
    const failure = await failureOf(() => plan(LINE, 'a', '+3'), 'REVISION_UNKNOWN_TARGET')
    expect(failure.facts).toEqual({ target: '+3', left: 2 })
  })

  it('refuses head where there are two', async () => {
    const failure = await failureOf(() => plan(FORK, '', 'head'), 'REVISION_MULTIPLE_HEADS')
    expect(failure.facts).toMatchObject({ command: 'pgate merge b c -m "merge branches"' })
  })

  it('takes a full id before a longer one that it begins', () => {
    expect(plan(graphOf('001:', '0011:001'), '', '001')).toBe('001')
  })
})

describe('version rows', () => {
  it.each([
    ['line', LINE, ['a', 'b', 'c']],
    ['diamond', DIAMOND, ['a', 'b', 'b c', 'd', 'e']],
    ['fork', FORK, ['a', 'b', 'b c']],
    ['dependency', DEPENDENT, ['a', 'b', 'b x', 'b y', 'c']],
    [
      'dependency that an ancestor has too',
      graphOf('a:', 'x:', 'b:a + x', 'c:b + x'),
      ['a', 'a x', 'b', 'c'],
    ],
    ['two bases merged', graphOf('a:', 'b:', 'c:a b'), ['a', 'a b', 'c']],
    ['branch off a dependency', graphOf('x:', 'a: + x', 'y:x'), ['x', 'a', 'a y']],
  ])('go through a %s as in Alembic', (_, graph, expected) => {
    let rows: ReadonlySet<string> = new Set()
    const seen = upgradePlan(graph, rows, 'heads').map((revision) => {
      rows = versionsAfter(graph, rows, revision)
      return sorted(rows)
    })
    expect(seen).toEqual(expected)
    expect(sorted(targetVersions(graph, 'heads'))).toBe(sorted(rows))
  })

  it.each([
    [DIAMOND, 'd', 'd'],
    [DIAMOND, 'b', 'b'],
    [DIAMOND, 'base', ''],
    [FORK, 'heads', 'b c'],
    [DEPENDENT, 'c', 'c'],
    [DEPENDENT, 'y', 'y'],
  ])('at a target are its own (%#)', (graph, target, expected) => {
    expect(sorted(targetVersions(graph, target))).toBe(expected)
  })

  it('at +N follow from where the database is', () => {
    expect(sorted(targetVersions(LINE, '+1', new Set(['a'])))).toBe('b')
  })
})

describe('checkTarget', () => {
  it.each(['heads', 'b', 'base', '+1', '+7'])('lets %s pass', (target) => {
    expect(() => checkTarget(FORK, target)).not.toThrow()
  })

  it('refuses a target that no database could make sense of', async () => {
    await failureOf(() => checkTarget(FORK, 'head'), 'REVISION_MULTIPLE_HEADS')
    await failureOf(() => checkTarget(FORK, 'zzz'), 'REVISION_UNKNOWN_TARGET')
  })

  it('takes a branch label, and refuses one that is none', async () => {
    const { graph = FORK } = linkRevisions([revision('a', { branchLabels: ['billing'] })])
    expect(() => checkTarget(graph, 'billing@head')).not.toThrow()
    expect(() => checkTarget(graph, 'billing@+3')).not.toThrow()
    const failure = await failureOf(
      () => checkTarget(graph, 'biling@+3'),
      'REVISION_UNKNOWN_TARGET',
    )
    expect(failure.facts).toEqual({ target: 'biling', candidates: ['billing'] })
  })
})
