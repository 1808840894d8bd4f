import { type Definition, withoutLastPart } from '../../catalog/object-key.ts'
import { kindOf, nameOf, ownName, textOf } from '../objects.ts'
import type { Schema } from '../schema.ts'

/** A constraint that a table has of the one above it. */
interface InheritedConstraint {
  readonly key: string
  readonly definition: Definition
  readonly needs: ReadonlySet<string>
}

/**
 * The checks and foreign keys that a table has of those above it under their names, which the catalog's reading leaves
 * out: a table that leaves keeps them, and one that joins has to have the checks before.
 */
export function inheritedConstraints(
  schema: Schema,
  table: string,
): readonly InheritedConstraint[] {
  const { partitionOf, inherits } = schema.objects.get(`table ${table}`) ?? {}
  const parents = [partitionOf ?? [], inherits ?? []].flat().map(String)
  return parents.flatMap((parent) => {
    const own = [...schema.objects].flatMap(([key, definition]) =>
      key.startsWith(`constraint ${parent}.`) && withoutLastPart(nameOf(key)) === parent
        ? [{ key, definition, needs: schema.needs.get(key) ?? new Set<string>() }]
        : [],
    )
    const passedOn = own.filter(({ definition }) => {
      const text = textOf(definition, 'definition') ?? ''
      if (text.startsWith('FOREIGN KEY')) return partitionOf !== undefined
      return text.startsWith('CHECK') && !text.endsWith(' NO INHERIT')
    })
    return [...passedOn, ...inheritedConstraints(schema, parent)].map((one) => ({
      key: `constraint ${table}.${ownName({ name: nameOf(one.key) })}`,
      definition: one.definition,
      needs: new Set([...one.needs].map((need) => ofTable(need, parent, table))),
    }))
  })
}

/** A need of the parent's constraint, as that of the table's own. */
function ofTable(need: string, parent: string, table: string): string {
  if (need === `table ${parent}`) return `table ${table}`
  const isColumn = kindOf(need) === 'column' && withoutLastPart(nameOf(need)) === parent
  return isColumn ? `column ${table}.${ownName({ name: nameOf(need) })}` : need
}
