import { formatDuration } from '../../base/duration.ts'
import { counted } from '../../base/words.ts'
import { framed, policyWith } from '../page/frame.ts'
import { badge, fact, type Html, html, sectionHtml, timeText } from '../page/html.ts'
import { changesSection } from '../page/runs.ts'
import { verdictSection } from '../page/verdict.ts'
import { type FleetStatus, TARGET_STATES, type TargetStatus } from './fleet-status.ts'
import { type Selection, targetsIn } from './selection.ts'

/** Its filter is a form that leads back to it. */
export const FLEET_POLICY = policyWith("'self'")

const MOST_ROWS = 200

/** The page of a fleet: the verdict, how many are in which state, and the targets that are meant. Pure. */
export function renderFleetPage(status: FleetStatus, selection: Selection): string {
  return framed({
    title: `${headlineOf(status)} · pgate`,
    verdict: status.verdict,
    main: html`${verdictHtml(status)}${factsHtml(status)}${countsHtml(status)}${filterHtml(selection)}${targetsHtml(status, selection)}${sectionHtml(changesSection(status))}`,
  })
}

function headlineOf({ verdict, counts }: FleetStatus): string {
  const of = `${counts.open} of ${counted(counts.targets, 'target')}`
  if (verdict === 'starting') return `Starting: ${of} are open`
  return verdict === 'open' ? `The fleet is open: ${of}` : `Not all are open: ${of}`
}

function verdictHtml(status: FleetStatus): Html {
  const { verdict, exitCode } = status
  const headline = headlineOf(status)
  const body = {
    starting: html`<p>Each target has its turn; what can be tried again is.</p>`,
    open: html`<p>All targets are at these revisions, with the schema that they promise.</p>`,
    shut: html`<p>${badge(`exit ${exitCode ?? 'unknown'}`, 'bad')} <code>pgate fleet check</code> would end with it. What is open goes on being served.</p>`,
  }[verdict]
  return verdictSection(status, { headline, announced: headline, body })
}

function factsHtml({ version, startedAt, intervalMs, openedAt }: FleetStatus): Html {
  return html`<section id="facts" data-live aria-label="Facts">
<dl class="facts">
${fact('Each target', `looked at every ${formatDuration(intervalMs)}`)}${fact('All open', openedAt === null ? 'not yet' : html`first ${timeText(openedAt, { ago: true })}`)}${fact('pgate', html`${version}, started ${timeText(startedAt, { ago: true })}`)}</dl>
</section>
`
}

/** How many are in each state; each leads to them. */
function countsHtml({ counts }: FleetStatus): Html {
  const links = TARGET_STATES.map(
    (state) =>
      html`<li><a id="to-${state}" href="./?state=${state}">${state} ${badge(String(counts[state]), isBad(state) && counts[state] > 0 ? 'bad' : 'plain')}</a></li>
`,
  )
  return html`<nav id="sections" data-live aria-label="States"><ul>
<li><a id="to-all" href="./">all ${badge(String(counts.targets))}</a></li>
${links}</ul></nav>
`
}

const isBad = (state: TargetStatus['state']) => state === 'shut' || state === 'lost'

/** Not replaced while somebody writes into it. */
function filterHtml({ name, state }: Selection): Html {
  const options = TARGET_STATES.map(
    (one) => html`<option${one === state ? html` selected` : null} value="${one}">${one}</option>`,
  )
  return html`<section aria-label="Filter"><form method="get" action="./">
<label>Name contains <input name="name" value="${name}" autocomplete="off"></label>
<label>State <select name="state"><option value="">any</option>${options}</select></label>
<button>Filter</button>
</form></section>
`
}

function targetsHtml(status: FleetStatus, selection: Selection): Html {
  const meant = targetsIn(status.targets, selection)
  const rows = meant.slice(selection.from, selection.from + MOST_ROWS)
  const body =
    rows.length === 0
      ? html`<p>None.</p>`
      : html`<table>
<thead><tr><th scope="col">Target</th><th scope="col">State</th><th scope="col">Why, and what to do</th></tr></thead>
<tbody>
${rows.map(rowHtml)}</tbody>
</table>
${moreHtml(meant.length, selection)}`
  return sectionHtml({ id: 'targets', title: 'Targets', count: meant.length, body })
}

function rowHtml({ name, state, exitCode, reason, since }: TargetStatus): Html {
  const why =
    reason === null
      ? null
      : html`<strong>${reason.code}</strong> ${badge(`exit ${exitCode ?? 'unknown'}`, 'bad')} <bdi>${reason.message}</bdi>
<p class="quiet"><bdi>${reason.hint}</bdi></p>`
  const when = since === null ? null : html`<p class="quiet">since ${timeText(since)}</p>`
  return html`<tr><th scope="row"><bdi>${name}</bdi></th><td>${badge(state, isBad(state) ? 'bad' : 'plain')}</td><td>${why}${when}</td></tr>
`
}

function moreHtml(count: number, { name, state, from }: Selection): Html {
  const next = from + MOST_ROWS
  if (count <= next) return html``
  const query = new URLSearchParams({ name, state, from: String(next) })
  return html`<p><a href="./?${query.toString()}">The next of ${count - next} more</a></p>`
}
