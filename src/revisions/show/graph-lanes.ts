import type { Revision } from '../file/revision.ts'

/** All of a revision that its place in a drawing depends on. */
type LaneRevision = Pick<Revision, 'id' | 'revises' | 'dependsOn'>

/** A line that runs down from a revision to one that it revises or, dotted, depends on. */
export interface Lane {
  readonly to: string
  readonly dotted: boolean
}

/** What connects a revision with another lane, on the revision's own row. */
export interface Link {
  readonly lane: number
  readonly dotted: boolean
}

/** One row of a drawing: a revision, and the lanes that come into its row and leave it. */
export interface LaneRow {
  readonly id: string
  /** The lane that it stands in, from 0. */
  readonly at: number
  readonly above: readonly (Lane | null)[]
  readonly below: readonly (Lane | null)[]
  /** To lanes that end here, begin here, or are on their way to the same revision. */
  readonly links: readonly Link[]
}

/**
 * Gives every revision a row, newest first, and a lane. A revision stands in the leftmost lane that
 * leads to it; its first parent goes on in the same lane, whatever else it needs gets a lane to the
 * right, or shares one that leads there already. A lane never changes its place.
 */
export function graphLanes(graph: { readonly order: readonly LaneRevision[] }): readonly LaneRow[] {
  const rows: LaneRow[] = []
  for (const revision of graph.order.toReversed()) rows.push(rowOf(revision, rows.at(-1)))
  return rows
}

function rowOf(revision: LaneRevision, before: LaneRow | undefined): LaneRow {
  const { id } = revision
  const above = before?.below ?? []
  const ending = above.flatMap((lane, index) => {
    return lane?.to === id ? [{ lane: index, dotted: lane.dotted }] : []
  })
  const [arrives = ending[0]] = ending.filter(({ dotted }) => !dotted)
  const at = arrives?.lane ?? headLane(before)
  const below = above.map((lane) => (lane?.to === id ? null : lane))
  while (below.length <= at) below.push(null)
  const beginning = lanesDown(revision).flatMap((lane) => {
    const link = { lane: placeLane(lane, { at, above, below }), dotted: lane.dotted }
    return link.lane === at ? [] : [link]
  })
  const links = [...ending.filter(({ lane }) => lane !== at), ...beginning]
  return { id, at, above, below: withoutEnd(below), links }
}

function lanesDown({ revises, dependsOn }: LaneRevision): readonly Lane[] {
  const needed = dependsOn.filter((id) => !revises.includes(id))
  return [
    ...revises.map((to) => ({ to, dotted: false })),
    ...needed.map((to) => ({ to, dotted: true })),
  ]
}

interface Places {
  readonly at: number
  readonly above: readonly (Lane | null)[]
  readonly below: (Lane | null)[]
}

/** Finds the lane a place and takes it. A lane that ends on this very row is not used again. */
function placeLane(lane: Lane, { at, above, below }: Places): number {
  if (below[at] === null && !lane.dotted) {
    below[at] = lane
    return at
  }
  const shared = below.findIndex((other, index) => {
    return index !== at && other?.to === lane.to && (lane.dotted || !other.dotted)
  })
  if (shared !== -1) return shared
  const free = freeLane(above, below, at + 1)
  while (below.length <= free) below.push(null)
  below[free] = lane
  return free
}

/** Not right below a base: the two would look like parent and child. */
function headLane(before: LaneRow | undefined): number {
  if (before === undefined) return 0
  const free = freeLane(before.below, before.below, 0)
  return free === before.at ? freeLane(before.below, before.below, free + 1) : free
}

function freeLane(
  above: readonly (Lane | null)[],
  below: readonly (Lane | null)[],
  from: number,
): number {
  let index = from
  while ((above[index] ?? null) !== null || (below[index] ?? null) !== null) index += 1
  return index
}

function withoutEnd(lanes: readonly (Lane | null)[]): readonly (Lane | null)[] {
  return lanes.slice(0, lanes.findLastIndex((lane) => lane !== null) + 1)
}
