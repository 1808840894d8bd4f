import { GateError } from '../../../errors/error.ts'
import {
  type Definition,
  isDefinition,
  isRespelling,
  type Respelling,
} from '../catalog/definition.ts'
import { parseKey } from '../catalog/object-key.ts'
import type { Manifest } from './manifest.ts'

/** Raised when the shape of the file changes. */
export const MANIFEST_FORMAT = 2

/**
 * A manifest out of the text of `manifest.json`, frozen; `file` is for the message alone.
 * @throws {GateError} MANIFEST_INVALID with the file, the field that is wrong and what to do
 */
export function parseManifest(text: string, file: string): Manifest {
  const wrong = (field: string, what: string, hint?: string): never => {
    const message = field === '' ? `${file}: ${what}` : `${file}: ${field} ${what}`
    throw new GateError('MANIFEST_INVALID', message, {
      facts: { file, field },
      ...(hint && { hint }),
    })
  }
  const root = parseJson(text, wrong)
  if (!isRecord(root)) return wrong('', 'is not a JSON object')
  checkFormat(root.format, wrong)
  const { server, schema, heads, revisions, schemas, objects, respelled, unpromised } = root
  if (!isMajor(server)) return wrong('server', 'is not the major version of a PostgreSQL server')
  if (typeof schema !== 'string') return wrong('schema', 'is not the name of a schema')
  if (!isTexts(heads)) return wrong('heads', 'is not a list of revision ids')
  if (!isRecord(revisions)) return wrong('revisions', 'is not an object of ids and checksums')
  if (!isTexts(schemas)) return wrong('schemas', 'is not a list of schema names')
  if (!isRecord(objects)) return wrong('objects', 'is not an object of keys and definitions')
  if (unpromised !== undefined && !isTexts(unpromised))
    return wrong('unpromised', 'is not a list of patterns')
  if (!isRecord(respelled)) return wrong('respelled', 'is not an object of keys and spellings')
  return Object.freeze({
    format: MANIFEST_FORMAT,
    server,
    schema,
    heads: Object.freeze(heads),
    revisions: checkedRevisions(revisions, wrong),
    schemas: Object.freeze(schemas),
    objects: checkedObjects(objects, wrong),
    respelled: checkedRespelled(respelled, objects, wrong),
    ...(unpromised === undefined ? {} : { unpromised: Object.freeze(unpromised) }),
  })
}

type Wrong = (field: string, what: string, hint?: string) => never

function parseJson(text: string, wrong: Wrong): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const merge = text.split('\n').findIndex((line) => /^(?:<{7}|={7}|>{7})/.test(line))
    if (merge === -1) return wrong('', `is not JSON (${error.message})`)
    return wrong(`line ${merge + 1}`, 'holds the marks of a merge conflict')
  }
}

function checkFormat(format: unknown, wrong: Wrong): void {
  if (format === MANIFEST_FORMAT) return
  if (typeof format !== 'number')
    wrong('format', `is missing; this pgate writes ${MANIFEST_FORMAT}`)
  wrong(
    'format',
    `is ${format}; this pgate reads ${MANIFEST_FORMAT}`,
    'Write it again with `pgate manifest`, or use the version of pgate that wrote it.',
  )
}

function checkedRevisions(
  revisions: Readonly<Record<string, unknown>>,
  wrong: Wrong,
): Readonly<Record<string, string>> {
  const entries = Object.entries(revisions).map(([id, checksum]): [string, string] =>
    typeof checksum === 'string'
      ? [id, checksum]
      : wrong(`revisions[${JSON.stringify(id)}]`, 'is not a checksum'),
  )
  return Object.freeze(Object.fromEntries(entries))
}

function checkedObjects(
  objects: Readonly<Record<string, unknown>>,
  wrong: Wrong,
): ReadonlyMap<string, Definition> {
  const entries = Object.entries(objects).map(([key, definition]): [string, Definition] => {
    const field = `objects[${JSON.stringify(key)}]`
    if (parseKey(key) === undefined) wrong(field, 'names no kind of object that pgate knows')
    if (!isDefinition(definition)) return wrong(field, 'is not an object of texts and lists')
    return [key, Object.freeze(definition)]
  })
  return new Map(entries)
}

function checkedRespelled(
  respelled: Readonly<Record<string, unknown>>,
  objects: Readonly<Record<string, unknown>>,
  wrong: Wrong,
): ReadonlyMap<string, Respelling> {
  const entries = Object.entries(respelled).map(([key, respelling]): [string, Respelling] => {
    const field = `respelled[${JSON.stringify(key)}]`
    if (!Object.hasOwn(objects, key)) wrong(field, 'is none of the objects')
    if (!isRespelling(respelling)) return wrong(field, 'is not an object of lists of texts')
    return [key, Object.freeze(respelling)]
  })
  return new Map(entries)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isMajor(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}
