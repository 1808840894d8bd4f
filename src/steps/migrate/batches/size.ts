/** How many rows a batch has, and how many batches of that size came through. */
export interface Size {
  readonly rows: number
  readonly good: number
}

/** A smaller one may be asked for; of itself pgate goes no lower. */
const LEAST = 100
const GOOD_BEFORE_MORE = 10

/** Half of it, where that is of use still. `most`: what was asked for. */
export function smaller({ rows }: Size, most: number): Size | undefined {
  const least = Math.min(LEAST, most)
  return rows <= least ? undefined : { rows: Math.max(least, Math.floor(rows / 2)), good: 0 }
}

/** After a batch that came through: twice as many after ten of them, up to what was asked for. */
export function nextSize({ rows, good }: Size, most: number): Size {
  if (rows === most) return { rows, good: 0 }
  const isMore = good + 1 === GOOD_BEFORE_MORE
  return isMore ? { rows: Math.min(most, rows * 2), good: 0 } : { rows, good: good + 1 }
}
