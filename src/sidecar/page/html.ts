import { formatDuration } from '../../base/duration.ts'

/** Markup that may stand in the page as it is; made by {@link html} alone. */
export interface Html {
  readonly markup: string
}

/** What a template takes: text is escaped, markup is not, `null` and `false` are nothing. */
export type Part = string | number | null | false | Html | readonly Html[]

/**
 * Markup with parts in it. Whatever is not markup itself is escaped, for the inside of an element
 * and of a quoted attribute alike: text of the database cannot become markup, in no place where a
 * template takes it. Pure.
 *
 * @example html`<p>${'<b>'}</p>`.markup // '<p>&lt;b&gt;</p>'
 */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = texts.map((text, index) => `${text}${markupOf(parts[index] ?? null)}`)
  return { markup: markup.join('') }
}

function markupOf(part: Part): string {
  if (part === null || part === false) return ''
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** `2026-11-21 03:40:12 UTC`; with `ago`, the script says after it how long ago that was. */
export function timeText(iso: string, more: { readonly ago?: boolean } = {}): Html {
  const shown = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
  const ago = more.ago ? html`<span class="ago" data-since="${iso}"></span>` : null
  return html`<time datetime="${iso}">${shown}</time>${ago}`
}

/** `1.2s`, or a dash that is read as what it means. */
export function durationText(ms: number | null): Html {
  if (ms === null) return html`<span class="quiet">not known</span>`
  return html`<span class="number">${formatDuration(ms)}</span>`
}

/** A name as the database has it. Its own direction of writing ends with it. */
export function code(text: string): Html {
  return html`<code><bdi>${text}</bdi></code>`
}

/** What somebody may want to type elsewhere: the script puts a button behind it. */
export function copyable(text: string): Html {
  return html`<code data-copy><bdi>${text}</bdi></code>`
}

/** A sentence of pgate's; what stands between two backticks in it is {@link copyable}, or code alone. */
export function prose(text: string, show: (part: string) => Html = code): Html {
  const parts = text.split(/`([^`]+)`/)
  return html`<bdi>${parts.map((part, index) => (index % 2 === 1 ? show(part) : html`${part}`))}</bdi>`
}

/** A pair of a list of facts; none where there is nothing to show. */
export function fact(name: string, value: Html | string | null): Html {
  return value === null ? html`` : html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`
}

/** How something is: no colour says it alone. `plain`: it is known neither as good nor as bad. */
export type Tone = 'good' | 'bad' | 'warn' | 'wait' | 'plain'

/** A word in a frame. */
export function badge(word: string, tone: Tone = 'plain'): Html {
  return html`<span class="badge ${tone}">${word}</span>`
}

const SHAPES: Readonly<Record<Tone, Html>> = {
  good: html`<circle cx="16" cy="16" r="14"/><path d="M9 16.5l5 5 9-10.5"/>`,
  bad: html`<path d="M10 2h12l8 8v12l-8 8H10l-8-8V10z"/><path d="M11 11l10 10M21 11L11 21"/>`,
  warn: html`<path d="M16 3l14 25H2z"/><path d="M16 12v8M16 24v.1"/>`,
  wait: html`<circle cx="16" cy="16" r="14" stroke-dasharray="5 3.8"/><path d="M16 9v8l5 3"/>`,
  plain: html`<circle cx="16" cy="16" r="14"/><path d="M10 16h12"/>`,
}

/** A shape of its own for each tone, so that no colour is needed. */
export function shape(tone: Tone, size: number): Html {
  return html`<svg class="shape ${tone}" viewBox="0 0 32 32" width="${size}" height="${size}" aria-hidden="true">${SHAPES[tone]}</svg>`
}

const ICON_COLOURS: Readonly<Record<Tone, string>> = {
  good: '#1a7f45',
  bad: '#c62828',
  warn: '#8a5a00',
  wait: '#8a5a00',
  plain: '#6b7785',
}

/** The tab's own picture, as a `data:` URL. */
export function iconUrl(tone: Tone): string {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="${ICON_COLOURS[tone]}" stroke-width="3">${SHAPES[tone].markup}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(picture)}`
}

/** What a section is made of. */
export interface PageSection {
  /** The anchor; `<id>-title` is its heading's. */
  readonly id: string
  readonly title: string
  readonly tone: Tone
  /** The one line that is there when it is folded; what it holds, in words. */
  readonly line: string
  /** Absent: the line says it all. */
  readonly body?: Html
  /** Folded until somebody asks: what is as it should be. */
  readonly folded?: boolean
}

/**
 * A section that the script replaces when it changes; a page that has none of it now keeps its place.
 * By `data-folded` the script knows whether somebody unfolded it, or the page.
 */
export function sectionHtml(id: string, section: PageSection | undefined): Html {
  if (section === undefined) return html`<section id="${id}" data-live hidden></section>\n`
  const { title, tone, line, body, folded = false } = section
  const head = html`${shape(tone, 20)}<span class="line"><h2 id="${id}-title">${title}</h2> ${prose(line)}</span>`
  return html`<section id="${id}" data-live aria-labelledby="${id}-title" tabindex="-1">
${
  body === undefined
    ? html`<div class="head">${head}</div>`
    : html`<details id="${id}-details" data-folded="${folded ? 'yes' : 'no'}"${folded ? null : html` open`}><summary id="${id}-summary" class="head">${head}</summary>
<div class="body">${body}</div></details>`
}
</section>
`
}

/** The newest of a list, and the others folded away. */
export function newestFirst(id: string, kind: string, items: readonly Html[], most: number): Html {
  const older = items.slice(most)
  return html`<ol class="rows ${kind}">
${items.slice(0, most)}</ol>
${
  older.length > 0 &&
  html`<details id="${id}"><summary id="${id}-summary">${older.length} older</summary>
<ol class="rows ${kind}">
${older}</ol></details>
`
}`
}
