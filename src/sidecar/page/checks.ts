import { counted } from '../../base/words.ts'
import type { BlockerStatus, DriftStatus, FaultStatus, Status } from '../status/status.ts'
import {
  badge,
  code,
  copyable,
  durationText,
  fact,
  type Html,
  html,
  type PageSection,
  prose,
  timeText,
} from './html.ts'

/** What each look looks at: the schema, its indexes, and who waits for whom. Pure. */
export function checkSections(status: Status): readonly PageSection[] {
  return [schemaSection(status), indexesSection(status), locksSection(status)]
}

const NOT_YET = { tone: 'plain', line: 'not looked at yet' } as const

/** What was looked at and is as it should be, in one line; of a database that does not answer, was. Pure. */
export function cleanSection(
  checks: readonly PageSection[],
  { database }: Status,
): PageSection | undefined {
  if (checks.length === 0) return undefined
  const names = checks.map(({ title }) => title.toLowerCase()).join(', ')
  const facts = checks.map(
    ({ title, line, body }) => html`${fact(title, html`<p>${line}</p>${body ?? null}`)}`,
  )
  const isAway = database.outage !== null
  return {
    id: 'clean',
    title: isAway ? 'Before' : 'Clean',
    tone: isAway ? 'plain' : 'good',
    line: `${names}: ${isAway ? 'as they should be at the last answer' : 'as they should be'}`,
    body: html`<dl class="pairs">
${facts}</dl>`,
    folded: true,
  }
}

/** What the schema should be and is: missing, different, and faults that are no indexes. */
function schemaSection({ drift, verify }: Status): PageSection {
  const about = { id: 'drift', title: 'Schema' } as const
  if (verify.lastAt === null) return { ...about, ...NOT_YET }
  const { missing, different, faults, invalidIndexes } = drift.counts
  const others = drift.faults.filter(({ kind }) => kind !== 'index')
  const listed = drift.missing.length + drift.different.length + others.length
  const found = { missing, different, faults: faults - invalidIndexes }
  const count = missing + different + found.faults
  const not = verify.notCompared === null ? [] : [`not compared: ${verify.notCompared}`]
  if (count > 0) {
    const body = html`<ul class="cards">
${missingHtml(drift)}${differentHtml(drift)}${others.map(faultHtml)}</ul>${leftOutHtml(count - listed)}${verifyHtml(verify)}`
    return { ...about, tone: 'bad', line: [...not, countsText(found)].join('; '), body }
  }
  const body = verifyHtml(verify)
  if (verify.held) {
    const line = 'locks kept the newest look from reading it: the verify before it stands'
    return { ...about, tone: 'warn', line, body }
  }
  const [why] = not
  if (why !== undefined) return { ...about, tone: 'plain', line: why, body, folded: true }
  const line = `as promised: ${counted(verify.objects, 'object')} compared with the manifest`
  return { ...about, tone: 'good', line, body }
}

function countsText(found: Readonly<Record<'missing' | 'different' | 'faults', number>>): string {
  const { missing, different, faults } = found
  const parts = [
    missing > 0 && `${missing} missing`,
    different > 0 && `${different} different`,
    faults > 0 && counted(faults, 'fault'),
  ]
  return parts.filter((part) => part !== false).join(', ')
}

/** How and when it was looked at. */
function verifyHtml(verify: Status['verify']): Html {
  const { passed, failed, unanswered } = verify.counts
  const { lastAt, nextAt, lastDurationMs, fingerprint, notices } = verify
  return html`<dl class="facts">
${fact('Verified', lastAt && html`${timeText(lastAt, { ago: true })}, in ${durationText(lastDurationMs)}`)}${fact('Next', nextAt && timeText(nextAt))}${fact('Since the start', `${passed} passed, ${failed} failed, ${unanswered} unanswered`)}${fact('Fingerprint', fingerprint && copyable(fingerprint))}</dl>
${notices.map((line) => html`<p class="quiet">${prose(line)}</p>\n`)}`
}

