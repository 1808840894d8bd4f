import { type Definition, holderOf, OBJECT_KINDS, parseKey } from '../../../catalog/object-key.ts'
import type { Manifest } from './manifest.ts'

/**
 * The text of `manifest.json`: one revision and one object a line, a table followed by all that is
 * part of it, so that a diff reads as the change of schema that it is. The same manifest gives the
 * same text; it ends with a newline.
 */
export function formatManifest(manifest: Manifest): string {
  const { objects, respelled } = linesOf(manifest)
  const unpromised =
    manifest.unpromised === undefined
      ? ''
      : `\n  "unpromised": ${JSON.stringify(manifest.unpromised)},`
  return `{
  "format": ${manifest.format},
  "server": ${manifest.server},
  "schema": ${JSON.stringify(manifest.schema)},
  "heads": ${JSON.stringify(manifest.heads)},
  "revisions": ${block(Object.entries(manifest.revisions))},
  "schemas": ${JSON.stringify(manifest.schemas)},${unpromised}
  "objects": ${objects},
  "respelled": ${respelled}${waitingText(manifest)}
}
`
}

function linesOf({ objects, respelled }: Pick<Manifest, 'objects' | 'respelled'>) {
  const inOrder = [...objects].toSorted(([one, left], [other, right]) =>
    compare(place(one, left), place(other, right)),
  )
  const respellings = inOrder.flatMap(([key]) => {
    const respelling = respelled.get(key)
    return respelling === undefined ? [] : [[key, sorted(respelling)] as const]
  })
  return {
    objects: block(inOrder.map(([key, definition]) => [key, sorted(definition)])),
    respelled: block(respellings),
  }
}

function waitingText({ waiting = [] }: Manifest): string {
  if (waiting.length === 0) return ''
  const states = waiting.map((one) => {
    const { objects, respelled } = linesOf(one)
    return `{
  "revisions": ${JSON.stringify(one.revisions)},
  "schemas": ${JSON.stringify(one.schemas)},
  "absent": ${JSON.stringify(one.absent)},
  "objects": ${objects},
  "respelled": ${respelled}
}`
  })
  return `,\n  "waiting": [${states.join(', ').replaceAll('\n', '\n  ')}]`
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
