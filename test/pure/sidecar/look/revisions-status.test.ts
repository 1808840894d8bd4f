import { describe, expect, it } from 'vitest'
import { linkRevisions } from '../../../../src/revisions/graph/graph.ts'
import { revisionsStatus } from '../../../../src/sidecar/look/seen.ts'
import { graphOf, revision } from '../../revisions/support.ts'

const graph = graphOf('a:', 'b:a', 'c:b', 'd:b')
const statesAt = (
  versions: readonly string[] | null,
  wanted: readonly string[],
  behind: readonly string[] = [],
) => {
  const {
    graph: nodes,
    pending,
    unknown,
  } = revisionsStatus(graph, {
    target: 'x',
    wanted: new Set(wanted),
    versions: versions && new Set(versions),
    behind: new Set(behind),
  })
  const states = nodes.toReversed().map(({ id, state }) => `${id} ${state}`)
  return [states.join(', '), pending, unknown.join(' ')]
}

describe('where the database stands on the graph', () => {
  it.each([
    [
      'nothing is known yet',
      null,
      ['c'],
      [],
      'a unknown, b unknown, c unknown, d unknown',
      null,
      '',
    ],
    ['it is empty', [], ['c'], [], 'a pending, b pending, c pending, d beyond', 3, ''],
    ['it is half-way', ['b'], ['c', 'd'], [], 'a applied, b applied, c pending, d pending', 2, ''],
    ['it is there', ['c'], ['c'], [], 'a applied, b applied, c applied, d beyond', 0, ''],
    ['it is ahead', ['e'], ['c'], ['c'], 'a applied, b applied, c applied, d beyond', 0, 'e'],
  ] as const)('where %s', (_, versions, wanted, behind, states, pending, unknown) => {
    expect(statesAt(versions, wanted, behind)).toEqual([states, pending, unknown])
  })

  it('counts what is left for the contract phase as waiting, and not as pending', () => {
    const phase = 'contract' as const
    const revisions = [revision('a'), revision('b', { revises: ['a'], phase })]
    const { graph: line = graph } = linkRevisions(revisions)
    const at = (phase: 'all' | 'expand', row: string) => {
      const wanted = new Set([phase === 'all' ? 'b' : 'a'])
      const position = { target: 'head', phase, wanted, versions: new Set([row]) }
      const { pending, waiting, graph: nodes } = revisionsStatus(line, position)
      return [pending, waiting, nodes[0]?.state]
    }
    expect(at('expand', 'a')).toEqual([0, ['b'], 'waiting'])
    expect(at('expand', 'b')).toEqual([0, [], 'applied'])
    expect(at('all', 'a')).toEqual([1, [], 'pending'])
  })

  it('lists the newest five hundred and counts the rest', () => {
    const chain = Array.from(
      { length: 600 },
      (_, index) => `r${index}:${index === 0 ? '' : `r${index - 1}`}`,
    )
    const position = { target: 'head', wanted: new Set(['r599']), versions: new Set(['r0']) }
    const status = revisionsStatus(graphOf(...chain), position)
    expect([status.graph.length, status.graphLeftOut, status.pending]).toEqual([500, 100, 599])
    expect(status.graph[0]?.id).toBe('r599')
  })
})
