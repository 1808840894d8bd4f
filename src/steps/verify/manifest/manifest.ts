import { join } from 'node:path'
import { readPlainFile } from '../../../base/files.ts'
import { isRecord } from '../../../base/record.ts'
import {
  type CatalogObjects,
  type Definition,
  holderOf,
  isDefinition,
  isRespelling,
  OBJECT_KINDS,
  parseKey,
  type Respelling,
  type Respellings,
} from '../../../catalog/object-key.ts'
import { GateError } from '../../../errors/error.ts'

/** The schema that the revisions promise, as `manifest.json` holds it; frozen. */
export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT
  /** The major version of the server that the definitions were read from. */
  readonly server: number
  /** PGATE_SCHEMA when it was made. */
  readonly schema: string
  readonly heads: readonly string[]
  /** Revision id to checksum: exactly the revisions that made this schema. */
  readonly revisions: Readonly<Record<string, string>>
  /** What verify reads of a live database. */
  readonly schemas: readonly string[]
  readonly objects: CatalogObjects
  /** What the same server prints for the same objects once they were dumped and restored. */
  readonly respelled: Respellings
  /** Patterns of what the revisions leave unpromised. @see object-pattern.ts */
  readonly unpromised?: readonly string[]
}

/** Where the manifest of a migrations folder is. */
export function manifestPath(directory: string): string {
  return join(directory, 'manifest.json')
}

/**
 * Reads `manifest.json` of a migrations folder; `null` where there is none.
 * @throws {GateError} MANIFEST_INVALID where it cannot be read or is malformed
 */
export async function readManifest(directory: string): Promise<Manifest | null> {
  const file = manifestPath(directory)
  const text = await readIfThere(file)
  return text === null ? null : parseManifest(text, file)
}

/**
 * The text of `manifest.json`: one revision and one object a line, a table followed by all that is
 * part of it, so that a diff reads as the change of schema that it is. The same manifest gives the
 * same text; it ends with a newline.
 */
export function formatManifest(manifest: Manifest): string {
  const objects = [...manifest.objects].toSorted(([one, left], [other, right]) =>
    compare(place(one, left), place(other, right)),
  )
  const unpromised =
    manifest.unpromised === undefined
      ? ''
      : `\n  "unpromised": ${JSON.stringify(manifest.unpromised)},`
  const respelled = objects.flatMap(([key]) => {
    const respelling = manifest.respelled.get(key)
    return respelling === undefined ? [] : [[key, sorted(respelling)] as const]
  })
  return `{
  "format": ${manifest.format},
  "server": ${manifest.server},
  "schema": ${JSON.stringify(manifest.schema)},
  "heads": ${JSON.stringify(manifest.heads)},
  "revisions": ${block(Object.entries(manifest.revisions))},
  "schemas": ${JSON.stringify(manifest.schemas)},${unpromised}
  "objects": ${block(objects.map(([key, definition]) => [key, sorted(definition)]))},
  "respelled": ${block(respelled)}
}
`
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    const bytes = await readPlainFile(file)
    return bytes.toString('utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new GateError('MANIFEST_INVALID', `${file} cannot be read (${String(code)})`, {
      facts: { file, reason: code },
      hint: 'Make the file readable for the user that pgate runs as.',
      cause: error,
    })
  }
}

function block(entries: readonly (readonly [string, unknown])[]): string {
  if (entries.length === 0) return '{}'
  const lines = entries.map(
    ([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  return `{\n${lines.join(',\n')}\n  }`
}

/** Database-wide things first, then by what it is part of, then by kind, then by name. */
function place(key: string, definition: Definition): readonly string[] {
  const { kind, name } = parseKey(key) ?? { kind: 'schema', name: key }
  const rank = String(OBJECT_KINDS.indexOf(kind)).padStart(2, '0')
  const wide = OBJECT_KINDS.indexOf(kind) < OBJECT_KINDS.indexOf('enum')
  return [wide ? rank : '99', wide ? '' : (holderOf(key, definition) ?? name), rank, name]
}

/** By code units, never by locale: the order is to be the same on every machine. */
function compare(one: readonly string[], other: readonly string[]): number {
  for (const [index, part] of one.entries()) {
    const against = other[index] ?? ''
    if (part !== against) return part < against ? -1 : 1
  }
  return 0
}

function sorted(definition: Definition): Definition {
  return Object.fromEntries(
    Object.entries(definition).toSorted(([one], [other]) => compare([one], [other])),
  )
}

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

function checkedObjects(objects: Readonly<Record<string, unknown>>, wrong: Wrong): CatalogObjects {
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

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isMajor(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}
