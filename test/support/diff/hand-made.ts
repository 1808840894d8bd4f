import type { CatalogObjects, Definition } from '../../../src/catalog/object-key.ts'
import { type Answers, type Difference, difference } from '../../../src/diff/difference.ts'
import { needsByName } from '../../../src/diff/needs-by-name.ts'
import type { Schema } from '../../../src/diff/schema.ts'

/** A schema without a server: what each object needs is found by the names in its texts. */
export function handMade(objects: Readonly<Record<string, Definition>>): Schema {
  const whole: CatalogObjects = new Map(Object.entries({ 'schema public': {}, ...objects }))
  return { objects: whole, needs: needsByName(whole) }
}

/** A table of integers, and what else it has. */
export function table(
  name: string,
  columns: readonly string[],
  more: Readonly<Record<string, Definition>> = {},
): Readonly<Record<string, Definition>> {
  const positions = columns.map((column, at) => [
    `column public.${name}.${column}`,
    { type: 'integer', nullable: true, position: String(at + 1) },
  ])
  return { [`table public.${name}`]: {}, ...Object.fromEntries(positions), ...more }
}

/** The difference, with nothing answered. */
export function differenceOf(
  from: Readonly<Record<string, Definition>>,
  to: Readonly<Record<string, Definition>>,
  answers: Partial<Answers> = {},
): Difference {
  return difference(handMade(from), handMade(to), { renames: new Map(), ...answers })
}

/** Its statements alone, each in one line. */
export function sqlOf({ statements }: Difference): readonly string[] {
  return statements.map(({ sql }) => sql.replaceAll(/\s+/g, ' '))
}
