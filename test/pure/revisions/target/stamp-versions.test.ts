import { describe, expect, it } from 'vitest'
import type { RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import { stampVersions } from '../../../../src/revisions/target/stamp-versions.ts'
import { failureOf, graphOf, splitWords } from '../support.ts'

const stamp = (graph: RevisionGraph, current: string, targets: string) =>
  [...stampVersions(graph, new Set(splitWords(current)), splitWords(targets))].sort().join(' ')

const LINE = graphOf('a:', 'b:a', 'c:b')
const FORK = graphOf('a:', 'b:a=left', 'b2:b', 'c:a=right', 'c2:c')
const DIAMOND = graphOf('a:', 'b:a', 'c:a', 'd:b c')
const DEPENDENT = graphOf('a:', 'b:a', 'x:=two', 'y:x', 'c:b + y')
const SPREAD = graphOf('a:=left', 'b:a', 'c:b', 'd:a')

describe('stampVersions', () => {
  it.each([
    ['from nothing', LINE, '', 'b', 'b'],
    ['what is there', LINE, 'b', 'b', 'b'],
    ['forwards', LINE, 'a', 'head', 'c'],
    ['backwards', LINE, 'c', 'a', 'a'],
    ['base', FORK, 'b2 c2', 'base', ''],
    ['a named place and steps', LINE, '', 'head-1', 'b'],
    ['below the first revision', LINE, 'a', 'a-1', ''],
    ['a branch, and leaves the other', FORK, 'b c', 'b2', 'b2 c'],
    ['a branch that is not there yet', FORK, 'c', 'b', 'b c'],
    ['a branch back to the fork', FORK, 'b2 c2', 'a', 'a'],
    ['two branches out of their fork', FORK, 'a', 'b c', 'b c'],
    ['two branches back', FORK, 'b2 c2', 'b c', 'b c'],
    ['all heads', FORK, 'b2 c', 'heads', 'b2 c2'],
    ['all heads, of which one depends on what is there', DEPENDENT, 'y', 'heads', 'c'],
    ['two of one line', LINE, '', 'b a', 'b'],
    ['a merge', DIAMOND, 'b c', 'd', 'd'],
    ['back from a merge, and forgets the other side', DIAMOND, 'd', 'b', 'b'],
    ['back from a merge, both sides', DIAMOND, 'd', 'b c', 'b c'],
    ['the head of a branch', FORK, 'a', 'left@head', 'b2'],
    ['a branch to base', FORK, 'b2 c2', 'left@base', 'c2'],
    ['a branch to base, with what depends on it', DEPENDENT, 'c', 'two@base', ''],
    ['a branch, all rows of it', SPREAD, 'c d', 'left@b', 'b'],
    ['what is a row of a branch already', SPREAD, 'c d', 'left@d', 'c d'],
    ['a dependency, and forgets what depends', DEPENDENT, 'c', 'x', 'x'],
    ['what depends, in place of both', DEPENDENT, 'b y', 'c', 'c'],
    ['nothing', LINE, 'b', '', 'b'],
  ])('stamps %s', (_, graph, current, targets, expected) => {
    expect(stamp(graph, current, targets)).toBe(expected)
  })

  it.each(['+1', '-1', 'left@+1', 'left@-1'])(
    'counts no steps from the database: %s',
    async (to) => {
      const failure = await failureOf(() => stamp(FORK, 'b', to), 'REVISION_UNKNOWN_TARGET')
      expect(failure.facts).toEqual({ target: to, candidates: ['b2', 'c2'] })
    },
  )

  it('refuses head where there are two, and what is unknown', async () => {
    await failureOf(() => stamp(FORK, '', 'head'), 'REVISION_MULTIPLE_HEADS')
    await failureOf(() => stamp(FORK, '', 'b zzz'), 'REVISION_UNKNOWN_TARGET')
  })

  it('refuses to judge a row that the files lack, and names the way out', async () => {
    const failure = await failureOf(() => stamp(LINE, 'zzz b', 'c'), 'HISTORY_UNKNOWN')
    expect(failure.facts).toEqual({ versions: ['zzz'] })
    expect(failure.hint).toContain('--purge')
  })
})
