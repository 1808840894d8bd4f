import type { Status } from '../status/status.ts'
import {
  badge,
  code,
  copyable,
  fact,
  type Html,
  html,
  prose,
  shape,
  type Tone,
  timeText,
} from './html.ts'

/** How the verdict is: open is good only where a manifest says so. Pure. */
export function toneOf({ verdict, database, revisions, verify }: Status): Tone {
  if (verdict === 'shut' || database.outage !== null) return 'bad'
  if (verdict === 'starting') return 'wait'
  if (revisions.unknown.length > 0) return 'warn'
  return verify.lastAt === null || verify.notCompared !== null ? 'plain' : 'good'
}

/** What is read first, and read aloud when it changes. Pure. */
export function verdictHeadline(status: Status): string {
  const { verdict, reason, steps, database, revisions, verify } = status
  const away = database.outage === null ? '' : 'The database does not answer; '
  if (verdict === 'shut') return away ? `${away}the gate was shut` : 'The gate would be shut now'
  if (verdict === 'open') {
    if (away) return `${away}the gate was open`
    if (revisions.unknown.length > 0) return 'The gate is open; the database is ahead'
    const isCompared = verify.notCompared === null
    return isCompared ? 'The gate is open' : 'The gate is open; the schema was not compared'
  }
  const running = steps.find(({ state }) => state === 'running')
  const step = running === undefined ? '' : `: ${running.name} is under way`
  return reason === null ? `Starting${step}` : `Not open yet${step}`
}

/** The verdict, why, the exit code and what to do. Pure. */
export function verdictHtml(status: Status): Html {
  return verdictSection(toneOf(status), {
    headline: verdictHeadline(status),
    announced: announcementOf(status),
    body: html`${outageHtml(status)}${reasonHtml(status)}${aheadHtml(status)}${meaningHtml(status)}`,
  })
}

/** The section of a verdict; `announced` is what is read aloud when it changes. Pure. */
export function verdictSection(
  tone: Tone,
  said: { readonly headline: string; readonly announced: string; readonly body: Html },
): Html {
  return html`<section id="verdict" data-live data-announced="${said.announced}" class="${tone}" aria-labelledby="verdict-title">
<h2 id="verdict-title">${shape(tone, 40)}<span>${said.headline}</span></h2>
${said.body}</section>
`
}

function announcementOf(status: Status): string {
  const { reason, exitCode } = status
  const why = reason === null ? '' : ` Exit ${exitCode}. ${reason.code}: ${reason.message}`
  return `${verdictHeadline(status)}.${why}`
}

function reasonHtml({ reason, exitCode }: Status): Html {
  if (reason === null) return html``
  return html`<p class="reason"><strong>${reason.code}</strong> ${badge(`exit ${exitCode ?? 'unknown'}`, 'bad')}<br>${prose(reason.message)}</p>
<p class="remedy"><strong>What to do:</strong> ${prose(reason.hint, copyable)}</p>
`
}

function outageHtml({ database }: Status): Html {
  if (database.outage === null) return html``
  const { since, message } = database.outage
  return html`<p class="reason"><strong>No answer</strong> since ${timeText(since, { ago: true })}<br>${prose(message)}</p>
<p>What was proved last stands until it answers; it is asked again every few seconds.</p>
`
}

/** Where PGATE_AHEAD allows it; where it refuses it, that is the reason. */
function aheadHtml({ verdict, revisions }: Status): Html {
  const { unknown } = revisions
  if (verdict !== 'open' || unknown.length === 0) return html``
  return html`<p>The database is at ${unknown.map((id) => html`${code(id)} `)}which these files lack. In a roll-out that is expected of the older pods; else find out what ran the newer files.</p>
`
}

/** What the verdict means for the API, in a sentence, and how old it is. */
function meaningHtml({ verdict, openedAt, reason, verify }: Status): Html {
  if (verdict === 'starting') {
    const again = reason === null ? '' : ' It is tried again by itself.'
    return html`<p>The API is not started before the gate has opened.${again}</p>\n`
  }
  const { lastAt, notCompared, held } = verify
  const api =
    verdict === 'shut'
      ? 'The API goes on running. The next start would be refused.'
      : 'The API may start.'
  const not = notCompared === null ? '' : ` Nothing was compared: ${notCompared}.`
  const stale = held ? ' Locks kept the newest look from reading the schema.' : ''
  const opened = openedAt && html` First opened ${timeText(openedAt, { ago: true })}.`
  const verified = lastAt && html`Verified ${timeText(lastAt, { ago: true })}.`
  return html`<p>${api}${not}${stale}</p>
<p class="when">${verified}${opened}</p>
`
}

/** Which pod, which database, which server, and which pgate. Pure. */
export function identityHtml({ database, host, run, version, startedAt }: Status): Html {
  const { server } = database
  return html`${fact('Database', copyable(database.label))}${fact('Pod or host', copyable(host))}${fact('Server', server && serverText(server))}${fact('Run', copyable(run))}${fact('pgate', html`${version}, started ${timeText(startedAt, { ago: true })}`)}`
}

function serverText(server: NonNullable<Status['database']['server']>): string {
  const { version, address, timeline, inRecovery } = server
  const where = address === null ? '' : ` at ${address}`
  const line = timeline === null ? '' : `, timeline ${timeline}`
  return `PostgreSQL ${version}${where}${line}${inRecovery ? ', a standby (takes no writes)' : ''}`
}
