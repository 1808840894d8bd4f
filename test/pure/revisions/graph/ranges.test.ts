import { describe, expect, it } from 'vitest'
import type { RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import { historyEntries, historyLine } from '../../../../src/revisions/graph/history.ts'
import { parseRange, revisionsBetween } from '../../../../src/revisions/graph/ranges.ts'
import { failureOf, graphOf, splitWords } from '../support.ts'

const between = (graph: RevisionGraph, text: string, current = '') =>
  revisionsBetween(graph, parseRange(text), new Set(splitWords(current)))
    .map(({ id }) => id)
    .join(' ')

const LINE = graphOf('a:', 'b:a', 'c:b', 'd:c')
const FORK = graphOf('a:', 'b:a=left', 'b2:b', 'c:a=right')
const DIAMOND = graphOf('a:', 'b:a', 'c:a', 'd:b c', 'e:d')
const DEPENDENT = graphOf('a:', 'b:a', 'x:', 'c:b + x')

describe('parseRange', () => {
  it.each([
    ['a:b', 'a', 'b'],
    ['a:', 'a', 'heads'],
    [':b', 'base', 'b'],
    [':', 'base', 'heads'],
    ['base:head', 'base', 'head'],
    ['-2:current', '-2', 'current'],
    ['left@base:left@head', 'left@base', 'left@head'],
    [' a : b ', 'a', 'b'],
  ])('reads "%s"', (text, from, to) => {
    expect(parseRange(text)).toEqual({ from, to })
  })

  it.each(['', 'a', 'a:b:c', '::'])('refuses "%s"', async (text) => {
    const failure = await failureOf(() => parseRange(text), 'USAGE')
    expect(failure.facts).toEqual({ range: text })
  })
})

describe('revisionsBetween', () => {
  it.each([
    [LINE, ':', '', 'd c b a'],
    [LINE, 'b:', '', 'd c b'],
    [LINE, ':c', '', 'c b a'],
    [LINE, 'b:c', '', 'c b'],
    [LINE, 'b:b', '', 'b'],
    [LINE, 'current:', 'c', 'd c'],
    [LINE, 'current:', '', 'd c b a'],
    [LINE, ':current', 'b', 'b a'],
    [LINE, ':current', '', ''],
    [LINE, '-1:current', 'c', 'c b'],
    [LINE, '-2:', '', 'd c b'],
    [LINE, '-9:c', '', 'c b a'],
    [LINE, 'b:+1', '', 'c b'],
    [LINE, 'c:+5', '', 'd c'],
    [LINE, 'd:+1', '', 'd'],
    [LINE, ':+2', '', 'b a'],
    [FORK, ':', '', 'c b2 b a'],
    [FORK, 'b:', '', 'b2 b'],
    [FORK, 'a:left@head', '', 'b2 b a'],
    [FORK, 'left@base:', '', 'b2 b a'],
    [FORK, ':current', 'b c', 'c b a'],
    [DIAMOND, 'b:d', '', 'd b'],
    [DIAMOND, 'a:', '', 'e d c b a'],
    [DIAMOND, '-1:', '', 'e d'],
    [DEPENDENT, ':c', '', 'c x b a'],
    [DEPENDENT, 'b:c', '', 'c b'],
    [DEPENDENT, 'x:c', '', 'c x'],
  ])('in graph %# of %s', (graph, text, current, expected) => {
    expect(between(graph, text, current)).toBe(expected)
  })

  it.each([
    [LINE, 'c:b', ['c']],
    [FORK, 'b:c', ['b']],
    [DIAMOND, '-2:e', ['b', 'c']],
    [FORK, 'a:+1', ['b', 'c']],
  ])('refuses what is no way (%#)', async (graph, text, candidates) => {
    const failure = await failureOf(() => between(graph, text), 'REVISION_UNKNOWN_TARGET')
    expect(failure.facts).toMatchObject({ candidates })
  })

  it('is what the history lists', () => {
    expect(
      historyEntries(LINE, revisionsBetween(LINE, parseRange('b:c'))).map(historyLine),
    ).toEqual(['b -> c, message of c', 'a -> b, message of b'])
  })
})
