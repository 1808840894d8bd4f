import { nearest } from '../../base/suggest.ts'
import type { FaultInFile } from './faults.ts'

const HEADER_KEYS = [
  'revision',
  'revises',
  'created',
  'branch-label',
  'depends-on',
  'transaction',
  'phase',
  'replaces',
  'unpromised',
] as const
export type HeaderKey = (typeof HEADER_KEYS)[number]

export interface HeaderField {
  readonly value: string
  /** 1-based. */
  readonly line: number
}

export interface Header {
  readonly fields: ReadonlyMap<HeaderKey, HeaderField>
  /** The first comment line that is not a key; empty where there is none. */
  readonly message: string
  /** Keys that some line was probably meant to have: they are not reported as missing too. */
  readonly misspelt: ReadonlySet<HeaderKey>
  /** The first line that is not a comment; absent: all are. */
  readonly sql?: FirstSql
  readonly faults: readonly FaultInFile[]
}

export interface FirstSql {
  /** 1-based. */
  readonly line: number
  readonly blockComment: boolean
}

/** What other tools call our keys, so that a header written from habit is understood and refused. */
const OTHER_NAMES: Readonly<Record<string, HeaderKey>> = {
  'revision-id': 'revision',
  rev: 'revision',
  id: 'revision',
  'down-revision': 'revises',
  parent: 'revises',
  'create-date': 'created',
  date: 'created',
  depends: 'depends-on',
  requires: 'depends-on',
}

/**
 * Reads the lines above the first section: comments, of which those of the form `-- key: value`
 * with one of {@link HEADER_KEYS} (any case) are fields. A line that was probably meant as one and a
 * key given twice are faults; other comments are free.
 */
export function readHeader(lines: readonly string[]): Header {
  const fields = new Map<HeaderKey, HeaderField>()
  const misspelt = new Set<HeaderKey>()
  const faults: FaultInFile[] = []
  let message = ''
  let sql: FirstSql | undefined
  for (const [index, text] of lines.entries()) {
    const read = readLine(text.trim(), index + 1)
    if (read.kind === 'sql') sql ??= read.sql
    if (read.kind === 'comment' && message === '' && SAYS_SOMETHING.test(read.text)) {
      message = read.text
    }
    if (read.kind === 'misspelt') {
      misspelt.add(read.meant)
      faults.push(read.fault)
    }
    if (read.kind !== 'field') continue
    const earlier = fields.get(read.key)
    if (earlier === undefined) fields.set(read.key, read.field)
    else faults.push(keyTwice(read.key, earlier.line, read.field.line))
  }
  return { fields, message, misspelt, faults, ...(sql === undefined ? {} : { sql }) }
}

/** Not a rule of dashes. */
const SAYS_SOMETHING = /[\p{L}\p{N}]/u

type HeaderLine =
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'sql'; readonly sql: FirstSql }
  | { readonly kind: 'field'; readonly key: HeaderKey; readonly field: HeaderField }
  | { readonly kind: 'misspelt'; readonly meant: HeaderKey; readonly fault: FaultInFile }

function readLine(text: string, line: number): HeaderLine {
  if (text === '') return { kind: 'comment', text }
  if (!text.startsWith('--')) {
    return { kind: 'sql', sql: { line, blockComment: text.startsWith('/*') } }
  }
  const comment = text.slice(2).trim()
  const colon = comment.indexOf(':')
  const name = comment.slice(0, Math.max(colon, 0)).trim()
  const value = comment.slice(colon + 1).trim()
  const key = HEADER_KEYS.find((known) => known === name.toLowerCase())
  if (key !== undefined) return { kind: 'field', key, field: { value, line } }
  const meant = suggestKey(name, value)
  if (meant === undefined) return { kind: 'comment', text: comment }
  return { kind: 'misspelt', meant, fault: misspeltKey(name, meant, line) }
}

/** `Fix: users lost their email` is prose; `revison: 972fc63ffb69` is not. */
function suggestKey(name: string, value: string): HeaderKey | undefined {
  if (!/^[A-Za-z][A-Za-z _-]{0,30}$/.test(name)) return undefined
  const plain = name.toLowerCase().replace(/[ _]/g, '-')
  const word = Object.hasOwn(OTHER_NAMES, plain) ? OTHER_NAMES[plain] : nearest(plain, HEADER_KEYS)
  const key = HEADER_KEYS.find((known) => known === word)
  return key !== undefined && couldBe(key, value) ? key : undefined
}

function couldBe(key: HeaderKey, value: string): boolean {
  if (key === 'created') return /^\d/.test(value)
  if (key === 'phase') return nearest(value.toLowerCase(), ['expand', 'contract']) !== undefined
  const words = key === 'revision' || key === 'transaction' ? [value] : value.split(',')
  return words.every((word) => /^\S+$/.test(word.trim()))
}

function misspeltKey(name: string, meant: HeaderKey, line: number): FaultInFile {
  return {
    code: 'REVISION_HEADER',
    line,
    message: `\`${name}:\` is not a key of the header`,
    remedy: `write \`-- ${meant}:\`, or, if it is prose, leave the colon out`,
  }
}

function keyTwice(key: HeaderKey, first: number, second: number): FaultInFile {
  return {
    code: 'REVISION_HEADER',
    line: second,
    message: `\`${key}:\` stands twice, on lines ${first} and ${second}`,
    remedy: 'keep one of them',
  }
}
