import { formatDuration } from '../../base/duration.ts'
import { counted } from '../../base/words.ts'
import { framed, policyWith } from '../page/frame.ts'
import {
  badge,
  copyable,
  fact,
  type Html,
  html,
  type PageSection,
  prose,
  sectionHtml,
  type Tone,
  timeText,
} from '../page/html.ts'
import { changesSection } from '../page/runs.ts'
import { verdictSection } from '../page/verdict.ts'
import { type FleetStatus, TARGET_STATES, type TargetStatus } from './fleet-status.ts'
import { type Selection, targetsIn } from './selection.ts'

/** Its filter is a form that leads back to it. */
export const FLEET_POLICY = policyWith("'self'")

const MOST_ROWS = 200

/** The page of a fleet: the verdict, how many are in which state, and the targets that are meant. Pure. */
export function renderFleetPage(status: FleetStatus, selection: Selection): string {
  const { host, run, version, startedAt, intervalMs } = status
  const sections = [targetsSection(status, selection), changesSection(status)]
  return framed({
    title: `${headlineOf(status)} · pgate`,
    tone: TONES[status.verdict],
    identity: html`${fact('Fleet', `${counted(status.counts.targets, 'target')}, each looked at every ${formatDuration(intervalMs)}`)}${fact('Pod or host', copyable(host))}${fact('Run', copyable(run))}${fact('pgate', html`${version}, started ${timeText(startedAt, { ago: true })}`)}`,
    main: html`${verdictHtml(status)}${countsHtml(status, selection)}${filterHtml(selection)}${sections.map((section) => sectionHtml(section.id, section))}`,
  })
}

const TONES: Readonly<Record<FleetStatus['verdict'], Tone>> = {
  open: 'good',
  shut: 'bad',
  starting: 'wait',
}

function headlineOf({ verdict, counts }: FleetStatus): string {
  const of = `${counts.open} of ${counted(counts.targets, 'target')}`
  if (verdict === 'starting') return `Starting: ${of} are open`
  return verdict === 'open' ? `The fleet is open: ${of}` : `Not all are open: ${of}`
}

function verdictHtml(status: FleetStatus): Html {
  const { verdict, exitCode, openedAt } = status
  const headline = headlineOf(status)
  const body = {
    starting: html`<p>Each target has its turn; what can be tried again is.</p>`,
    open: html`<p>All targets are at these revisions, with the schema that they promise.</p>`,
    shut: html`<p>${badge(`exit ${exitCode ?? 'unknown'}`, 'bad')} <code>pgate fleet check</code> would end with it. What is open goes on being served.</p>${reasonsHtml(status)}`,
  }[verdict]
  const first = openedAt && html`<p class="when">All first open ${timeText(openedAt)}.</p>`
  return verdictSection(TONES[verdict], {
    headline,
    announced: headline,
    body: html`${body}${first}`,
  })
}

/** How many are not open for which reason, the most frequent first. */
function reasonsHtml({ targets }: FleetStatus): Html {
  const by = Object.groupBy(targets, ({ reason }) => reason?.code ?? '')
  const reasons = Object.entries(by).map(([code, of = []]) => ({ code, count: of.length }))
  const items = reasons
    .filter(({ code }) => code !== '')
    .toSorted((one, other) => other.count - one.count)
    .map(({ code, count }) => html`<li><strong>${code}</strong> ${counted(count, 'target')}</li>\n`)
  return html`<ul>
${items}</ul>`
}

/** How many are in each state; each leads to them. */
function countsHtml({ counts }: FleetStatus, { state: shown }: Selection): Html {
  const link = (state: TargetStatus['state'] | '', word: string, count: number) =>
    html`<li><a id="to-${word}" href="./${state && `?state=${state}`}"${state === shown && html` aria-current="page"`}>${word} ${badge(String(count), isBad(state) && count > 0 ? 'bad' : 'plain')}</a></li>
`
  return html`<nav id="states" data-live aria-label="States"><ul>
${[link('', 'all', counts.targets), ...TARGET_STATES.map((state) => link(state, state, counts[state]))]}</ul></nav>
`
}

