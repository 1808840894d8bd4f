import { join } from 'node:path'
import { readPlainFile } from '../../../base/files.ts'
import { isRecord } from '../../../base/record.ts'
import {
  type CatalogObjects,
  type Definition,
  isDefinition,
  isRespelling,
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
  /** What it is while contract revisions wait; absent: none can. */
  readonly waiting?: readonly WaitingSchema[]
}

/** The schema while contract revisions wait, as far as it is another than the manifest's; frozen. */
export interface WaitingSchema {
  /** The contract revisions that wait, in the order in which they will be run. */
  readonly revisions: readonly string[]
  readonly schemas: readonly string[]
  /** Objects that the contract revisions make. */
  readonly absent: readonly string[]
  /** Objects that they drop, and as they are before they change them. */
  readonly objects: CatalogObjects
  readonly respelled: ReadonlyMap<string, Respelling>
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
  const { server, schema, heads, revisions, schemas, objects, respelled, unpromised, waiting } =
    root
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
    ...(waiting === undefined ? {} : { waiting: checkedWaiting(waiting, wrong) }),
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

function checkedWaiting(waiting: unknown, wrong: Wrong): readonly WaitingSchema[] {
  if (!Array.isArray(waiting)) return wrong('waiting', 'is not a list')
  const states = waiting.map((one: unknown, index) => {
    const field = `waiting[${index}]`
    if (!isRecord(one)) return wrong(field, 'is not an object')
    const { revisions, schemas, absent, objects, respelled } = one
    const isWhole = [revisions, schemas, absent].every(isTexts) && isRecord(objects)
    if (!isTexts(revisions) || !isTexts(schemas) || !isTexts(absent) || !isWhole)
      return wrong(field, 'lacks one of its lists of texts, or its objects')
    if (!isRecord(respelled)) return wrong(field, 'lacks its spellings')
    const own = {
      objects: checkedObjects(objects, wrong),
      respelled: checkedRespelled(respelled, objects, wrong),
    }
    return Object.freeze({ revisions, schemas, absent, ...own })
  })
  return Object.freeze(states)
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isMajor(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0
}
