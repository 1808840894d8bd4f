import {
  type CatalogObjects,
  type Definition,
  holderOf,
  parseKey,
} from '../../../catalog/object-key.ts'

/**
 * The objects of a manifest out of a catalog's. Partitions come and go by date and retention, so none
 * but a default one is promised by name. What is kept is a shape for each partitioned table, as
 * `partitions s.t`: in which ways partitions may differ from it, whether all have row security, and
 * whether there is one for every remainder. Pure.
 * @see docs/decisions/0053-partitions-by-their-shape.md
 */
export function promisedObjects(objects: CatalogObjects): CatalogObjects {
  const partitions = partitionsOf(objects)
  const loose = new Set(partitions.filter(({ isLoose }) => isLoose).map(({ name }) => name))
  const others = [...objects].filter(
    ([key, definition]) => !isOfPartitions(key) && !loose.has(holderOf(key, definition) ?? ''),
  )
  const tables = new Set([
    ...partitions.map(({ definition }) => String(definition.of)),
    ...[...objects.keys()].filter((key) => parseKey(key)?.kind === 'partitions').map(nameOf),
  ])
  const shapes = [...tables].flatMap((table) => {
    const key = `partitions ${table}`
    const own = partitions.filter(({ definition }) => definition.of === table)
    const shape = shapeOf(own, objects.get(key)?.everyRemainder === true)
    return Object.keys(shape).length === 0 ? [] : [[key, shape] as const]
  })
  return new Map([...others, ...shapes])
}

/**
 * What is expected of a live schema, with a promise for each partition that it has: the shape that
 * its table's partitions have. More of them, fewer and others than where the manifest was made are
 * no difference. Pure.
 */
export function withLivePartitions(expected: CatalogObjects, live: CatalogObjects): CatalogObjects {
  const others = [...expected].filter(([key]) => parseKey(key)?.kind !== 'partitions')
  const own = partitionsOf(live).map((partition) => {
    const shape = expected.get(`partitions ${String(partition.definition.of)}`) ?? {}
    return [partition.key, expectedOf(partition, shape)] as const
  })
  const byHash = [...live].filter(([key]) => parseKey(key)?.kind === 'partitions')
  const remainders = byHash.map(([key, found]) => {
    const isPromised = expected.get(key)?.everyRemainder === true
    return [key, isPromised ? { everyRemainder: true } : found] as const
  })
  return new Map([...others, ...remainders, ...own])
}

interface Partition {
  readonly key: string
  readonly name: string
  readonly definition: Definition
  /** Promised by its shape alone. */
  readonly isLoose: boolean
}

function partitionsOf(objects: CatalogObjects): readonly Partition[] {
  return [...objects]
    .filter(([key]) => parseKey(key)?.kind === 'partition')
    .map(([key, definition]) => {
      const name = nameOf(key)
      const isNamed = objects.has(`table ${name}`) || objects.has(`foreign table ${name}`)
      return { key, name, definition, isLoose: !isNamed }
    })
}

/** A field that says no more than that all are as their table is absent. */
function shapeOf(partitions: readonly Partition[], everyRemainder: boolean): Definition {
  const deviations = [...new Set(partitions.map(deviationsOf))].toSorted()
  const loose = partitions.filter(({ isLoose }) => isLoose)
  const all = (field: 'rowSecurity' | 'forceRowSecurity') =>
    loose.length > 0 && loose.every(({ definition }) => definition[field] === true)
  return {
    ...(everyRemainder ? { everyRemainder } : {}),
    ...(deviations.some((text) => text !== '') ? { deviations } : {}),
    ...(all('rowSecurity') ? { rowSecurity: true } : {}),
    ...(all('forceRowSecurity') ? { forceRowSecurity: true } : {}),
  }
}

function expectedOf(partition: Partition, shape: Definition): Definition {
  const { definition, isLoose } = partition
  const allowed = Array.isArray(shape.deviations) ? shape.deviations : []
  const deviations = deviationsOf(partition)
  const isAllowed = deviations === '' || allowed.includes(deviations)
  const { deviations: _, ...plain } = definition
  return {
    ...(isAllowed ? definition : plain),
    ...(isLoose && shape.rowSecurity === true ? { rowSecurity: true } : {}),
    ...(isLoose && shape.forceRowSecurity === true ? { forceRowSecurity: true } : {}),
  }
}

function deviationsOf({ definition: { deviations } }: Partition): string {
  return Array.isArray(deviations) ? deviations.join('; ') : ''
}

function isOfPartitions(key: string): boolean {
  const kind = parseKey(key)?.kind
  return kind === 'partition' || kind === 'partitions'
}

function nameOf(key: string): string {
  return parseKey(key)?.name ?? key
}
