import { holderOf, parseKey } from '../catalog/object-key.ts'
import { type Printed, type Reprint, WAYS } from './reprint-ways.ts'

/** Texts that hold no expression of their own and so are printed the same for ever. */
const FIXED: Readonly<Record<string, RegExp>> = {
  // A call without arguments, a constant of PostgreSQL's own types, the next of a sequence.
  'column default': /^(?:\w+\(\)|[\d.]+|true|false|'[^']*'::[a-z ]+|nextval\('[^']*'::regclass\))$/,
  // Columns alone.
  'index definition': /^[^()]*\([^()]*\)$/,
  'constraint definition': /^(?!CHECK |EXCLUDE )/,
  'trigger definition': /^(?!.* WHEN \()/s,
  'function arguments': /^(?!.* DEFAULT )/s,
  'procedure arguments': /^(?!.* DEFAULT )/s,
}

/**
 * The way for one field; undefined where the server does not print it out of an expression or a
 * query. What names its own table or function stays there or keeps its name, since that name may
 * be in the text. Pure; the acts want the fixed settings and a transaction that is taken back.
 */
export function reprintOf(printed: Printed): Reprint | undefined {
  const { key, definition, field, text } = printed
  const parsed = parseKey(key)
  const sort = `${parsed?.kind} ${field}`
  const way = Object.hasOwn(WAYS, sort) ? WAYS[sort] : undefined
  if (parsed === undefined || way === undefined || FIXED[sort]?.test(text) === true)
    return undefined
  const holder = holderOf(key, definition) ?? ''
  return way({ ...printed, name: parsed.name, holder, part: parsed.name.slice(holder.length + 1) })
}
