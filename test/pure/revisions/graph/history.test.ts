import { describe, expect, it } from 'vitest'
import type { Revision } from '../../../../src/revisions/file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../../../../src/revisions/graph/graph.ts'
import {
  currentLines,
  detailLines,
  headLines,
  historyEntries,
  historyLine,
} from '../../../../src/revisions/graph/history.ts'
import { graphOf, revision } from '../support.ts'

function graphWith(...revisions: readonly Revision[]): RevisionGraph {
  const { graph } = linkRevisions(revisions)
  if (graph === undefined) throw new Error('not a graph')
  return graph
}

const CHAIN = graphWith(
  revision('972fc63ffb69', { message: 'initial database schema' }),
  revision('567cc0f251e5', {
    revises: ['972fc63ffb69'],
    message: 'add session templates table',
  }),
  revision('c0b7d0e366e7', {
    revises: ['567cc0f251e5'],
    message: 'phase1 claude sdk v2 foundation',
    created: '2025-10-19T00:58:00Z',
  }),
)
const DIAMOND = graphWith(
  revision('a'),
  revision('b', { revises: ['a'], branchLabels: ['left'] }),
  revision('c', { revises: ['a'] }),
  revision('c2', { revises: ['c'], branchLabels: ['right'] }),
  revision('d', { revises: ['b', 'c2'] }),
)

describe('history', () => {
  it('lists a chain as Alembic does, newest first', () => {
    expect(historyEntries(CHAIN).map(historyLine)).toEqual([
      '567cc0f251e5 -> c0b7d0e366e7 (head), phase1 claude sdk v2 foundation',
      '972fc63ffb69 -> 567cc0f251e5, add session templates table',
      '<base> -> 972fc63ffb69, initial database schema',
    ])
  })

  it('marks branch points, merges and labels', () => {
    expect(historyEntries(DIAMOND).map(historyLine)).toEqual([
      'b, c2 -> d (left, right) (head) (mergepoint), message of d',
      'c -> c2 (right), message of c2',
      'a -> c (right), message of c',
      'a -> b (left), message of b',
      '<base> -> a (branchpoint), message of a',
    ])
  })

  it('reports dependencies, and a head that others depend on', () => {
    expect(historyEntries(graphOf('a:', 'x:', 'b:a + x')).map(historyLine)).toEqual([
      'a (x) -> b (head), message of b',
      '<base> -> x (effective head), message of x',
      '<base> -> a, message of a',
    ])
  })

  it('has the same as data', () => {
    expect(historyEntries(CHAIN)[0]).toEqual({
      revision: 'c0b7d0e366e7',
      revises: ['567cc0f251e5'],
      dependsOn: [],
      branchLabels: [],
      message: 'phase1 claude sdk v2 foundation',
      created: '2025-10-19T00:58:00Z',
      file: 'm/c0b7d0e366e7.sql',
      phase: 'expand',
      children: [],
      head: 'head',
      branchpoint: false,
      mergepoint: false,
    })
  })

  it('reports one revision at length', () => {
    const [merge, , , , base] = historyEntries(DIAMOND)
    expect(merge && detailLines(merge)).toEqual([
      'Rev: d (head) (mergepoint)',
      'Merges: b, c2',
      'Branch names: left, right',
      'Path: m/d.sql',
      '',
      '    message of d',
      '',
    ])
    expect(base && detailLines(base)).toContain('Branches into: b, c')
    expect(base && detailLines(base)).toContain('Parent: <base>')
    expect(detailLines(historyEntries(CHAIN)[0] ?? never())).toContain(
      '    Create Date: 2025-10-19T00:58:00Z',
    )
  })
})

describe('current and heads', () => {
  it('print as Alembic does', () => {
    expect(currentLines(CHAIN, new Set(['c0b7d0e366e7']))).toEqual(['c0b7d0e366e7 (head)'])
    expect(currentLines(CHAIN, new Set(['972fc63ffb69']))).toEqual(['972fc63ffb69'])
    expect(currentLines(CHAIN, new Set())).toEqual([])
    expect(currentLines(DIAMOND, new Set(['b', 'c2']))).toEqual(['c2', 'b'])
    expect(headLines(CHAIN)).toEqual(['c0b7d0e366e7 (head)'])
    expect(headLines(DIAMOND)).toEqual(['d (left, right) (head)'])
  })

  it('reports a row that the files lack', () => {
    expect(currentLines(CHAIN, new Set(['zzz', '972fc63ffb69']))).toEqual([
      '972fc63ffb69',
      'zzz (no file holds it)',
    ])
  })
})

function never(): never {
  throw new Error('no entry')
}
