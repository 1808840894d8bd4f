import { createHash } from 'node:crypto'
import { type Html, html, iconUrl, type Tone } from './html.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

/** Of the style and the script: an open page that has another one loads itself again. */
const EDITION = hashOf(`${STYLE}${SCRIPT}`).slice(0, 12)

/** What the browser may do with a page: its own style and script, and its own server's answers. */
export function policyWith(formAction: "'none'" | "'self'"): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${hashOf(STYLE)}'`,
    `script-src 'sha256-${hashOf(SCRIPT)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
  ].join('; ')
}

/** What differs from page to page. */
interface Framed {
  readonly title: string
  readonly tone: Tone
  /** Which one it is of: pairs of a list. */
  readonly identity: Html
  readonly main: Html
}

/** One HTML document that asks for nothing else and is whole without its script. Pure. */
export function framed({ title, tone, identity, main }: Framed): string {
  return `<!doctype html>
${
  html`<html lang="en" data-page="${EDITION}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link id="icon" rel="icon" href="${iconUrl(tone)}">
<style>${asIs(STYLE)}</style>
</head>
<body>
<a class="skip" href="#verdict">To the verdict</a>
<header>
<h1>pgate</h1>
<p id="live" role="status">As of this loading. With JavaScript it updates by itself.</p>
<dl id="identity" data-live>
${identity}</dl>
</header>
<main>
${main}</main>
<p id="announced" class="aside" role="status" aria-live="polite"></p>
<footer><p>The same as <a href="./status">JSON</a> and as <a href="./metrics">metrics</a>.</p></footer>
<script>${asIs(SCRIPT)}</script>
</body>
</html>
`.markup
}`
}

/** Of the files next to this one alone: nothing that comes from elsewhere is markup. */
function asIs(markup: string): Html {
  return { markup }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
