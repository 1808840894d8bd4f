/** Whose turn it is, by when it is due. */
export interface Schedule {
  /** Takes the one out that is due first. */
  next(): { readonly index: number; readonly dueAt: number }
  /** Puts it back, for another turn. */
  put(index: number, dueAt: number): void
}

/** A schedule of so many, each due when `first` says. One is taken by one alone until it is put back. */
export function createSchedule(count: number, first: (index: number) => number): Schedule {
  const dueAt = Array.from({ length: count }, (_, index) => first(index))
  return {
    next: () => {
      let index = 0
      for (let other = 1; other < count; other += 1) {
        if ((dueAt[other] ?? Infinity) < (dueAt[index] ?? Infinity)) index = other
      }
      const due = dueAt[index] ?? Infinity
      dueAt[index] = Infinity
      return { index, dueAt: due }
    },
    put: (index, due) => {
      dueAt[index] = due
    },
  }
}
