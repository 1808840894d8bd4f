import { isDeepStrictEqual } from 'node:util'
import type { Definition } from '../../../catalog/object-key.ts'
import type { Manifest, WaitingSchema } from './manifest.ts'

type Schema = Pick<Manifest, 'schemas' | 'objects' | 'respelled'>

/** What a database holds while these revisions wait, held against what it will hold. */
export function waitingSchema(
  revisions: readonly string[],
  before: Schema,
  after: Schema,
): WaitingSchema {
  const isSame = ([key, definition]: [string, Definition]) =>
    isDeepStrictEqual(definition, after.objects.get(key)) &&
    isDeepStrictEqual(before.respelled.get(key), after.respelled.get(key))
  const objects = new Map([...before.objects].filter((entry) => !isSame(entry)))
  return Object.freeze({
    revisions,
    schemas: before.schemas,
    absent: [...after.objects.keys()].filter((key) => !before.objects.has(key)).toSorted(),
    objects,
    respelled: new Map([...before.respelled].filter(([key]) => objects.has(key))),
  })
}

/**
 * The manifest of a database on which just these revisions wait; without any the manifest itself.
 * @returns undefined where it was written before they could wait
 */
export function manifestWhile(manifest: Manifest, left: Iterable<string>): Manifest | undefined {
  const ids = [...left].toSorted().join()
  if (ids === '') return manifest
  const found = manifest.waiting?.find(({ revisions }) => revisions.toSorted().join() === ids)
  if (found === undefined) return undefined
  const without = new Set([...found.absent, ...found.objects.keys()])
  const rest = <T>(all: ReadonlyMap<string, T>) => [...all].filter(([key]) => !without.has(key))
  return Object.freeze({
    ...manifest,
    schemas: found.schemas,
    objects: new Map([...rest(manifest.objects), ...found.objects]),
    respelled: new Map([...rest(manifest.respelled), ...found.respelled]),
  })
}
