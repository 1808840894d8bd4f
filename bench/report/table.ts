import type { CaseResult, Row } from '../harness/case.ts'

/** A table's cells, as text; the first row has the headings. */
export type Cells = readonly (readonly string[])[]

/**
 * One case as a table: medians and minima, their ratios to each floor and to the best peer, round
 * trips and failures where they were counted. The fastest is first, floors apart and before all.
 */
export function tableOf({ rows, unit }: Pick<CaseResult, 'rows' | 'unit'>): Cells {
  const columns = rows.some(({ base }) => base !== undefined) ? [ownBase(rows)] : bases(rows)
  const hasTurns = rows.some((row) => row.turns !== undefined)
  const hasFailed = rows.some((row) => row.failed !== undefined)
  const headings = [
    '',
    `median ${unit}`,
    'min',
    ...columns.map(({ heading }) => heading),
    ...(hasTurns ? ['round trips'] : []),
    ...(hasFailed ? ['failed'] : []),
  ]
  const lines = rows
    .toSorted(byMedian)
    .map((row) => [
      row.name,
      ...(row.summary
        ? [figure(row.summary.median), figure(row.summary.min)]
        : [`failed: ${row.failure}`, '']),
      ...columns.map(({ of }) => ratio(row, of(row))),
      ...(hasTurns ? [row.turns ? `${row.turns.startUp} + ${row.turns.after}` : ''] : []),
      ...(hasFailed ? [String(row.failed ?? '')] : []),
    ])
  return [headings, ...lines]
}

interface RatioColumn {
  readonly heading: string
  /** What a row is divided by. */
  readonly of: (row: Row) => number | undefined
}

function bases(rows: readonly Row[]): readonly RatioColumn[] {
  const floors = rows.filter(({ kind }) => kind === 'floor')
  const best = bestPeer(rows)
  const named = [
    ...floors.map((floor) => ({ heading: `/ ${floor.name}`, floor })),
    ...(best ? [{ heading: `/ ${best.name} (best peer)`, floor: best }] : []),
  ]
  return named.map(({ heading, floor }) => ({ heading, of: () => floor.summary?.median }))
}

function ownBase(rows: readonly Row[]): RatioColumn {
  const median = (name: string) => rows.find((row) => row.name === name)?.summary?.median
  return {
    heading: '/ its own smallest',
    of: ({ base }) => (base === undefined ? undefined : median(base)),
  }
}

/** The peer with the smallest median, of those that did not fail at all. */
export function bestPeer(rows: readonly Row[]): Row | undefined {
  return rows
    .filter(({ kind, summary, failed }) => kind === 'peer' && summary && (failed ?? 0) === 0)
    .toSorted(byMedian)[0]
}

function byMedian(one: Row, other: Row): number {
  const rank = (row: Row) => (row.kind === 'floor' ? 0 : 1)
  const median = (row: Row) => row.summary?.median ?? Number.MAX_VALUE
  return rank(one) - rank(other) || median(one) - median(other)
}

/** Three digits are as exact as such a figure is. */
function figure(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

function ratio({ summary }: Row, base: number | undefined): string {
  return summary && base ? `${(summary.median / base).toFixed(2)}x` : ''
}
