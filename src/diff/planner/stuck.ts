import { nameOf, parentsOf, textOf } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Unwritten } from '../statement.ts'
import type { Fate, Fates } from './fates.ts'
import { withoutStuckColumns } from './stuck-columns.ts'

/** What can be done, and what cannot since it needs what stays as it is. */
interface Freed {
  readonly fates: Fates
  readonly unwritten: readonly Unwritten[]
}

/**
 * Without what would be done to the partitions of a table whose partition key cannot become what is wanted:
 * bounds of the one key mean nothing under the other.
 */
export function withoutStuck(all: Fates, to: Schema): Freed {
  const { fates, unwritten: columns } = withoutStuckColumns(all)
  const stuck = new Set(
    [...fates.values()].flatMap(({ before, after }) => {
      const [old, now] = [before, after].map((one) => textOf(one?.definition ?? {}, 'partitionKey'))
      return before?.kind === 'table' && after && old !== now ? [after.name] : []
    }),
  )
  if (stuck.size === 0) return { fates, unwritten: columns }
  const left = new Map(fates)
  const unwritten = [...columns]
  for (const [key, { before, after }] of fates) {
    const above = [before, after].flatMap((one) =>
      one?.kind === 'attachment' ? parentsOf(one) : [],
    )
    const parent = above.find((one) => stuck.has(one))
    if (parent === undefined) continue
    left.delete(key)
    const why = `its place among the partitions of ${parent} depends on the partition key`
    unwritten.push({ key: `table ${nameOf(key)}`, why })
    leaveOut(`table ${nameOf(key)}`, left, to)
  }
  return { fates: left, unwritten }
}

/** What is new and needs it is left out with it. */
function leaveOut(key: string, fates: Map<string, Fate>, to: Schema): void {
  const fate = fates.get(key)
  if (fate === undefined || fate.before !== undefined) return
  fates.delete(key)
  for (const [other, needs] of to.needs) if (needs.has(key)) leaveOut(other, fates, to)
}
