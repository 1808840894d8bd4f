/** What may be shown of SQL that may hold a password. */
import { type SqlToken, sqlTokens } from './sql-tokens.ts'

/** Words that a password stands behind, and URLs with one in them. */
const SENSITIVE =
  /pass(?:word|wd|phrase)|\bpwd\b|secret|credential|token|identified|(?:api|access|private)_?key|:\/\/[^\s/@]*@/i

const MOST_SHOWN = 80
/** Of what another session runs, so many characters are read: enough for what is shown of it. */
export const QUERY_READ = 4_000

/**
 * What may be shown of another session's SQL: its first 80 characters, on one line, without comments,
 * every literal as `'…'`, and nothing behind a word such as PASSWORD.
 *
 * @example shownQuery("alter role app password 'x'") // 'alter role app password …'
 */
export function shownQuery(sql: string): string {
  let shown = ''
  for (const { kind, text } of sqlTokens(sql)) {
    const isNamed = kind === 'word' || kind === 'quoted'
    if (kind === 'literal') shown += "'…'"
    else shown += kind === 'comment' || kind === 'space' ? ' ' : text
    if (isNamed && SENSITIVE.test(text)) {
      // A URL in quotes that are none of a literal.
      shown = text.includes('://') ? `${shown.slice(0, -text.length)}"…"` : `${shown} …`
      break
    }
  }
  const line = shown
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/:\/\/\S*@/g, '://…@')
    .trim()
  return [...line].slice(0, MOST_SHOWN).join('')
}

/** A longer text is not cut into tokens only to show a line of it. */
const MOST_READ = 2_000_000

/** Stands for each character that is not shown; of private use, and so in nobody's SQL. */
const MASK = '\ue000'

/**
 * A revision's own SQL with what may be a password masked, character for character, so that places
 * in it stay: where a word such as PASSWORD or a URL with one is in it, every literal and comment, and
 * the value that such a word is given. {@link unmasked} makes it readable.
 */
export function maskSecrets(sql: string): string {
  if (!SENSITIVE.test(sql)) return sql
  if (sql.length > MOST_READ) return mask(sql)
  let masked = ''
  for (const { text, inside, isSecret } of judged(sql)) {
    if (inside !== undefined) {
      const [begin, end] = inside.map((place) => place - masked.length)
      masked += text.slice(0, begin) + mask(text.slice(begin, end)) + text.slice(end)
    } else masked += isSecret ? mask(text) : text
  }
  return masked
}

function mask(text: string): string {
  return text.replaceAll(/[^\n\r]/g, MASK)
}

/** What was masked, as `…`. */
export function unmasked(text: string): string {
  return text.replaceAll(/\ue000+/g, '…')
}

/** A line of a revision's SQL as it may be shown; 0-based. */
export function shownLine(sql: string, row: number): string {
  return unmasked(maskedLine(sql, row))
}

function maskedLine(sql: string, row: number): string {
  return maskSecrets(sql).split('\n')[row]?.replace(/\r$/, '') ?? ''
}

/** The line with a caret under the place; tabs are kept above the caret so that it stays there. */
export function excerpt(
  sql: string,
  at: { readonly row: number; readonly line: number; readonly column: number },
): readonly string[] {
  const before = [...maskedLine(sql, at.row)].slice(0, at.column - 1).join('')
  const gutter = String(at.line)
  return [
    `  ${gutter} | ${shownLine(sql, at.row)}`,
    `  ${' '.repeat(gutter.length)} | ${unmasked(before).replaceAll(/[^\t]/gu, ' ')}^`,
  ]
}

/** Shorter pieces are in every message. */
const LEAST_PIECE = 3

/** Words of statements and connection strings that are no secret. */
const KNOWN =
  /^(?:host(?:addr)?|port|user|role|dbname|password|postgres(?:ql)?|sslmode|require|localhost|select|alter|create|with|login|valid|until)$/i

/**
 * A server's message without the values of a statement that may hold a password: PostgreSQL quotes
 * the place where it could not go on.
 */
export function withoutSecrets(
  message: string,
  sql: string,
  values: readonly unknown[] = [],
): string {
  if (!SENSITIVE.test(sql)) return message
  if (sql.length > MOST_READ) return message.replaceAll(/"[^"]*"/g, '"…"')
  const given = values.filter((value) => typeof value === 'string')
  const secrets = [...secretsOf(sql), ...given, ...given.flatMap(partsOf)]
  return secrets
    .filter((piece) => piece.length >= LEAST_PIECE && !KNOWN.test(piece))
    .toSorted((one, other) => other.length - one.length)
    .reduce((text, piece) => text.replaceAll(piece, '…'), message)
}

/** Of a connection string. */
function partsOf(text: string): readonly string[] {
  return text.split(/[\s=:@/,;"?&]+/)
}

/** What literals hold, those inside a literal (a DO block's, EXECUTE's) too, and bare values. */
function secretsOf(sql: string): readonly string[] {
  const found: string[] = []
  for (const { kind, text, inside, isSecret } of judged(sql)) {
    if (inside === undefined) {
      // No message quotes a comment, whose words are those of anything.
      if (isSecret && kind !== 'comment') found.push(text.replaceAll('"', ''))
      continue
    }
    const raw = sql.slice(...inside)
    const isDollar = text.startsWith('$')
    const read = isDollar ? raw : raw.replaceAll("''", "'").replaceAll(/\\(.)/g, '$1')
    // SQL within SQL; or a connection string, of which a message quotes a part.
    const parts = /['$]/.test(read) ? secretsOf(read) : partsOf(read)
    found.push(raw, read, ...parts)
  }
  return found
}

/**
 * Tokens, each with whether it is not to be shown: comments, quoted URLs, and the value that is given
 * to a sensitive word without quotes (`SET app.secret = x`, a PASSWORD whose quotes were forgotten).
 */
function* judged(sql: string): Generator<SqlToken & { readonly isSecret: boolean }> {
  let words: string[] = []
  let isBehind = false
  let isGiven = false
  for (const token of sqlTokens(sql)) {
    const { kind, text } = token
    const isValue = kind === 'word' || kind === 'quoted' || kind === 'number'
    const isGiving = text === '=' || /^(?:to|by)$/i.test(text)
    const isSecret = isValue && !isGiving && isGiven
    yield {
      ...token,
      isSecret: isSecret || kind === 'comment' || (isValue && text.includes('://')),
    }
    if (kind === 'literal' || /^[;,()]$/.test(text)) isBehind = isGiven = false
    if (text === ';') words = []
    if (isGiving) isGiven ||= isBehind
    if (kind === 'word' && words.length < 2) words.push(text.toLowerCase())
    if ((kind === 'word' || kind === 'quoted') && !isSecret && SENSITIVE.test(text)) {
      isBehind = true
      isGiven = isOfRole(words)
    }
  }
}

function isOfRole([first = '', second = '']: readonly string[]): boolean {
  return /^(?:create|alter)$/.test(first) && /^(?:role|user|group)$/.test(second)
}
