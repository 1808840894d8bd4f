import { escapeRegExp } from '../../base/words.ts'
import type { Definition, DefinitionValue } from '../../catalog/object-key.ts'
import type { Schema } from '../schema.ts'

/** How texts change: a key, or what a field of the object of that key says. */
export type Rewriter = (text: string, key: string, field?: string) => string

/** The schema with all its keys and texts rewritten. */
export function rewritten(schema: Schema, rewrite: Rewriter): Schema {
  const key = (one: string) => rewrite(one, one)
  return {
    objects: new Map(
      [...schema.objects].map(([one, definition]) => [
        key(one),
        withTexts(definition, (text, field) => rewrite(text, one, field)),
      ]),
    ),
    needs: new Map([...schema.needs].map(([one, all]) => [key(one), new Set([...all].map(key))])),
  }
}

function withTexts(
  definition: Definition,
  rewrite: (text: string, field: string) => string,
): Definition {
  const change = (value: DefinitionValue, field: string): DefinitionValue => {
    if (typeof value === 'string') return rewrite(value, field)
    return typeof value === 'boolean' ? value : value.map((one) => rewrite(one, field))
  }
  return Object.fromEntries(
    Object.entries(definition).map(([field, value]) => [field, change(value, field)]),
  )
}

/**
 * A qualified name in a text under its new name, wherever it stands as a whole: what the server prints
 * follows a rename.
 */
export function replaceName(text: string, from: string, to: string): string {
  if (!text.includes(from)) return text
  const [before, after] = ['(?<![\\w$".])', '(?![\\w$"])']
  return text.replaceAll(new RegExp(`${before}${escapeRegExp(from)}${after}`, 'g'), () => to)
}

/** A column's own name in an expression; not a function's, a type's, or what a text in quotes says. */
export function replaceColumn(text: string, from: string, to: string): string {
  const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|::\s*[\w$."]+|[\w$]+(?:\s*\()?/g
  return text.replaceAll(tokens, (token) => (token === from ? to : token))
}