const isBad = (state: string) => state === 'shut' || state === 'lost'

/** Not replaced while somebody writes into it. */
function filterHtml({ name, state }: Selection): Html {
  const options = TARGET_STATES.map(
    (one) => html`<option${one === state ? html` selected` : null} value="${one}">${one}</option>`,
  )
  return html`<form method="get" action="./" aria-label="Filter">
<label>Name contains <input name="name" value="${name}" autocomplete="off"></label>
<label>State <select name="state"><option value="">any</option>${options}</select></label>
<button>Filter</button>
</form>
`
}

/** Those that are not open first, by why, the newest first; those that are open in one line. */
function targetsSection(status: FleetStatus, selection: Selection): PageSection {
  const about = { id: 'targets', title: 'Targets' } as const
  const meant = targetsIn(status.targets, selection).toSorted(byUrgency)
  if (meant.length === 0) return { ...about, tone: 'plain', line: 'none is meant' }
  const isAnyState = selection.state === ''
  const listed = isAnyState ? meant.filter(({ state }) => state !== 'open') : meant
  const open = meant.length - listed.length
  const rows = listed.slice(selection.from, selection.from + MOST_ROWS)
  const body = html`<ul class="rows targets">
${rows.map(rowHtml)}</ul>
${moreHtml(listed.length, selection)}${open > 0 && openHtml(meant.slice(listed.length), selection)}`
  const bad = meant.filter(({ state }) => isBad(state)).length
  const line = `${bad} not open of ${counted(meant.length, 'target')}${selection.name && ' of this name'}`
  return { ...about, tone: bad > 0 ? 'bad' : 'good', line, body }
}

function byUrgency(one: TargetStatus, other: TargetStatus): number {
  const [rank, code, since] = [
    TARGET_STATES.indexOf(one.state) - TARGET_STATES.indexOf(other.state),
    compare(one.reason?.code, other.reason?.code),
    compare(other.since, one.since),
  ]
  return rank || code || since
}

function compare(one: string | null | undefined, other: string | null | undefined): number {
  return (one ?? '').localeCompare(other ?? '')
}

/** Why stands once above those that have it in common. */
function rowHtml(target: TargetStatus, index: number, rows: readonly TargetStatus[]): Html {
  const { name, state, exitCode, reason, since } = target
  const before = rows[index - 1]?.reason
  const isNew = reason !== null && reason.code !== before?.code
  const hint = reason && html`<p><strong>What to do:</strong> ${prose(reason.hint, copyable)}</p>`
  const group =
    isNew &&
    html`<li class="group"><h3>${reason.code} ${badge(`exit ${exitCode ?? 'unknown'}`, 'bad')}</h3>${hint}</li>
`
  const own = isNew || reason?.hint === before?.hint ? null : hint
  const when = since && html`<p class="quiet">since ${timeText(since, { ago: true })}</p>`
  return html`${group}<li><h4>${badge(state, isBad(state) ? 'bad' : 'plain')} <bdi>${name}</bdi></h4>${reason && html`<p>${prose(reason.message)}</p>`}${own}${when}</li>
`
}

function openHtml(open: readonly TargetStatus[], { name }: Selection): Html {
  const names = open.slice(0, MOST_ROWS).map((one) => html`<li><bdi>${one.name}</bdi></li>\n`)
  const all = new URLSearchParams({ name, state: 'open' }).toString()
  return html`<details id="open" data-folded="yes"><summary id="open-summary">${counted(open.length, 'target')} ${open.length === 1 ? 'is' : 'are'} open</summary>
<ul class="names">
${names}</ul><p><a href="./?${all}">Since when each is</a></p></details>
`
}

function moreHtml(count: number, { name, state, from }: Selection): Html {
  const next = from + MOST_ROWS
  if (count <= next) return html``
  const query = new URLSearchParams({ name, state, from: String(next) })
  return html`<p><a href="./?${query.toString()}">The next of ${count - next} more</a></p>`
}
