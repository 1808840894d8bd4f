import { createHash } from 'node:crypto'
import type { RevisionBody } from '../file/revision.ts'
import { type Read, readStatements } from './read-statements.ts'

/** Collects what the statements of a section mean, one after another. */
export interface MeaningHash {
  readonly add: (read: Read) => void
  /** SHA-256 in hex. */
  readonly digest: () => string
}

/**
 * What statements mean: their parse trees without the places in the text, so that comments, white space
 * and the case of keywords do not count. A statement that is too long to be parsed means its text.
 */
export function meaningHash(): MeaningHash {
  const hash = createHash('sha256')
  const add = (read: Read) => {
    if (read.kind === 'statement') {
      hash.update(`${JSON.stringify(read.statement.node).replaceAll(PLACE, '')}\0`)
      if (read.copy !== undefined) hash.update(`${read.copy.data}\0`)
    } else if (read.kind === 'unparsed') hash.update(`${read.text}\0`)
  }
  return { add, digest: () => hash.digest('hex') }
}

/** In JSON a quote within a text has a backslash before it, so that this is none. */
const PLACE = /"(?:\w*_)?location":-?\d+,?|"(?:list_start|list_end)":-?\d+,?/g

/**
 * SHA-256 in hex over what a section means; `null` for a module, whose meaning nobody knows, and for
 * SQL that cannot be parsed.
 */
export async function meaningOf(body: RevisionBody): Promise<string | null> {
  if (body.kind !== 'sql') return null
  const { add, digest } = meaningHash()
  for await (const read of readStatements(body.text)) {
    if (read.kind === 'error') return null
    add(read)
  }
  return digest()
}
