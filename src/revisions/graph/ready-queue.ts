/** Items of which the smallest comes out first. */
export interface ReadyQueue<T> {
  push(item: T): void
  /** The smallest, taken out; undefined when there is none. */
  pop(): T | undefined
}

/** A binary heap: both acts take logarithmic time. `isBefore` is a strict total order. */
export function readyQueue<T>(isBefore: (one: T, other: T) => boolean): ReadyQueue<T> {
  const heap: T[] = []
  return {
    push: (item) => {
      heap.push(item)
      siftUp(heap, item, isBefore)
    },
    pop: () => {
      const [smallest] = heap
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) siftDown(heap, last, isBefore)
      return smallest
    },
  }
}

function siftUp<T>(heap: T[], item: T, isBefore: (one: T, other: T) => boolean): void {
  let at = heap.length - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || !isBefore(item, parent)) break
    heap[at] = parent
    at = above
  }
  heap[at] = item
}

function siftDown<T>(heap: T[], item: T, isBefore: (one: T, other: T) => boolean): void {
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = heap[left + 1]
    const first = heap[left]
    if (first === undefined) break
    const below = right !== undefined && isBefore(right, first) ? left + 1 : left
    const child = heap[below]
    if (child === undefined || !isBefore(child, item)) break
    heap[at] = child
    at = below
  }
  heap[at] = item
}
