import { formatDuration } from '../../base/duration.ts'
import { counted } from '../../base/words.ts'
import { describeBatches } from '../../store/batch-state.ts'
import { describeRestorePoint } from '../../store/restore-point.ts'
import type { RunStatus, Status, StepStatus, Transition } from '../status/status.ts'
import {
  badge,
  code,
  copyable,
  durationText,
  fact,
  type Html,
  html,
  newestFirst,
  type PageSection,
  prose,
  timeText,
} from './html.ts'

/** How many of each list are seen at once. */
const MOST_OPEN = 5

/** The gate's steps at the start, with their times. Pure. */
export function stepsSection({ steps, verdict }: Status): PageSection {
  const about = { id: 'steps', title: 'Start' } as const
  if (steps.length === 0) return { ...about, tone: 'plain', line: 'no step yet' }
  const body = html`<ol class="rows steps">
${steps.map(stepHtml)}</ol>`
  const failed = steps.find(({ state }) => state === 'failed')
  const running = steps.find(({ state }) => state === 'running')
  if (failed !== undefined) return { ...about, tone: 'bad', line: `${failed.name} failed`, body }
  if (running !== undefined || verdict === 'starting') {
    return { ...about, tone: 'wait', line: running ? `${running.name} is under way` : '', body }
  }
  const took = steps.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0)
  const line = `${counted(steps.length, 'step')} in ${formatDuration(took)}`
  return { ...about, tone: 'good', line, body, folded: true }
}

/** The newest runs in the journal, and where the database was before the newest that has a point. Pure. */
export function runsSection({ runs }: Status): PageSection {
  const about = { id: 'runs', title: 'Last runs' } as const
  const [newest] = runs
  if (newest === undefined) {
    const line = 'none: the journal is empty, or this role may not read it'
    return { ...about, tone: 'plain', line }
  }
  const point = runs.find(({ restorePoint }) => restorePoint !== null)?.restorePoint ?? null
  const body = html`${newestFirst('older-runs', 'runs', runs.map(runHtml), MOST_OPEN)}${point && html`<dl class="facts">${fact('Restore point', copyable(describeRestorePoint(point)))}</dl>`}`
  const failed = runs.filter(({ outcome }) => outcome === 'failed').length
  const line = `the newest: ${newest.action} ${newest.outcome}${failed > 0 ? `; ${failed} of ${runs.length} failed` : ''}`
  return { ...about, tone: RUN_TONES[newest.outcome], line, body }
}

/** What changed since the start. Pure. */
export function changesSection({ transitions }: Pick<Status, 'transitions'>): PageSection {
  const about = { id: 'changes', title: 'What changed', tone: 'plain' } as const
  const [newest] = transitions
  if (newest === undefined) return { ...about, line: 'nothing since the start' }
  const body = newestFirst('older-changes', 'changes', transitions.map(changeHtml), MOST_OPEN)
  return { ...about, line: `${counted(newest.number, 'change')} since the start`, body }
}

const STEP_TONES = { running: 'wait', done: 'good', failed: 'bad' } as const

function stepHtml({ name, state, durationMs, summary }: StepStatus): Html {
  const time = state === 'running' ? null : durationText(durationMs)
  return html`<li><span class="what">${name}</span> ${badge(state, STEP_TONES[state])} <span class="took">${time}</span> <span class="said">${prose(summary)}</span></li>
`
}

const RUN_TONES = {
  running: 'wait',
  done: 'good',
  failed: 'bad',
  interrupted: 'warn',
} as const

function runHtml(run: RunStatus): Html {
  const { revision, name, action, outcome, startedAt, durationMs, role, host, version } = run
  const { failure, runId } = run
  const why =
    failure &&
    html`<span class="why"><strong>${failure.code}</strong> ${prose(failure.message)}</span>`
  return html`<li><span class="what">${action}</span> ${badge(outcome, RUN_TONES[outcome])} <span class="took">${durationText(durationMs)}</span> <span class="said">${code(revision)} <bdi>${name}</bdi>${statementsText(run)}${why} <span class="quiet">${timeText(startedAt)} by <bdi>${role}</bdi> on <bdi>${host}</bdi>, pgate <bdi>${version}</bdi>${runId && html`, run <bdi>${runId}</bdi>`}</span></span></li>
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

const CHANGE_TONES = {
  opened: 'good',
  back: 'good',
  shut: 'bad',
  changed: 'bad',
  lost: 'bad',
  ahead: 'warn',
  failover: 'warn',
} as const

function changeHtml({ at, kind, message }: Transition): Html {
  return html`<li><span class="what">${timeText(at)}</span> ${badge(kind, CHANGE_TONES[kind])} <span class="said">${prose(message)}</span></li>
`
}
