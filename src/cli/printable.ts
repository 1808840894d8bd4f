/** Control characters but tab and line feed, what turns the direction of a line, and line breaks of Unicode's own. */
const UNPRINTABLE = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

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
  return text.replaceAll(UNPRINTABLE, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
