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
