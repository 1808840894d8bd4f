import fc from 'fast-check'
import type { Revision } from '../../../src/revisions/file/revision.ts'
import { linkRevisions, type RevisionGraph } from '../../../src/revisions/graph/graph.ts'

/** The links of one revision: enough to write a file for pgate or for Alembic. */
export type Links = Pick<Revision, 'id' | 'revises' | 'dependsOn' | 'branchLabels'>

/** What random graphs are to look like. */
export interface RandomGraphOptions {
  /** Revisions, at most; default 12. */
  readonly most?: number
  /**
   * Whether a revision may depend on what it comes from anyway, or revise what it depends on by a
   * detour; default false. Alembic leaves rows too many then, or fails.
   */
  readonly redundant?: boolean
}

interface Seed {
  readonly shape: 'line' | 'base' | 'branch' | 'merge'
  readonly pick: number
  readonly others: readonly number[]
  readonly depends: readonly number[]
  readonly isLabelled: boolean
}

/**
 * Random revisions, parents first: lines, branches, merges, several bases, dependencies, labels.
 * Ids have four characters and are in no order; a label is `label-` and an id. Shrinks towards few
 * revisions in a line.
 */
export function randomLinks(options: RandomGraphOptions = {}): fc.Arbitrary<readonly Links[]> {
  const { most = 12, redundant = false } = options
  const seeds = fc.array(seed(), { minLength: 1, maxLength: most })
  return seeds.map((list) => {
    const links: Links[] = []
    for (const next of list) links.push(linksOf(links, next, redundant))
    return links
  })
}

function seed(): fc.Arbitrary<Seed> {
  const shapes = [
    { weight: 5, arbitrary: fc.constant('line' as const) },
    { weight: 1, arbitrary: fc.constant('base' as const) },
    { weight: 3, arbitrary: fc.constant('branch' as const) },
    { weight: 3, arbitrary: fc.constant('merge' as const) },
  ]
  const depends = [
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(999), { minLength: 1, maxLength: 2 }) },
  ]
  return fc.record({
    shape: fc.oneof(...shapes),
    pick: fc.nat(999),
    others: fc.array(fc.nat(999), { minLength: 1, maxLength: 2 }),
    depends: fc.oneof(...depends),
    isLabelled: fc.nat(4).map((roll) => roll === 4),
  })
}

function linksOf(links: readonly Links[], next: Seed, redundant: boolean): Links {
  const initial = 'abcdef'.charAt(next.pick % 6)
  const id = `${initial}${String(links.length).padStart(3, '0')}`
  const revises = parents(links, next)
  const dependsOn: string[] = []
  for (const number of next.depends) {
    const taken = [...revises, ...dependsOn]
    const isOpen = (other: string) =>
      redundant ? !taken.includes(other) : !taken.some((one) => related(links, one, other))
    dependsOn.push(...picked(links.map((link) => link.id).filter(isOpen), number))
  }
  return { id, revises, dependsOn, branchLabels: next.isLabelled ? [`label-${id}`] : [] }
}

function parents(links: readonly Links[], { shape, pick, others }: Seed): readonly string[] {
  if (shape === 'base') return []
  const ids = links.map(({ id }) => id)
  const heads = ids.filter((id) => !links.some(({ revises }) => revises.includes(id)))
  const chosen = [...picked(shape === 'branch' ? ids : heads, pick)]
  for (const number of shape === 'merge' ? others : []) {
    const apart = ids.filter((id) => !chosen.some((one) => related(links, one, id)))
    chosen.push(...picked(apart, number))
  }
  return chosen
}

function picked(from: readonly string[], number: number): readonly string[] {
  const one = from[number % from.length]
  return one === undefined ? [] : [one]
}

function related(links: readonly Links[], one: string, other: string): boolean {
  return comesFrom(links, one).has(other) || comesFrom(links, other).has(one)
}

function comesFrom(links: readonly Links[], id: string): ReadonlySet<string> {
  const found = new Set([id])
  for (const link of [...links].reverse()) {
    if (!found.has(link.id)) continue
    for (const parent of [...link.revises, ...link.dependsOn]) found.add(parent)
  }
  return found
}

/** The links as a graph; revisions are empty, and can be downgraded. */
export function linkedGraph(links: readonly Links[]): RevisionGraph {
  const { graph, faults } = linkRevisions(links.map(emptyRevision))
  if (graph === undefined) throw new Error(`not a graph: ${JSON.stringify(faults)}`)
  return graph
}

function emptyRevision(links: Links): Revision {
  const nothing = { kind: 'sql', text: '', line: 1 } as const
  const { id } = links
  return {
    ...links,
    message: `message of ${id}`,
    file: `m/${id}.sql`,
    transaction: 'auto',
    checksum: '',
    upgrade: nothing,
    downgrade: nothing,
  }
}
