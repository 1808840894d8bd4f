/**
 * What keeps the page up to date, as it is sent to the browser: no reading of it depends on this. At
 * each event the page is asked for again, and the sections that changed are put in place of the old
 * ones; so there is one rendering, the server's, and no text ever becomes markup in the browser.
 * @see docs/decisions/0031-the-page-renders-on-the-server.md
 */
export const SCRIPT = `'use strict'
const SILENCE_MS = 35000 // The server says something every ten seconds.
const byId = (id) => document.getElementById(id)
const sections = (page) => [...page.querySelectorAll('[data-live]')]
const shown = new Map(sections(document).map((section) => [section.id, section.outerHTML]))
const live = byId('live')
let events, heardAt, lostAt = null, asking = false, askAgain = false

function showNotice(text) {
  if (live.textContent !== text) live.textContent = text
}
function lose() {
  if (lostAt !== null) return
  lostAt = new Date().toISOString().slice(11, 19)
  document.body.classList.add('lost')
  showNotice('Connection lost at ' + lostAt + ' UTC. What stands here is from before. Trying again.')
}
function find() {
  showNotice(lostAt === null ? 'Live: it updates by itself.' : 'Live again: it updates by itself.')
  lostAt = null
  document.body.classList.remove('lost')
}

function put(fresh) {
  const old = byId(fresh.id)
  const focused = old.contains(document.activeElement) ? document.activeElement.id : ''
  for (const details of fresh.querySelectorAll('details')) {
    const before = byId(details.id)
    // Whatever was folded and goes wrong is unfolded.
    if (before && before.dataset.folded === details.dataset.folded) details.open = before.open
  }
  old.replaceWith(document.adoptNode(fresh))
  addButtons(fresh)
  if (focused !== '' && byId(focused)) byId(focused).focus({ preventScroll: true })
}
function show(page) {
  if (page.documentElement.dataset.page !== document.documentElement.dataset.page) {
    location.reload() // Another version of pgate answers.
    return
  }
  document.title = page.title
  byId('icon').href = page.getElementById('icon').getAttribute('href')
  const before = byId('verdict').dataset.announced
  for (const fresh of sections(page)) {
    const text = fresh.outerHTML
    if (shown.get(fresh.id) === text) continue
    shown.set(fresh.id, text)
    put(fresh)
  }
  const now = byId('verdict').dataset.announced
  if (now !== before) byId('announced').textContent = now
  showAges()
}

async function refresh() {
  askAgain = asking
  if (asking) return
  asking = true
  try {
    const answer = await fetch('./' + location.search, { cache: 'no-store', signal: AbortSignal.timeout(10000) })
    if (!answer.ok) throw new Error('status ' + answer.status)
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    find()
  } catch {
    lose()
  } finally {
    asking = false
    if (askAgain) refresh()
  }
}

function listen() {
  if (events) events.close()
  const hear = () => { heardAt = Date.now() }
  hear()
  events = new EventSource('./events')
  events.onerror = lose
  events.addEventListener('beat', hear)
  events.addEventListener('status', () => { hear(); refresh() })
}
function look() {
  const silent = events.readyState === 1 && Date.now() - heardAt > SILENCE_MS
  if (silent || events.readyState === 2) {
    lose()
    listen()
  } else if (lostAt !== null && events.readyState === 1) {
    refresh()
  }
  showAges()
}

function showAges() {
  for (const place of document.querySelectorAll('[data-since]')) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(place.dataset.since)) / 1000))
    const [size, unit] = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']].find(
      ([size]) => seconds >= size || size === 1,
    )
    const text = ' (' + Math.floor(seconds / size) + ' ' + unit + ' ago)'
    if (place.textContent !== text) place.textContent = text
  }
}

function addButtons(place) {
  let number = 0
  for (const code of place.querySelectorAll('code[data-copy]')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'copy'
    button.id = place.id + '-copy-' + (number += 1)
    button.textContent = 'Copy'
    button.setAttribute('aria-label', 'Copy ' + code.textContent)
    button.addEventListener('click', () => copy(code, button))
    code.after(button)
  }
}
// The clipboard of the browser is there on https and localhost alone; elsewhere what is selected is copied.
async function copy(code, button) {
  let done = true
  try {
    await navigator.clipboard.writeText(code.textContent)
  } catch {
    getSelection().selectAllChildren(code)
    done = document.execCommand('copy')
  }
  button.textContent = done ? 'Copied' : 'Selected'
  byId('announced').textContent = (done ? 'Copied: ' : 'Selected, to be copied by hand: ') + code.textContent
  setTimeout(() => { button.textContent = 'Copy' }, 2000)
}

for (const section of sections(document)) addButtons(section)
listen()
showAges()
setInterval(look, 5000)
`
