import { randomOf } from '../faults/chaos-run.ts'

/** Expressions of one type, and what they are made of. */
type Sort = 'boolean' | 'integer' | 'text' | 'numeric'

/** What stands at the ends: the columns of a table, or constants where no column may be. */
type Leaves = Readonly<Record<Sort, readonly string[]>>

/** The columns that the expressions name. */
export const COLUMNS = `id integer, a integer, b bigint, n numeric(8,2), s text, v varchar(10),
  c char(4), flag boolean, ta text[], va varchar(10)[], d date`

const OF_COLUMNS: Leaves = {
  boolean: [
    'flag',
    'a > 1',
    `v = 'x'`,
    `d > '2024-01-01'`,
    'a = any (array[1, 2])',
    'v = any (va)',
  ],
  integer: ['a', 'b', '1', '-2', '30', 'length(v)', 'cardinality(ta)'],
  // No constant alone: before it knows their collations, PostgreSQL computes what compares two.
  text: [
    's',
    'v',
    'c',
    `v || 'x'`,
    `coalesce(c, 'ab'::varchar(3))`,
    `'it''s' || s`,
    'ta[1]',
    'va[2]',
  ],
  numeric: ['n', '1.5', '-0.25', 'a', `'7'::numeric(4,1)`],
}

const OF_NOTHING: Leaves = {
  boolean: ['true', '1 > 2', `'x'::varchar = 'y'`],
  integer: ['1', '-2', '30'],
  text: [`'x'::text`, `'y'::varchar`, `'ab'::varchar(3)`],
  numeric: ['1.5', '-0.25', `'7'::numeric(4,1)`],
}

/** A boolean expression over {@link COLUMNS}, fit for an index, and one over constants. */
export interface RandomExpression {
  readonly ofColumns: string
  readonly ofNothing: string
}

/** So many of them; the same for the same seed. */
export function randomExpressions(count: number, seed: number): readonly RandomExpression[] {
  const random = randomOf(seed)
  return Array.from({ length: count }, (_, index) => {
    const depth = 2 + (index % 3)
    return {
      ofColumns: grow('boolean', { random, depth, leaves: OF_COLUMNS }),
      ofNothing: grow('boolean', { random, depth: 2, leaves: OF_NOTHING }),
    }
  })
}

interface Growth {
  readonly random: () => number
  readonly depth: number
  readonly leaves: Leaves
}

/** In each, `$b`, `$i`, `$t` and `$n` stand for an expression of one type. */
const SHAPES: Readonly<Record<Sort, readonly string[]>> = {
  boolean: [
    ...[
      '$b and $b',
      '$b and $b and $b',
      '$b or $b',
      '$b or ($b or $b)',
      'not $b',
      '$b and $b or $b',
    ],
    ...[
      '$t in ($t, $t)',
      `$t in ('a', 'b')`,
      `$t not in ('a', 'b', 'c')`,
      '$i in (1, 2)',
      '$n in (1, 2.5, $i)',
    ],
    ...[
      '$i between 1 and 10',
      '$i between $i and $i and $b',
      '$n not between 0 and 9.5',
      `$t between 'a' and 'f'`,
    ],
    ...[
      '$i < $i',
      '$n >= $n',
      '$t <> $t',
      '$t is null',
      '$b is not true',
      '$i is distinct from $n',
    ],
    ...[
      `$t like 'a%'`,
      `$t ilike '%b' and $b`,
      '($i, $t) = ($i, $t)',
      'coalesce($b, $b)',
      '$t is distinct from $t',
    ],
    ...[
      'case when $b then $b when $b then $b else $b end',
      `case $t when 'a' then $b when 'b' then $b end`,
    ],
    ...[
      `$t = any (array['a', 'b'])`,
      `$t = any (array['a', 'b']::varchar[])`,
      '$i = any (array[$i, 3])',
    ],
    ...[
      `array[$t, 'q']::text[] = array['a', $t]::text[]`,
      `$t < ('m' collate "C")`,
      'array[$i, $i]::bigint[] @> array[$i, 3]::bigint[]',
      `$t = all ('{a,b}'::text[])`,
    ],
  ],
  integer: [
    '$i + $i * $i',
    '($i + $i) * $i',
    '-$i',
    'abs($i)',
    'length($t)',
    '$n::integer',
    'greatest($i, $i)',
    'case when $b then $i else $i end',
  ],
  text: [
    'lower($t)',
    '$t || $t',
    'coalesce($t, $t)',
    `nullif($t, 'a')`,
    '$t::text',
    '$t::varchar(5)',
    'substring($t from 2 for 3)',
    'case when $b then $t else $t end',
    '$i::text || $t',
  ],
  numeric: [
    '$n + $i',
    '$n * 1.5',
    'round($n, 1)',
    '$i::numeric(6,2)',
    'least($n, $i)',
    'coalesce($n, 0)',
    'case when $b then $n else 1 end',
  ],
}

const SORTS: Readonly<Record<string, Sort>> = {
  b: 'boolean',
  i: 'integer',
  t: 'text',
  n: 'numeric',
}

function grow(sort: Sort, growth: Growth): string {
  const { random, depth, leaves } = growth
  const choice = depth === 0 ? leaves[sort] : SHAPES[sort]
  const shape = choice[Math.floor(random() * choice.length)] ?? ''
  return `(${shape.replaceAll(/\$([bitn])(?!\w)/g, (_, letter: string) =>
    grow(SORTS[letter] ?? 'boolean', { ...growth, depth: Math.max(0, depth - 1) }),
  )})`
}
