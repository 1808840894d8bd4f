import type { RevisionGraph } from '../graph/graph.ts'
import { type HistoryEntry, historyEntries } from '../graph/history.ts'
import { graphLanes, type Lane, type LaneRow, type Link } from './graph-lanes.ts'

/** How a graph is drawn. */
interface DrawOptions {
  /** Whether to make do with ASCII, for a terminal without box-drawing characters; default false. */
  readonly ascii?: boolean
}

/**
 * The graph as lines for a terminal, newest first, one line a revision: lanes to the left, then id,
 * branch labels, whether it is a head, and the message. Solid lines lead to what a revision revises,
 * dotted ones to what it depends on.
 *
 * @example drawGraph(diamond)[0] // '○─╮  d (head), merge both'
 */
export function drawGraph(
  graph: RevisionGraph,
  { ascii = false }: DrawOptions = {},
): readonly string[] {
  const rows = graphLanes(graph)
  const pictures = rows.map(pictureOf)
  const width = Math.max(0, ...pictures.map(({ length }) => length))
  const entries = historyEntries(graph)
  return entries.map((entry, index) => {
    const picture = (pictures[index] ?? '').padEnd(width)
    return `${ascii ? asAscii(picture) : picture}  ${captionOf(entry)}`
  })
}

function captionOf({ revision, branchLabels, head, message }: HistoryEntry): string {
  const labels = branchLabels.length === 0 ? '' : ` (${branchLabels.join(', ')})`
  return `${revision}${labels}${head === null ? '' : ` (${head})`}, ${message}`
}

function pictureOf(row: LaneRow): string {
  const lanes = Math.max(row.above.length, row.below.length, row.at + 1)
  const cells = Array.from({ length: lanes }, (_, lane) => {
    return `${cellOf(row, lane)}${between(row, lane, lane + 1)}`
  })
  return cells.join('').trimEnd()
}

function cellOf(row: LaneRow, lane: number): string {
  if (lane === row.at) return '○'
  const above = row.above[lane] ?? null
  const below = row.below[lane] ?? null
  if (row.links.some((link) => link.lane === lane)) return cornerOf(row, lane, { above, below })
  // A line that is only crossed stays whole: a broken one would look like a junction.
  if (above !== null && below !== null) return below.dotted ? '┊' : '│'
  return between(row, lane - 1, lane) === ' ' ? ' ' : between(row, lane, lane + 1)
}

const CORNERS: Readonly<Record<string, string>> = {
  dl: '╮',
  dr: '╭',
  dlr: '┬',
  ul: '╯',
  ur: '╰',
  ulr: '┴',
  udl: '┤',
  udr: '├',
  udlr: '┼',
}

function cornerOf(
  row: LaneRow,
  lane: number,
  { above, below }: { readonly above: Lane | null; readonly below: Lane | null },
): string {
  const arms = [
    above === null ? '' : 'u',
    below === null ? '' : 'd',
    between(row, lane - 1, lane) === ' ' ? '' : 'l',
    between(row, lane, lane + 1) === ' ' ? '' : 'r',
  ]
  return CORNERS[arms.join('')] ?? ' '
}

/** What fills the gap between two neighbouring lanes. */
function between({ at, links }: LaneRow, left: number, right: number): string {
  const spans = ({ lane }: Link) => Math.min(at, lane) <= left && Math.max(at, lane) >= right
  const spanning = links.filter(spans)
  if (spanning.length === 0) return ' '
  return spanning.every(({ dotted }) => dotted) ? '╌' : '─'
}

const ASCII: Readonly<Record<string, string>> = {
  '○': '*',
  '│': '|',
  '┊': ':',
  '─': '-',
  '╌': '.',
  '╮': '.',
  '╭': '.',
  '╯': "'",
  '╰': "'",
}

function asAscii(picture: string): string {
  return picture.replace(/[^ ]/gu, (drawn) => ASCII[drawn] ?? '+')
}
