import type { Status } from '../status.ts'

/** What the browser may do with the page: its own style and script, and its own server's events. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; " +
  "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The page at `/`: one HTML document that needs nothing else. Pure; made once for each change. */
export function renderPage(status: Status): string {
  const text = JSON.stringify(status, null, 2)
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>pgate: ${status.verdict}</title></head>
<body><h1>pgate: ${status.verdict}</h1><pre>${escaped(text)}</pre></body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? '')
}
