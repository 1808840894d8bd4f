import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkRevisions } from '../../../../src/revisions/graph/graph.ts'
import { drawGraph } from '../../../../src/revisions/show/draw-graph.ts'
import { linkedGraph, randomLinks } from '../../../support/graphs/random-graph.ts'
import { graphOf, revision } from '../support.ts'

const picture = (...lines: readonly string[]) => `\n${drawGraph(graphOf(...lines)).join('\n')}\n`

describe('drawGraph', () => {
  it('draws a line', () => {
    expect(picture('a:', 'b:a', 'c:b')).toMatchInlineSnapshot(`
      "
      ○  c (head), message of c
      ○  b, message of b
      ○  a, message of a
      "
    `)
  })
  it('draws a branch', () => {
    expect(picture('a:', 'b:a', 'c:a', 'd:b')).toMatchInlineSnapshot(`
      "
      ○    d (head), message of d
      │ ○  c (head), message of c
      ○ │  b, message of b
      ○─╯  a, message of a
      "
    `)
  })
  it('draws three branches of one revision', () => {
    expect(picture('a:', 'b:a', 'c:a', 'd:a')).toMatchInlineSnapshot(`
      "
      ○      d (head), message of d
      │ ○    c (head), message of c
      │ │ ○  b (head), message of b
      ○─┴─╯  a, message of a
      "
    `)
  })
  it('draws a merge', () => {
    expect(picture('a:', 'b:', 'c:', 'd:a b c', 'e:d')).toMatchInlineSnapshot(`
      "
      ○      e (head), message of e
      ○─┬─╮  d, message of d
      │ │ ○  c, message of c
      │ ○    b, message of b
      ○      a, message of a
      "
    `)
  })
  it('draws a diamond', () => {
    expect(picture('a:', 'b:a', 'c:a', 'd:b c', 'e:d')).toMatchInlineSnapshot(`
      "
      ○    e (head), message of e
      ○─╮  d, message of d
      │ ○  c, message of c
      ○ │  b, message of b
      ○─╯  a, message of a
      "
    `)
  })
  it('draws two bases', () => {
    expect(picture('a:', 'b:a', 'x:', 'y:x')).toMatchInlineSnapshot(`
      "
      ○    y (head), message of y
      ○    x, message of x
        ○  b (head), message of b
        ○  a, message of a
      "
    `)
  })
  it('draws dependencies dotted', () => {
    expect(picture('a:', 'x:', 'b:a + x', 'y:x', 'c:b')).toMatchInlineSnapshot(`
      "
      ○    y (head), message of y
      │ ○  c (head), message of c
      ├╌○  b, message of b
      ○ │  x, message of x
        ○  a, message of a
      "
    `)
  })
  it('draws a base that only depends', () => {
    expect(picture('a:', 'x: + a', 'y:x')).toMatchInlineSnapshot(`
      "
      ○    y (head), message of y
      ○╌╮  x, message of x
        ○  a (effective head), message of a
      "
    `)
  })
  it('draws lines that cross others', () => {
    expect(picture('a:', 'b:a', 'c:a', 'd:b', 'e:c + b', 'f:d', 'g:f e')).toMatchInlineSnapshot(`
      "
      ○─╮    g (head), message of g
      ○ │    f, message of f
      │ ○╌╮  e, message of e
      ○ │ ┊  d, message of d
      │ ○ ┊  c, message of c
      ○╌│╌╯  b, message of b
      ○─╯    a, message of a
      "
    `)
  })
  it('draws criss-cross merges', () => {
    const lines = ['a:', 'b:a', 'c:a', 'd:b c', 'e:c b', 'f:d', 'g:e', 'h:f g']
    expect(picture(...lines)).toMatchInlineSnapshot(`
      "
      ○─╮    h (head), message of h
      │ ○    g, message of g
      ○ │    f, message of f
      │ ○─╮  e, message of e
      ○─┤ │  d, message of d
      │ ○ │  c, message of c
      ○─│─╯  b, message of b
      ○─╯    a, message of a
      "
    `)
  })

  it('draws a merge that branches, without passing one line off as another', () => {
    expect(picture('a:', 'b:', 'm:a b', 'n:m', 'o:m')).toMatchInlineSnapshot(`
      "
      ○      o (head), message of o
      │ ○    n (head), message of n
      ○─┴─╮  m, message of m
      │   ○  b, message of b
      ○      a, message of a
      "
    `)
  })

  it('shows labels and effective heads', () => {
    const { graph } = linkRevisions([
      revision('a', { branchLabels: ['billing'] }),
      revision('x'),
      revision('b', { revises: ['a'], dependsOn: ['x'] }),
    ])
    expect(graph && drawGraph(graph)).toMatchInlineSnapshot(`
      [
        "○╌╮  b (billing) (head), message of b",
        "│ ○  x (effective head), message of x",
        "○    a (billing), message of a",
      ]
    `)
  })

  it('makes do with ASCII', () => {
    const lines = ['a:', 'x:', 'b:a', 'c:a + x', 'd:b c', 'e:a']
    const drawn = drawGraph(graphOf(...lines), { ascii: true })
    expect(`\n${drawn.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      *-.      d (head), message of d
      | *..    c, message of c
      | | *    x (effective head), message of x
      | |   *  e (head), message of e
      * |   |  b, message of b
      *-+---'  a, message of a
      "
    `)
  })

  it('draws nothing of nothing', () => {
    expect(drawGraph(graphOf())).toEqual([])
  })

  it('draws any graph, one line a revision, each line closed above and below', () => {
    const property = fc.property(randomLinks({ most: 16, redundant: true }), (links) => {
      const graph = linkedGraph(links)
      const lines = drawGraph(graph)
      expect(lines.map((line) => /[a-f]\d{3}/.exec(line)?.[0])).toEqual(
        graph.order.map(({ id }) => id).reverse(),
      )
      expect(looseEnds(lines.map((line) => line.slice(0, line.search(/[a-f]\d{3}/))))).toEqual([])
    })
    fc.assert(property, { numRuns: 200 })
  })
})

const DOWN = '│┊╮╭┬┤├┼'
const UP = '│┊╯╰┴┤├┼'
const LEFT = '─╌╮╯┤┼┬┴'
const RIGHT = '─╌╭╰├┼┬┴'

/** Every place where a line points at a character that does not meet it. */
function looseEnds(pictures: readonly string[]): readonly string[] {
  const at = (row: number, column: number) => pictures[row]?.charAt(column) || ' '
  const meets = (drawn: string, arms: string) => drawn === '○' || arms.includes(drawn)
  return pictures.flatMap((picture, row) =>
    [...picture].flatMap((drawn, column) => {
      const place = `${drawn} in row ${row}, column ${column}`
      // A line that crosses another passes under it.
      const across = (step: number, arms: string) => {
        const neighbour = at(row, column + step)
        return meets('│┊'.includes(neighbour) ? at(row, column + 2 * step) : neighbour, arms)
      }
      return [
        ...(DOWN.includes(drawn) && !meets(at(row + 1, column), UP) ? [`${place}: below`] : []),
        ...(UP.includes(drawn) && !meets(at(row - 1, column), DOWN) ? [`${place}: above`] : []),
        ...(LEFT.includes(drawn) && !across(-1, RIGHT) ? [`${place}: left`] : []),
        ...(RIGHT.includes(drawn) && !across(1, LEFT) ? [`${place}: right`] : []),
      ]
    }),
  )
}
