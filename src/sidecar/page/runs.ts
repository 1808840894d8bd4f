import { counted } from '../../base/words.ts'
import { describeBatches } from '../../store/batch-state.ts'
import type { BlockerStatus, RunStatus, Status, StepStatus, Transition } from '../status/status.ts'
import {
  badge,
  code,
  durationText,
  fact,
  type Html,
  html,
  type PageSection,
  timeText,
} from './html.ts'

/** The gate's steps at the start, with their times. Pure. */
export function stepsSection({ steps }: Status): PageSection {
  const body =
    steps.length === 0
      ? html`<p>None yet.</p>`
      : html`<ol class="rows steps">
${steps.map(stepHtml)}</ol>`
  return { id: 'steps', title: 'Steps at the start', body }
}

/** The newest runs in the journal. Pure. */
export function runsSection({ runs }: Status): PageSection {
  const body =
    runs.length === 0
      ? html`<p>None: the journal is empty, or this role may not read it.</p>`
      : html`<ol class="rows runs">
${runs.map(runHtml)}</ol>`
  return { id: 'runs', title: 'Last runs', count: runs.length, body }
}

/** What changed since the start. Pure. */
export function changesSection({ transitions }: Pick<Status, 'transitions'>): PageSection {
  const body =
    transitions.length === 0
      ? html`<p>Nothing since the start.</p>`
      : html`<ol class="rows changes">
${transitions.map(changeHtml)}</ol>`
  return { id: 'changes', title: 'What changed', count: transitions.length, body }
}

const STEP_KIND = { running: 'plain', done: 'good', failed: 'bad' } as const

function stepHtml({ name, state, durationMs, summary }: StepStatus): Html {
  const time = state === 'running' ? null : durationText(durationMs)
  return html`<li><span class="what">${name}</span> ${badge(state, STEP_KIND[state])} <span class="took">${time}</span> <span class="said"><bdi>${summary}</bdi></span></li>
`
}

const RUN_KIND = { running: 'plain', done: 'good', failed: 'bad', interrupted: 'bad' } as const

function runHtml(run: RunStatus): Html {
  const { revision, name, action, outcome, startedAt, durationMs, role, host, version } = run
  return html`<li><span class="what">${action}</span> ${badge(outcome, RUN_KIND[outcome])} <span class="took">${durationText(durationMs)}</span> <span class="said">${code(revision)} <bdi>${name}</bdi>${statementsText(run)} <span class="quiet">${timeText(startedAt)} by <bdi>${role}</bdi> on <bdi>${host}</bdi>, pgate <bdi>${version}</bdi></span></span></li>
`
}

function statementsText({ statements, statementsDone, outcome, batch }: RunStatus): string {
  if (statements === null || statements === 0) return ''
  const all = outcome === 'done' || statementsDone === null
  const far = batch === null ? '' : `; ${describeBatches(batch)}`
  return all
    ? ` (${statements} statements)`
    : ` (${statementsDone} of ${statements} statements${far})`
}

const CHANGE_KIND = {
  opened: 'good',
  back: 'good',
  shut: 'bad',
  changed: 'bad',
  lost: 'bad',
  ahead: 'plain',
  failover: 'plain',
} as const

function changeHtml({ at, kind, message }: Transition): Html {
  return html`<li><span class="what">${timeText(at)}</span> ${badge(kind, CHANGE_KIND[kind])} <span class="said"><bdi>${message}</bdi></span></li>
`
}

/** Who is in the way, as the newest look saw it. Pure. */
export function blockersSection({ locks }: Status): PageSection {
  const { waiting, blockers } = locks
  const body =
    waiting === null
      ? html`<p>Not looked at yet.</p>`
      : html`<p>${saying(waiting)}</p>
${
  blockers.length > 0 &&
  html`<ul class="cards">
${blockers.map(blockerHtml)}</ul>`
}`
  return {
    id: 'blockers',
    title: 'Blockers now',
    count: blockers.length,
    alarming: blockers.length > 0,
    body,
  }
}

function saying(waiting: number): string {
  if (waiting === 0) return 'Nobody waits for a lock.'
  return `${counted(waiting, 'session')} ${waiting === 1 ? 'waits' : 'wait'} for a lock.`
}

function blockerHtml({ pid, user, application, state, since, query, blocks }: BlockerStatus): Html {
  return html`<li><h3>${code(application)} <span class="quiet">pid ${pid}</span></h3>
<dl class="pairs">${fact('blocks', counted(blocks, 'session'))}${fact('user', code(user))}${fact('state', state)}${fact('since', since === null ? 'hidden from this role' : timeText(since, { ago: true }))}${fact('query', query && code(query))}</dl></li>
`
}