/** What nothing promises: it shuts no gate and is no difference. Pure. */
export function extraSection({ drift }: Status): PageSection | undefined {
  const { extra } = drift.counts
  if (extra === 0) return undefined
  return {
    id: 'extra',
    title: 'Not promised',
    tone: 'plain',
    line: `${counted(extra, 'object')} besides what the manifest promises; it shuts no gate`,
    body: html`<ul class="cards">
${drift.extra.map(
  ({ object, found }) => html`<li><h3>${code(object)}</h3>
${definition(found)}</li>
`,
)}</ul>${leftOutHtml(extra - drift.extra.length)}`,
    folded: true,
  }
}

/** The indexes that cost and do not help. */
function indexesSection({ drift, verify }: Status): PageSection {
  const about = { id: 'indexes', title: 'Indexes' } as const
  const { invalidIndexes, counts } = drift
  const count = counts.invalidIndexes
  if (verify.lastAt === null) return { ...about, ...NOT_YET }
  if (verify.mode === 'off') {
    return { ...about, tone: 'plain', line: 'not looked at: PGATE_VERIFY is off' }
  }
  if (count === 0) return { ...about, tone: 'good', line: 'every index is valid' }
  const body = html`<ul class="cards">
${invalidIndexes.map(faultHtml)}</ul>${leftOutHtml(count - invalidIndexes.length)}`
  return { ...about, tone: 'bad', line: `${count} invalid`, body }
}

function missingHtml({ missing }: DriftStatus): readonly Html[] {
  return missing.map(
    ({ object, expected }) => html`<li><h3>${badge('missing', 'bad')} ${code(object)}</h3>
<dl class="pairs">${fact('expected', definition(expected))}${fact('found', 'nothing')}</dl></li>
`,
  )
}

function differentHtml({ different }: DriftStatus): readonly Html[] {
  return different.map(
    ({ object, fields }) => html`<li><h3>${badge('different', 'bad')} ${code(object)}</h3>
${fields.map(
  ({ field, expected, found }) => html`<h4>${field}</h4>
<dl class="pairs">${fact('expected', code(expected))}${fact('found', code(found))}</dl>
`,
)}</li>
`,
  )
}

function faultHtml({ kind, object, message, remedy }: FaultStatus): Html {
  const steps = remedy.map((line) => html`<li>${copyable(line)}</li>`)
  return html`<li><h3>${badge(kind, 'bad')} ${code(object)}</h3>
<p>${prose(message)}</p>${
    steps.length > 0 &&
    html`
<p>What fixes it:</p><ol class="fix">${steps}</ol>`
  }</li>
`
}

function definition(fields: Readonly<Record<string, string>>): Html {
  const entries = Object.entries(fields)
  if (entries.length === 0) return html`there, without more to say`
  return html`${entries.map(([field, value]) => html`<span class="field">${field} ${code(value)}</span> `)}`
}

function leftOutHtml(count: number): Html {
  return count > 0 ? html`<p class="quiet">${count} more are not listed.</p>` : html``
}

/** Who is in the way, as the newest look saw it. */
function locksSection({ locks }: Status): PageSection {
  const about = { id: 'blockers', title: 'Locks' } as const
  const { waiting, blockers } = locks
  if (waiting === null) return { ...about, ...NOT_YET }
  if (waiting === 0) return { ...about, tone: 'good', line: 'nobody waits for a lock' }
  const line = `${counted(waiting, 'session')} ${waiting === 1 ? 'waits' : 'wait'} for a lock`
  if (blockers.length === 0) return { ...about, tone: 'warn', line }
  const body = html`<ul class="cards">
${blockers.map(blockerHtml)}</ul>`
  return { ...about, tone: 'warn', line, body }
}

function blockerHtml({ pid, user, application, state, since, query, blocks }: BlockerStatus): Html {
  return html`<li><h3>${code(application)} <span class="quiet">pid ${copyable(String(pid))}</span></h3>
<dl class="pairs">${fact('blocks', counted(blocks, 'session'))}${fact('user', code(user))}${fact('state', state)}${fact('since', since === null ? 'hidden from this role' : timeText(since, { ago: true }))}${fact('query', query && code(query))}</dl></li>
`
}
