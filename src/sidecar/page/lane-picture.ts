import type { LaneRow, Link } from '../../revisions/show/graph-lanes.ts'
import type { RevisionStatus } from '../status/status.ts'
import { type Html, html } from './html.ts'

/** Where the revision stands in its row, from the top; the row is as high as its text. */
const MIDDLE = 18
/** Down to here a line bends; below it runs straight to the end of the row. */
const BEND_END = 36
const RADIUS = 8
const WIDEST_GAP = 18
/** All lanes together get no more: a phone needs the rest for the words. */
const MOST_WIDTH = 110

/** How far apart the lanes of a drawing stand, in pixels. */
export function laneGap(lanes: number): number {
  return Math.min(WIDEST_GAP, MOST_WIDTH / Math.max(1, lanes))
}

/** The lanes of one row as SVG, stretched to the height of its text. Words beside it say the same. */
export function lanePicture(
  row: LaneRow,
  state: RevisionStatus['state'],
  { lanes, gap }: { readonly lanes: number; readonly gap: number },
): Html {
  const x = (lane: number) => Math.round((lane + 0.5) * gap * 10) / 10
  const width = Math.max(20, Math.ceil(lanes * gap))
  return html`<svg class="lanes" width="${width}" aria-hidden="true">${straight(row, x)}${row.links.map((link) => bend(row, link, x))}${nodeShape(state, x(row.at))}</svg>`
}

/** A shape for each state: what it means stands in the legend, and as a word in each row. */
export function nodeShape(state: RevisionStatus['state'], x: number): Html {
  const y = MIDDLE
  if (state === 'applied') return html`<circle class="node full" cx="${x}" cy="${y}" r="6"/>`
  if (state === 'pending') return html`<circle class="node" cx="${x}" cy="${y}" r="5.5"/>`
  if (state === 'unknown') {
    return html`<rect class="node" x="${x - 5}" y="${y - 5}" width="10" height="10"/>`
  }
  return html`<path class="node" d="M${x} ${y - 7}l7 7-7 7-7-7z"/>`
}

/** Lines that do not bend: those that pass, and those of the revision's own lane. */
function straight(row: LaneRow, x: (lane: number) => number): readonly Html[] {
  const count = Math.max(row.above.length, row.below.length)
  return Array.from({ length: count }, (_, lane) => lane).flatMap((lane) => {
    const above = row.above[lane] ?? null
    const below = row.below[lane] ?? null
    const linked = row.links.some((link) => link.lane === lane)
    if (lane !== row.at && above !== null && below !== null) {
      return [line(x(lane), ['0', '100%'], below.dotted)]
    }
    const down = linked ? BEND_END : MIDDLE
    return [
      ...(above !== null && !linked ? [line(x(lane), ['0', MIDDLE], above.dotted)] : []),
      ...(below !== null ? [line(x(lane), [down, '100%'], below.dotted)] : []),
    ]
  })
}

function line(
  x: number,
  [from, to]: readonly [string | number, string | number],
  dotted: boolean,
): Html {
  return html`<line x1="${x}" x2="${x}" y1="${from}" y2="${to}"${dotted && html` class="dotted"`}/>`
}

/** From the revision to another lane: up where that one ends here, else down. */
function bend(row: LaneRow, { lane, dotted }: Link, x: (lane: number) => number): Html {
  const [here, there] = [x(row.at), x(lane)]
  const side = there > here ? -1 : 1
  const radius = Math.min(RADIUS, Math.abs(there - here))
  const ends = row.above[lane]?.to === row.id
  const [corner, end] = ends ? [MIDDLE - radius, 0] : [MIDDLE + radius, BEND_END]
  const path = `M${here} ${MIDDLE}H${there + side * radius}Q${there} ${MIDDLE} ${there} ${corner}V${end}`
  return html`<path d="${path}"${dotted && html` class="dotted"`}/>`
}
