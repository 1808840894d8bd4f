import { formatDuration } from '../../base/duration.ts'
import { type Html, html } from './html.ts'

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

/** A pair of a list of facts; none where there is nothing to tell. */
export function fact(name: string, value: Html | string | null): Html {
  return value === null ? html`` : html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`
}

/** A word in a frame. */
export function badge(word: string, kind: 'good' | 'bad' | 'plain' = 'plain'): Html {
  return html`<span class="badge ${kind}">${word}</span>`
}

/** What a section is made of. */
export interface Section {
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
export function sectionHtml({ id, title, count, alarming, body }: Section): Html {
  const number = count === undefined ? null : badge(String(count), alarming ? 'bad' : 'plain')
  return html`<section id="${id}" data-live aria-labelledby="${id}-title" tabindex="-1">
<h2 id="${id}-title">${title} ${number}</h2>
${body}
</section>
`
}
