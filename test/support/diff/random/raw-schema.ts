import fc from 'fast-check'

/** One column's draws: which of its table's places it takes, and what it is made of. */
export interface RawColumn {
  readonly slot: number
  readonly type: number
  readonly extra: 'none' | 'default' | 'not null' | 'both' | 'generated' | 'identity' | 'serial'
  readonly pick: number
}

/** What hangs on a table: `on` says on which of its columns, `pick` which of its sort. */
export interface RawPart {
  readonly kind: 'check' | 'unique' | 'foreign key' | 'index' | 'trigger' | 'policy' | 'statistics'
  readonly slot: number
  readonly on: number
  readonly pick: number
}

export interface RawTable {
  readonly slot: number
  readonly idType: number
  readonly shape: 'plain' | 'unlogged' | 'no key' | 'secured'
  readonly partitions: readonly number[]
  readonly columns: readonly RawColumn[]
  readonly parts: readonly RawPart[]
}

export interface RawView {
  readonly slot: number
  readonly source: number
  readonly columns: readonly number[]
  readonly shape: 'plain' | 'filtered' | 'materialized' | 'indexed' | 'joined'
  readonly pick: number
}

/** Numbers out of which a schema is made; fewer and smaller ones make a smaller schema. */
export interface RawSchema {
  readonly enums: readonly { readonly slot: number; readonly labels: readonly number[] }[]
  readonly domains: readonly { readonly slot: number; readonly pick: number }[]
  readonly composites: readonly { readonly slot: number; readonly attributes: readonly number[] }[]
  readonly functions: readonly { readonly slot: number; readonly pick: number }[]
  readonly sequences: readonly { readonly slot: number; readonly pick: number }[]
  readonly tables: readonly RawTable[]
  readonly views: readonly RawView[]
}

const pick = fc.nat(11)

const column = fc.record<RawColumn>({
  slot: fc.nat(6),
  type: fc.nat(23),
  extra: fc.constantFrom(
    'none',
    'none',
    'default',
    'not null',
    'both',
    'generated',
    'identity',
    'serial',
  ),
  pick,
})

const part = fc.record<RawPart>({
  kind: fc.constantFrom(
    'index',
    'check',
    'unique',
    'foreign key',
    'foreign key',
    'index',
    'trigger',
    'policy',
    'statistics',
  ),
  slot: fc.nat(2),
  on: fc.nat(6),
  pick,
})

const table = fc.record<RawTable>({
  slot: fc.nat(4),
  idType: fc.constantFrom(0, 0, 0, 1, 2),
  shape: fc.constantFrom('plain', 'plain', 'plain', 'unlogged', 'no key', 'secured'),
  partitions: fc.array(fc.nat(3), { maxLength: 3 }),
  columns: fc.array(column, { maxLength: 6 }),
  parts: fc.array(part, { maxLength: 7 }),
})

const view = fc.record<RawView>({
  slot: fc.nat(3),
  source: fc.nat(7),
  columns: fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }),
  shape: fc.constantFrom('plain', 'plain', 'filtered', 'materialized', 'indexed', 'joined'),
  pick,
})

/** Small pools of names, so that two of them share many objects that are not alike. */
const rawSchema: fc.Arbitrary<RawSchema> = fc.record({
  enums: fc.array(
    fc.record({ slot: fc.nat(1), labels: fc.array(fc.nat(5), { minLength: 1, maxLength: 5 }) }),
    { maxLength: 2 },
  ),
  domains: fc.array(fc.record({ slot: fc.nat(1), pick }), { maxLength: 2 }),
  composites: fc.array(
    fc.record({ slot: fc.nat(1), attributes: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }) }),
    { maxLength: 2 },
  ),
  functions: fc.array(fc.record({ slot: fc.nat(3), pick }), { maxLength: 4 }),
  sequences: fc.array(fc.record({ slot: fc.nat(1), pick }), { maxLength: 2 }),
  tables: fc.array(table, { minLength: 1, maxLength: 5 }),
  views: fc.array(view, { maxLength: 4 }),
})

/** Two schemas: mostly the second is the first with some of its parts taken from another. */
export const rawPair: fc.Arbitrary<readonly [RawSchema, RawSchema]> = fc
  .tuple(rawSchema, rawSchema, fc.array(fc.boolean(), { minLength: 1, maxLength: 24 }))
  .map(([one, other, choices]) => {
    let at = 0
    const isKept = () => choices[at++ % choices.length] === true
    return [one, mixed(one, other, isKept)] as const
  })

function mixed(one: RawSchema, other: RawSchema, isKept: () => boolean): RawSchema {
  return {
    enums: mixedList(one.enums, other.enums, isKept),
    domains: mixedList(one.domains, other.domains, isKept),
    composites: mixedList(one.composites, other.composites, isKept),
    functions: mixedList(one.functions, other.functions, isKept),
    sequences: mixedList(one.sequences, other.sequences, isKept),
    tables: mixedList(one.tables, other.tables, isKept, (mine, theirs) => ({
      ...(isKept() ? mine : theirs),
      columns: mixedList(mine.columns, theirs.columns, isKept),
      parts: mixedList(mine.parts, theirs.parts, isKept),
    })),
    views: mixedList(one.views, other.views, isKept),
  }
}

interface Slotted {
  readonly slot: number
}

/** By slot: kept, taken from the other, or left out. */
function mixedList<T extends Slotted>(
  one: readonly T[],
  other: readonly T[],
  isKept: () => boolean,
  both: (mine: T, theirs: T) => T = (mine, theirs) => (isKept() ? mine : theirs),
): readonly T[] {
  const [mine, theirs] = [bySlot(one), bySlot(other)]
  const slots = [...new Set([...mine.keys(), ...theirs.keys()])]
  return slots.flatMap((slot) => {
    const [own, next] = [mine.get(slot), theirs.get(slot)]
    if (own && next) return both(own, next)
    return isKept() ? (own ?? []) : (next ?? [])
  })
}

function bySlot<T extends Slotted>(all: readonly T[]): ReadonlyMap<number, T> {
  return new Map(all.map((one) => [one.slot, one]))
}
