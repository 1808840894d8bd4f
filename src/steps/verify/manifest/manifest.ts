import { join } from 'node:path'
import { readPlainFile } from '../../../base/plain-file.ts'
import { GateError } from '../../../errors/error.ts'
import type { Definition, Respellings } from '../catalog/definition.ts'
import { holderOf, OBJECT_KINDS, parseKey } from '../catalog/object-key.ts'
import { type MANIFEST_FORMAT, parseManifest } from './manifest-parse.ts'

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
  readonly objects: ReadonlyMap<string, Definition>
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
