import { counted } from '../../base/words.ts'
import { graphLanes, type LaneRow } from '../../revisions/show/graph-lanes.ts'
import type { RevisionStatus, RevisionsStatus, Status } from '../status/status.ts'
import { type Html, html } from './html.ts'
import { laneGap, lanePicture, nodeShape } from './lane-picture.ts'
import { badge, code, type Section } from './words.ts'

/** So many are seen at once; the older ones are folded away. */
const MOST_OPEN = 12
/** And so many are in the page at all. */
const MOST_DRAWN = 100

const MEANINGS: Readonly<Record<RevisionStatus['state'], string>> = {
  applied: 'applied',
  pending: 'pending',
  beyond: 'not on the way to the target',
  unknown: 'not known yet',
}

const ORDER: readonly RevisionStatus['state'][] = ['applied', 'pending', 'beyond', 'unknown']

/**
 * The graph, newest first: a list whose rows say in words what the picture beside them shows, with
 * the parents of each. Pure.
 */
export function revisionsSection({ revisions }: Status): Section {
  const { graph, graphLeftOut } = revisions
  const rows = rowsOf(revisions)
  const left = graph.length + graphLeftOut - rows.length
  const older = rows.slice(MOST_OPEN)
  const body = html`${unknownHtml(revisions)}<p>${summaryOf(revisions)}</p>
${legendHtml(graph)}<ol class="graph">
${rows.slice(0, MOST_OPEN)}</ol>
${
  older.length > 0 &&
  html`<details id="older"><summary id="older-summary">${counted(older.length, 'older revision')}</summary>
<ol class="graph">
${older}</ol></details>
`
}${left > 0 && html`<p class="quiet">${left} more are not drawn; pgate history lists them.</p>`}`
  return {
    id: 'revisions',
    title: 'Revisions',
    count: graph.length + graphLeftOut,
    body,
  }
}

function summaryOf({ current, pending, heads, target }: RevisionsStatus): string {
  const head = `${heads.length === 1 ? 'Head' : 'Heads'} of the files: ${heads.join(', ') || 'none'}. Target: ${target}.`
  if (current === null) return `${head} Where the database is, is not known yet.`
  return `${head} ${pending === 0 ? 'Nothing is pending.' : `${pending} pending.`}`
}

function unknownHtml({ unknown }: RevisionsStatus): Html {
  if (unknown.length === 0) return html``
  return html`<p class="reason"><strong>Ahead, or of another history:</strong> the database is at ${unknown.map((id) => html`${code(id)} `)}which these files lack.</p>
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
