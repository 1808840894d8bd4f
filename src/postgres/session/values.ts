import { types } from 'node:util'
import { getTypeParser } from 'pg-types'
import type { Field } from './wire.ts'

/**
 * A parameter as the server reads it, null, text or bytes, by the rules of node-postgres: a Date in
 * local time with its offset, a list as an array, an object by its `toPostgres` or as JSON.
 */
export function parameterOf(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (ArrayBuffer.isView(value)) return bytesOf(value)
  // Of another realm too, which `instanceof` would not know.
  if (types.isDate(value)) return dateText(value)
  if (Array.isArray(value)) return arrayText(value)
  if (typeof value !== 'object') return String(value)
  if (!('toPostgres' in value) || typeof value.toPostgres !== 'function') {
    return JSON.stringify(value) ?? null
  }
  return parameterOf(value.toPostgres(parameterOf))
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** With commas, which all types but box have between their elements. */
function arrayText(list: readonly unknown[]): string {
  // A list may have holes, which `map` would leave.
  return `{${Array.from(list, elementText).join(',')}}`
}

function elementText(element: unknown): string {
  if (Array.isArray(element)) return arrayText(element)
  if (ArrayBuffer.isView(element)) return `\\\\x${bytesOf(element).toString('hex')}`
  const text = element === null || element === undefined ? null : parameterOf(element)
  return text === null ? 'NULL' : `"${String(text).replaceAll(/[\\"]/g, '\\$&')}"`
}

function dateText(date: Date): string {
  const padded = (number: number, length = 2) => String(number).padStart(length, '0')
  const year = date.getFullYear()
  const day = [padded(year < 1 ? 1 - year : year, 4), padded(date.getMonth() + 1)]
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => padded(part))
  const east = -date.getTimezoneOffset()
  const offset = `${padded(Math.floor(Math.abs(east) / 60))}:${padded(Math.abs(east) % 60)}`
  const written = `${day.join('-')}-${padded(date.getDate())}T${time.join(':')}.${padded(date.getMilliseconds(), 3)}`
  return `${written}${east < 0 ? '-' : '+'}${offset}${year < 1 ? ' BC' : ''}`
}

/** What makes a value of the server's text, by the type's oid. */
export function typeParser(oid: number): (text: string) => unknown {
  return getTypeParser(oid, 'text')
}

/** What makes objects of an answer's rows. */
export function rowReader(
  fields: readonly Field[],
): (texts: readonly (string | null)[]) => Record<string, unknown> {
  const parsers = fields.map(({ dataTypeID }) => typeParser(dataTypeID))
  return (texts) => {
    const row: Record<string, unknown> = {}
    for (const [index, { name }] of fields.entries()) {
      const text = texts[index] ?? null
      const value = text === null ? null : parsers[index]?.(text)
      // An assignment would set what the row inherits from.
      if (name === '__proto__') Object.defineProperty(row, name, { value, enumerable: true })
      else row[name] = value
    }
    return row
  }
}
