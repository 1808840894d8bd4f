/**
 * A name, a value or another's message as a part of one line: line breaks in it stand as `\u000a`, as
 * JSON writes them, so that it makes no line of its own.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\n\r\v\f\u0085\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** `1 host`, `2 hosts`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** RegExp.escape, which Node.js 22 has not. */
export function escapeRegExp(text: string): string {
  return text.replaceAll(/[*.+?^${}()|[\]\\]/g, '\\$&')
}
