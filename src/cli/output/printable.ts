/**
 * Control characters but tab and line feed, what has no width or turns the direction of a line (Cf, but
 * for the two that join letters), line breaks of Unicode's own, and letters that are blank.
 */
const UNPRINTABLE =
  /(?!\t|\n|\u200c|\u200d)(?:[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5)/gu

/** Most texts are no more than this, and the classes of Unicode take a millisecond to compile. */
const ALL_PLAIN = /^[\t\n\x20-\x7e]*$/

/**
 * A text that moves no cursor, changes no colour and hides nothing: what a terminal would obey stands
 * as `\u001b`, as JSON writes it, so that a document of JSON keeps its meaning. Line feeds and tabs
 * stay. For everything shown that came from elsewhere: names of files and objects, messages of
 * PostgreSQL, values of variables.
 * @see https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 *
 * @example printable('a\u001b[2Kb') // 'a\\u001b[2Kb'
 */
export function printable(text: string): string {
  return ALL_PLAIN.test(text) ? text : text.replaceAll(UNPRINTABLE, escaped)
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/**
 * A printable text whose further lines are indented: nothing in it, a name or a server's message, makes
 * a line that could be taken for one of pgate's own.
 */
export function indented(text: string): string {
  return printable(text).replaceAll(/\n(?=\S)/g, '\n  ')
}
