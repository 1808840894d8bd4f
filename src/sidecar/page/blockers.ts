import { counted } from '../../base/words.ts'
import type { BlockerStatus, Status } from '../status/status.ts'
import { type Html, html } from './html.ts'
import { code, fact, type Section, timeText } from './words.ts'

/** Who is in the way, as the newest look saw it. Pure. */
export function blockersSection({ locks }: Status): Section {
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
