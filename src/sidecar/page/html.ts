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
  const ago = more.ago ? html` <span class="ago" data-since="${iso}"></span>` : null
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

/** A pair of a list of facts; none where there is nothing to show. */
export function fact(name: string, value: Html | string | null): Html {
  return value === null ? html`` : html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`
}

/** A word in a frame. */
export function badge(word: string, kind: 'good' | 'bad' | 'plain' = 'plain'): Html {
  return html`<span class="badge ${kind}">${word}</span>`
}

/** What a section is made of. */
export interface PageSection {
  /** The anchor; `<id>-title` is its heading's. */
  readonly id: string
  readonly title: string
  /** How many there are, for the list of sections; absent where a number says nothing. */
  readonly count?: number
  /** True where it holds what keeps the gate shut, or somebody waiting. */
  readonly alarming?: boolean
  readonly body: Html
}

/** A section that the script replaces when it changes. */
export function sectionHtml({ id, title, count, alarming, body }: PageSection): Html {
  const number = count === undefined ? null : badge(String(count), alarming ? 'bad' : 'plain')
  return html`<section id="${id}" data-live aria-labelledby="${id}-title" tabindex="-1">
<h2 id="${id}-title">${title} ${number}</h2>
${body}
</section>
`
}
