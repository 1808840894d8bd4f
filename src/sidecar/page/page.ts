import { createHash } from 'node:crypto'
import type { Status } from '../status/status.ts'
import { driftSection, indexesSection } from './drift.ts'
import { badge, type Html, html, type PageSection, sectionHtml } from './html.ts'
import { revisionsSection } from './revisions.ts'
import { blockersSection, changesSection, runsSection, stepsSection } from './runs.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'
import { factsHtml, verdictHeadline, verdictHtml, verdictIcon } from './verdict.ts'

/** Of the style and the script: an open page that has another one loads itself again. */
const EDITION = hashOf(`${STYLE}${SCRIPT}`).slice(0, 12)

/** What the browser may do with the page: its own style and script, and its own server's answers. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hashOf(STYLE)}'`,
  `script-src 'sha256-${hashOf(SCRIPT)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The page at `/`: one HTML document that asks for nothing else and is whole without its script.
 * What is in the status is escaped wherever it stands. Pure; made once for each change.
 */
export function renderPage(status: Status): string {
  const wrong = [driftSection(status), indexesSection(status), blockersSection(status)]
  const revisions = revisionsSection(status)
  const past = [stepsSection(status), runsSection(status), changesSection(status)]
  const title = `${verdictHeadline(status)} · ${status.database.label} · pgate`
  return `<!doctype html>
${
  html`<html lang="en" data-page="${EDITION}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link id="icon" rel="icon" href="${verdictIcon(status)}">
<style>${asIs(STYLE)}</style>
</head>
<body>
<a class="skip" href="#verdict">To the verdict</a>
<header>
<h1>pgate</h1>
<p id="live" role="status">As of this loading. With JavaScript it updates by itself.</p>
</header>
<main>
${verdictHtml(status)}${factsHtml(status)}${sectionList([...wrong, revisions, ...past])}<div class="columns">
<div class="column">
${wrong.map(sectionHtml)}</div>
${sectionHtml(revisions)}</div>
${past.map(sectionHtml)}</main>
<p id="announced" class="aside" role="status" aria-live="polite"></p>
<footer><p>The same as <a href="./status">JSON</a> and as <a href="./metrics">metrics</a>.</p></footer>
<script>${asIs(SCRIPT)}</script>
</body>
</html>
`.markup
}`
}

function sectionList(sections: readonly PageSection[]): Html {
  const links = sections.map(
    ({ id, title, count, alarming }) =>
      html`<li><a id="to-${id}" href="#${id}">${title}${count !== undefined && html` ${badge(String(count), alarming ? 'bad' : 'plain')}`}</a></li>
`,
  )
  return html`<nav id="sections" data-live aria-label="Sections"><ul>
${links}</ul></nav>
`
}

/** Of the files next to this one alone: nothing that comes from elsewhere is markup. */
function asIs(markup: string): Html {
  return { markup }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
