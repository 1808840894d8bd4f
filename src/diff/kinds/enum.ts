import { isDeepStrictEqual } from 'node:util'
import { quoteLiteral } from '../../postgres/sql/identifier.ts'
import type { KindWriter } from '../kind-writer.ts'
import { listOf } from '../objects.ts'
import type { Statement } from '../statement.ts'

/** Enumerated types: labels are added in place; where one goes or moves, the type is made again. */
export const enumWriter: KindWriter = {
  create({ key, name, definition }) {
    const labels = listOf(definition, 'labels').map(literal)
    return [{ key, sql: `CREATE TYPE ${name} AS ENUM (${labels.join(', ')})` }]
  },

  drop: ({ key, name }) => [{ key, sql: `DROP TYPE ${name}` }],

  alter(before, { key, name, definition }) {
    const [old, labels] = [listOf(before.definition, 'labels'), listOf(definition, 'labels')]
    const kept = labels.filter((label) => old.includes(label))
    if (!isDeepStrictEqual(kept, old)) return 'rebuild'
    return labels.flatMap((label, index): readonly Statement[] => {
      if (old.includes(label)) return []
      const sql = `ALTER TYPE ${name} ADD VALUE ${literal(label)}${placeAmong(labels, index, old)}`
      return [{ key, sql, isApart: true }]
    })
  },
}

/** Behind the label before it, which is there by then; at the end nothing has to be said. */
function placeAmong(labels: readonly string[], index: number, old: readonly string[]): string {
  const next = labels.slice(index + 1).find((label) => old.includes(label))
  if (next === undefined) return ''
  const previous = labels[index - 1]
  return previous === undefined ? ` BEFORE ${literal(next)}` : ` AFTER ${literal(previous)}`
}

function literal(label: string): string {
  return quoteLiteral(label).trim()
}
