import { counted } from '../../base/words.ts'
import { describeRestorePoint } from '../../store/restore-point.ts'
import type { Status } from '../status/status.ts'
import { badge, fact, type Html, html, timeText } from './html.ts'

/** `starting`, `open` or `shut`: a shape of its own for each, so that no colour is needed. */
const SHAPES: Readonly<Record<Status['verdict'], Html>> = {
  open: html`<circle cx="16" cy="16" r="14"/><path d="M9 16.5l5 5 9-10.5"/>`,
  shut: html`<path d="M10 2h12l8 8v12l-8 8H10l-8-8V10z"/><path d="M11 11l10 10M21 11L11 21"/>`,
  starting: html`<circle cx="16" cy="16" r="14" stroke-dasharray="5 3.8"/><path d="M16 9v8l5 3"/>`,
}

/** What is read first, and read aloud when it changes. Pure. */
export function verdictHeadline({ verdict, reason, steps, database }: Status): string {
  const away = database.outage === null ? '' : ', and the database does not answer'
  if (verdict === 'open') return `The gate is open${away}`
  if (verdict === 'shut') return `The gate would be shut now${away}`
  const running = steps.find(({ state }) => state === 'running')
  const step = running === undefined ? '' : `: ${running.name} is under way`
  return reason === null ? `Starting${step}` : `Not open yet${step}`
}

/** The verdict, why, the exit code and what to do. Pure. */
export function verdictHtml(status: Status): Html {
  return verdictSection(status, {
    headline: verdictHeadline(status),
    announced: announcementOf(status),
    body: html`${reasonHtml(status)}${outageHtml(status)}${meaningHtml(status)}`,
  })
}

/** The section of a verdict; `announced` is what is read aloud when it changes. Pure. */
export function verdictSection(
  { verdict }: Pick<Status, 'verdict'>,
  said: { readonly headline: string; readonly announced: string; readonly body: Html },
): Html {
  return html`<section id="verdict" data-live data-announced="${said.announced}" class="${verdict}" aria-labelledby="verdict-title">
<h2 id="verdict-title"><svg class="shape" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">${SHAPES[verdict]}</svg><span>${said.headline}</span></h2>
${said.body}</section>
`
}

/** The tab's own picture of the verdict, as a `data:` URL. Pure. */
export function verdictIcon({ verdict }: Pick<Status, 'verdict'>): string {
  const colour = { open: '#1a7f45', shut: '#c62828', starting: '#8a5a00' }[verdict]
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="${colour}" stroke-width="3">${SHAPES[verdict].markup}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(picture)}`
}

function announcementOf(status: Status): string {
  const { reason, exitCode } = status
  const why = reason === null ? '' : ` Exit ${exitCode}. ${reason.code}: ${reason.message}`
  return `${verdictHeadline(status)}.${why}`
}

function reasonHtml({ reason, exitCode }: Status): Html {
  if (reason === null) return html``
  return html`<p class="reason"><strong>${reason.code}</strong> ${badge(`exit ${exitCode ?? 'unknown'}`, 'bad')}<br><bdi>${reason.message}</bdi></p>
<p class="remedy"><strong>What to do:</strong> <bdi>${reason.hint}</bdi></p>
`
}

function outageHtml({ database }: Status): Html {
  if (database.outage === null) return html``
  const { since, message } = database.outage
  return html`<p class="reason"><strong>No answer</strong> since ${timeText(since, { ago: true })}<br><bdi>${message}</bdi></p>
<p>What was proved last stands until it answers; it is asked again every few seconds.</p>
`
}

/** What the verdict means for the API, in a sentence. */
function meaningHtml({ verdict, openedAt, reason, verify }: Status): Html {
  const held = verify.held
    ? html`<p>Locks kept the newest look from reading the schema: the verify before it stands.</p>\n`
    : null
  if (verdict === 'starting') {
    const again = reason === null ? '' : ' It is tried again by itself.'
    return html`<p>The API is not started before the gate has opened.${again}</p>\n`
  }
  if (verdict === 'shut') {
    return html`<p>The API goes on running. The next start would be refused.</p>\n${held}`
  }
  const opened =
    openedAt === null ? null : html` It first opened ${timeText(openedAt, { ago: true })}.`
  return html`<p>The API may start.${opened}</p>\n${held}`
}

/** Which database, which server, which revisions, and when it was verified. Pure. */
export function factsHtml(status: Status): Html {
  const { database, revisions, verify, version, startedAt } = status
  const { server } = database
  const point = status.runs.find(({ restorePoint }) => restorePoint !== null)?.restorePoint ?? null
  return html`<section id="facts" data-live aria-label="Facts">
<dl class="facts">
${fact('Database', html`<bdi>${database.label}</bdi>`)}${fact('Server', server && serverText(server))}${fact('Verified', verifiedHtml(verify))}${fact('Next verify', verify.nextAt && timeText(verify.nextAt))}${fact('Revisions', revisionsText(revisions))}${fact('Restore point', point && describeRestorePoint(point))}${fact('pgate', html`${version}, started ${timeText(startedAt, { ago: true })}`)}</dl>
${verify.notices.map((line) => html`<p class="quiet"><bdi>${line}</bdi></p>\n`)}</section>
`
}

function serverText(server: NonNullable<Status['database']['server']>): string {
  const { version, address, timeline, inRecovery } = server
  const where = address === null ? '' : ` at ${address}`
  const line = timeline === null ? '' : `, timeline ${timeline}`
  return `PostgreSQL ${version}${where}${line}${inRecovery ? ', a standby (takes no writes)' : ''}`
}

function verifiedHtml({ lastAt, mode, objects, counts }: Status['verify']): Html {
  if (lastAt === null) return html`not yet`
  const how = mode === null ? '' : `, against the ${mode}`
  const what = mode === 'off' ? ', off' : `${how}: ${counted(objects, 'object')}`
  const { passed, failed, unanswered } = counts
  const turns = `${passed} passed, ${failed} failed, ${unanswered} unanswered`
  return html`${timeText(lastAt, { ago: true })}${what} <span class="quiet">(${turns})</span>`
}

function revisionsText({ current, target, pending }: Status['revisions']): string {
  if (current === null) return `target ${target}; where the database is, is not known yet`
  const at = current.length === 0 ? 'none' : current.join(', ')
  return `at ${at}; target ${target}; ${pending ?? 0} pending`
}
