import { createdTime } from '../file/identifiers.ts'
import type { Revision } from '../file/revision.ts'

/** All that must be there before a revision: what it revises and what it depends on. */
export function parentsOf(revision: Pick<Revision, 'revises' | 'dependsOn'>): readonly string[] {
  return revision.dependsOn.length === 0
    ? revision.revises
    : [...new Set([...revision.revises, ...revision.dependsOn])]
}

interface Topology {
  /** Parents first. Revisions on a circle, and those after one, are left out. */
  readonly order: readonly Revision[]
  /** Each circle as a list in which every revision has the next, and the last the first, as parent. */
  readonly circles: readonly (readonly Revision[])[]
}

/**
 * Orders revisions so that parents come first. Among those whose parents are all there, the earlier
 * `created` comes first (none: last), then the smaller id by its code units: the same files give
 * the same order on every machine. Parents that are not among the revisions, and a revision that
 * names itself, are passed over. Linear but for the queue's logarithm; no recursion.
 */
export function topology(revisions: ReadonlyMap<string, Revision>): Topology {
  const waiting = waitingCounts(revisions)
  const children = childrenOf(revisions, parentsOf)
  const ready = readyQueue<Ranked>(comesBefore)
  for (const [id, count] of waiting) if (count === 0) ready.push(ranked(id, revisions))
  const order: Revision[] = []
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    waiting.delete(next.id)
    if (next.revision !== undefined) order.push(next.revision)
    for (const child of children.get(next.id) ?? []) {
      const count = (waiting.get(child) ?? 0) - 1
      waiting.set(child, count)
      if (count === 0) ready.push(ranked(child, revisions))
    }
  }
  return { order, circles: findCircles(revisions, waiting, children) }
}

/** Who names whom as parent; every list in the order of the map. */
export function childrenOf(
  revisions: ReadonlyMap<string, Revision>,
  parents: (revision: Revision) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>()
  for (const revision of revisions.values()) {
    for (const parent of parents(revision)) {
      if (parent === revision.id) continue
      const siblings = children.get(parent)
      if (siblings === undefined) children.set(parent, [revision.id])
      else siblings.push(revision.id)
    }
  }
  return children
}

function waitingCounts(revisions: ReadonlyMap<string, Revision>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [id, revision] of revisions) counts.set(id, realParents(revision, revisions).length)
  return counts
}

function realParents(
  revision: Revision | undefined,
  among: { has(id: string): boolean },
): readonly string[] {
  if (revision === undefined) return []
  return parentsOf(revision).filter((parent) => parent !== revision.id && among.has(parent))
}

interface Ranked {
  readonly id: string
  readonly revision: Revision | undefined
  readonly time: number
}

function ranked(id: string, revisions: ReadonlyMap<string, Revision>): Ranked {
  const revision = revisions.get(id)
  const time = revision?.created === undefined ? undefined : createdTime(revision.created)
  return { id, revision, time: time ?? Number.POSITIVE_INFINITY }
}

function comesBefore(one: Ranked, other: Ranked): boolean {
  return one.time === other.time ? one.id < other.id : one.time < other.time
}

/**
 * `waiting` holds what could not be ordered: circles and what comes after them. From any revision
 * there, going from parent to parent ends in a circle; it is taken out, what only waited for it
 * falls away, and so on until nothing is left.
 */
function findCircles(
  revisions: ReadonlyMap<string, Revision>,
  waiting: Map<string, number>,
  children: ReadonlyMap<string, readonly string[]>,
): readonly (readonly Revision[])[] {
  const circles: Revision[][] = []
  for (const id of [...waiting.keys()].sort()) {
    if (!waiting.has(id)) continue
    const circle = circleAbove(id, revisions, waiting)
    circles.push(circle)
    release(circle, waiting, children)
  }
  return circles
}

function circleAbove(
  start: string,
  revisions: ReadonlyMap<string, Revision>,
  waiting: ReadonlyMap<string, number>,
): Revision[] {
  const path = new Map<string, Revision>()
  let at: string | undefined = start
  while (at !== undefined && !path.has(at)) {
    const revision: Revision | undefined = revisions.get(at)
    if (revision === undefined) break
    path.set(at, revision)
    at = realParents(revision, waiting)[0]
  }
  const onPath = [...path.values()]
  const circle = onPath.slice(onPath.findIndex(({ id }) => id === at))
  const first = circle.reduce((least, { id }, index) => {
    return id < (circle[least]?.id ?? id) ? index : least
  }, 0)
  return [...circle.slice(first), ...circle.slice(0, first)]
}

function release(
  circle: readonly Revision[],
  waiting: Map<string, number>,
  children: ReadonlyMap<string, readonly string[]>,
): void {
  const free = circle.map(({ id }) => id)
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    if (!waiting.delete(id)) continue
    for (const child of children.get(id) ?? []) {
      const count = (waiting.get(child) ?? 0) - 1
      if (waiting.has(child)) waiting.set(child, count)
      if (count <= 0) free.push(child)
    }
  }
}

/** Items of which the smallest comes out first. */
interface ReadyQueue<T> {
  push(item: T): void
  /** The smallest, taken out; undefined when there is none. */
  pop(): T | undefined
}

/** A binary heap: both acts take logarithmic time. `isBefore` is a strict total order. */
function readyQueue<T>(isBefore: (one: T, other: T) => boolean): ReadyQueue<T> {
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
