/** A piece of SQL, roughly as PostgreSQL's lexer cuts it. */
export interface SqlToken {
  readonly kind: 'comment' | 'literal' | 'quoted' | 'word' | 'number' | 'space' | 'other'
  readonly text: string
  /** Of a literal: where in the whole what it holds begins and ends. */
  readonly inside?: readonly [number, number]
}

const TOKEN = new RegExp(
  [
    /(?<comment>--[^\n\r]*|\/\*)/,
    /(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)/,
    /(?<escaped>[eE]')/,
    /(?<plain>')/,
    /(?<quoted>")/,
    /(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)/,
    /(?<number>[$\d][\w.]*)/,
    /(?<space>\s+)/,
    /(?<other>[\s\S])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
)

/**
 * Cuts SQL into tokens; together they are the text again. It may be cut off anywhere (a server shows
 * the first track_activity_query_size bytes): what has no end reaches to the end. Pure.
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  let at = 0
  while (at < sql.length) {
    TOKEN.lastIndex = at
    const groups = TOKEN.exec(sql)?.groups ?? {}
    const [kind = 'other', opening = ''] =
      Object.entries(groups).find(([, text]) => text !== undefined) ?? []
    const token = tokenAt(sql, at, { kind, opening })
    yield token
    at += Math.max(1, token.text.length)
  }
}

function tokenAt(
  sql: string,
  at: number,
  { kind, opening }: { readonly kind: string; readonly opening: string },
): SqlToken {
  const begin = at + opening.length
  if (kind === 'dollar')
    return literal(sql, at, [begin, sql.indexOf(opening, begin), opening.length])
  if (kind === 'plain') return literal(sql, at, [begin, plainEnd(sql, begin), 1])
  if (kind === 'escaped') return literal(sql, at, [begin, quoteEnd(sql, begin, "'", true), 1])
  if (kind === 'quoted') {
    const { text } = literal(sql, at, [begin, quoteEnd(sql, begin, '"', false), 1])
    return { kind: 'quoted', text }
  }
  if (opening === '/*') return { kind: 'comment', text: sql.slice(at, commentEnd(sql, begin)) }
  if (kind === 'comment' || kind === 'word' || kind === 'number' || kind === 'space') {
    return { kind, text: opening }
  }
  return { kind: 'other', text: opening }
}

/** `end`: where the closing mark begins, -1 for none. */
function literal(
  sql: string,
  at: number,
  [begin, end, closing]: readonly [number, number, number],
): SqlToken {
  const [stop, next] = end === -1 ? [sql.length, sql.length] : [end, end + closing]
  return { kind: 'literal', text: sql.slice(at, next), inside: [begin, stop] }
}

/**
 * A backslash before a quote in a plain literal is an escape or not, as standard_conforming_strings
 * says: nobody knows here, so the literal reaches to the end of the text.
 */
function plainEnd(sql: string, begin: number): number {
  const end = quoteEnd(sql, begin, "'", false)
  return sql.slice(begin, end === -1 ? sql.length : end + 1).includes("\\'") ? -1 : end
}

/** The closing quote; a doubled one is none, nor one behind a backslash where that escapes. */
function quoteEnd(sql: string, begin: number, quote: '"' | "'", escapes: boolean): number {
  for (let at = begin; at < sql.length; at += 1) {
    if (escapes && sql[at] === '\\') at += 1
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at
      at += 1
    }
  }
  return -1
}

/** Where a comment ends whose opening stands before `begin`: comments nest. */
export function commentEnd(sql: string, begin: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = begin
  let depth = 1
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return sql.length
}
