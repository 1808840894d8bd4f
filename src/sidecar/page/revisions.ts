import { counted } from '../../base/words.ts'
import { graphLanes, type LaneRow, type Link } from '../../revisions/show/graph-lanes.ts'
import type { RevisionStatus, RevisionsStatus, Status } from '../status/status.ts'
import { badge, code, copyable, type Html, html, type PageSection } from './html.ts'

/** So many are seen at once; the older ones are folded away. */
const MOST_OPEN = 12
/** And so many are in the page at all. */
const MOST_DRAWN = 100

const MEANINGS: Readonly<Record<RevisionStatus['state'], string>> = {
  applied: 'applied',
  pending: 'pending',
  waiting: 'left for the contract phase',
  beyond: 'not on the way to the target',
  unknown: 'not known yet',
}

const ORDER: readonly RevisionStatus['state'][] = [
  'applied',
  'pending',
  'waiting',
  'beyond',
  'unknown',
]

/**
 * The graph, newest first: a list whose rows say in words what the picture next to them shows, with
 * the parents of each. Folded where the database is at the target. Pure.
 */
export function revisionsSection({ revisions }: Status): PageSection {
  const { graph, graphLeftOut, pending, unknown, waiting } = revisions
  const rows = rowsOf(revisions)
  const left = graph.length + graphLeftOut - rows.length
  const older = rows.slice(MOST_OPEN)
  const body = html`${unknownHtml(revisions)}${waitingHtml(waiting ?? [])}<p>${headsText(revisions)}</p>
${legendHtml(graph)}<ol class="graph">
${rows.slice(0, MOST_OPEN)}</ol>
${
  older.length > 0 &&
  html`<details id="older"><summary id="older-summary">${counted(older.length, 'older revision')}</summary>
<ol class="graph">
${older}</ol></details>
`
}${left > 0 && html`<p class="quiet">${left} more are not drawn; <code>pgate history</code> lists them.</p>`}`
  const isThere = pending === 0 && unknown.length === 0 && !waiting?.length
  const tone = unknown.length > 0 ? 'warn' : isThere ? 'good' : 'wait'
  return {
    id: 'revisions',
    title: 'Revisions',
    tone,
    line: lineOf(revisions),
    body,
    folded: isThere,
  }
}

function lineOf({ current, pending, waiting, unknown, target }: RevisionsStatus): string {
  if (current === null) return `target ${target}; where the database is, is not known yet`
  const at = current.length === 0 ? 'none' : current.join(', ')
  const left = waiting?.length
    ? `; ${counted(waiting.length, 'contract revision')} left for later`
    : ''
  if (unknown.length > 0) return `at ${at}: ahead of these files, or of another history`
  return `at ${at}; ${pending ? `${pending} pending` : 'nothing is pending'}${left}`
}

function headsText({ heads, target }: RevisionsStatus): string {
  return `${heads.length === 1 ? 'Head' : 'Heads'} of the files: ${heads.join(', ') || 'none'}. Target: ${target}.`
}

function waitingHtml(waiting: readonly string[]): Html {
  if (waiting.length === 0) return html``
  return html`<p>Left for the contract phase: ${waiting.map((id) => html`${code(id)} `)}; after the roll-out run ${copyable('pgate upgrade --phase contract')}</p>
`
}

function unknownHtml({ unknown }: RevisionsStatus): Html {
  if (unknown.length === 0) return html``
  return html`<p>${badge('ahead', 'warn')} The database is at ${unknown.map((id) => html`${code(id)} `)}which these files lack.</p>
`
}

function legendHtml(graph: readonly RevisionStatus[]): Html {
  const states = ORDER.filter((state) => graph.some((one) => one.state === state))
  const keys = states.map(
    (state) =>
      html`<li><svg class="key" width="20" height="36" aria-hidden="true">${nodeShape(state, 10)}</svg>${MEANINGS[state]}</li>
`,
  )
  return html`<ul class="legend" aria-label="Shapes">
${keys}</ul>
`
}

function rowsOf({ graph, current }: RevisionsStatus): readonly Html[] {
  const order = graph
    .toReversed()
    .map(({ id, parents, dependsOn }) => ({ id, revises: parents, dependsOn }))
  const pictures = graphLanes({ order }).slice(0, MOST_DRAWN)
  const lanes = Math.max(1, ...pictures.map(lanesOf))
  const drawing = { lanes, gap: laneGap(lanes) }
  return pictures.flatMap((row, index) => {
    const revision = graph[index]
    if (revision === undefined) return []
    const here = current?.includes(revision.id) === true
    return [rowHtml(revision, { picture: lanePicture(row, revision.state, drawing), here })]
  })
}

function lanesOf({ above, below, at }: LaneRow): number {
  return Math.max(above.length, below.length, at + 1)
}

function rowHtml(
  revision: RevisionStatus,
  { picture, here }: { readonly picture: Html; readonly here: boolean },
): Html {
  const { id, head, state, branchLabels, message } = revision
  const labels = branchLabels.map((label) => html`${badge(label)} `)
  return html`<li>${picture}<div><p>${code(id)} ${here && badge('database is here', 'good')} ${head && badge('head')} ${labels}<span class="state">${MEANINGS[state]}</span></p>
<p><bdi>${message}</bdi></p><p class="quiet">${linksText(revision)}</p></div></li>
`
}

function linksText({ parents, dependsOn, created }: RevisionStatus): string {
  const from =
    parents.length === 0
      ? 'a base'
      : `${parents.length > 1 ? 'merges' : 'revises'} ${parents.join(', ')}`
  const needs = dependsOn.length === 0 ? '' : `; depends on ${dependsOn.join(', ')}`
  return `${from}${needs}${created === null ? '' : `; created ${created.slice(0, 10)}`}`
}

/** Where the revision stands in its row, from the top; the row is as high as its text. */
const MIDDLE = 18
/** Down to here a line bends; below it runs straight to the end of the row. */
const BEND_END = 36
const RADIUS = 8
const WIDEST_GAP = 18
/** All lanes together get no more: a phone needs the rest for the words. */
const MOST_WIDTH = 110

/** How far apart the lanes of a drawing stand, in pixels. */
function laneGap(lanes: number): number {
  return Math.min(WIDEST_GAP, MOST_WIDTH / Math.max(1, lanes))
}

/** The lanes of one row as SVG, stretched to the height of its text. Words next to it say the same. */
function lanePicture(
  row: LaneRow,
  state: RevisionStatus['state'],
  { lanes, gap }: { readonly lanes: number; readonly gap: number },
): Html {
  const x = (lane: number) => Math.round((lane + 0.5) * gap * 10) / 10
  const width = Math.max(20, Math.ceil(lanes * gap))
  return html`<svg class="lanes" width="${width}" aria-hidden="true">${straight(row, x)}${row.links.map((link) => bend(row, link, x))}${nodeShape(state, x(row.at))}</svg>`
}

/** A shape for each state: what it means stands in the legend, and as a word in each row. */
function nodeShape(state: RevisionStatus['state'], x: number): Html {
  const y = MIDDLE
  if (state === 'applied') return html`<circle class="node full" cx="${x}" cy="${y}" r="6"/>`
  if (state === 'pending') return html`<circle class="node" cx="${x}" cy="${y}" r="5.5"/>`
  if (state === 'waiting') {
    return html`<rect class="node" x="${x - 6}" y="${y - 3}" width="12" height="6"/>`
  }
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
