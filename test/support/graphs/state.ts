import { modelOf } from '../../pure/revisions/model.ts'
import type { Links } from './random-graph.ts'

/**
 * What a random graph is while some of it is applied, described as simply as can be and without the code
 * under test.
 */
export interface GraphState {
  readonly links: readonly Links[]
  readonly applied: ReadonlySet<string>
  readonly rows: ReadonlySet<string>
  readonly bases: readonly string[]
  /** Those that none revises. */
  readonly heads: readonly string[]
  /** Those that revise it. */
  readonly children: (id: string) => readonly string[]
  /** A revision and all that it comes from, dependencies among it. */
  readonly behind: (id: string) => ReadonlySet<string>
  /** The same through `revises` alone. */
  readonly below: (id: string) => ReadonlySet<string>
  /** What it comes from through `revises` alone, what so comes from it, and itself. */
  readonly line: (id: string) => ReadonlySet<string>
}

/** A graph of which these revisions are applied. */
export function graphState(links: readonly Links[], applied: ReadonlySet<string>): GraphState {
  const ids = links.map(({ id }) => id)
  const plain = links.map((link) => ({ ...link, dependsOn: [] }))
  const below = (id: string) => behind(plain, id)
  const children = (id: string) =>
    links.filter(({ revises }) => revises.includes(id)).map((link) => link.id)
  return {
    links,
    applied,
    rows: modelOf(links).rowsOf(applied),
    bases: links.filter(({ revises }) => revises.length === 0).map(({ id }) => id),
    heads: ids.filter((id) => children(id).length === 0),
    children,
    behind: (id) => behind(links, id),
    below,
    line: (id) => new Set(ids.filter((each) => below(id).has(each) || below(each).has(id))),
  }
}

function behind(links: readonly Links[], id: string): ReadonlySet<string> {
  return modelOf(links).upgraded(new Set(), [id])
}

/** The revisions applied after an act, or that it is refused and nothing has changed. */
export type Expected = ReadonlySet<string> | 'refused'

/** Where a target leads: revisions, none for base. */
export type Place = readonly string[] | 'refused'

/** What was there stays, and the target comes with all that it comes from. */
export function afterUpgrade({ links, applied }: GraphState, to: Place): Expected {
  return to === 'refused' ? to : modelOf(links).upgraded(applied, to)
}

/** What revises the target goes, on one line alone where a branch was named, and what needs it. */
export function afterDowngrade(
  state: GraphState,
  to: Place,
  line: ReadonlySet<string> | undefined,
): Expected {
  if (to === 'refused') return to
  const [target] = to
  const next = rootsAfter(state, target)
  const roots = next.length > 1 && line !== undefined ? next.filter((id) => line.has(id)) : next
  const gone = [...state.applied].filter((id) => roots.some((root) => state.behind(id).has(root)))
  if (gone.length === 0 && target !== undefined && !state.rows.has(target)) return 'refused'
  return new Set([...state.applied].filter((id) => !gone.includes(id)))
}

/** What revises a target; bases revise base. */
export function rootsAfter(state: GraphState, target: string | undefined): readonly string[] {
  return target === undefined ? state.bases : state.children(target)
}

/**
 * Rows on one line with a target give way to it, dependencies counted, and where that moves a
 * branch so do the other rows of the branch, which `bearer` is of.
 */
export function afterStamp(state: GraphState, to: Place, bearer: string | undefined): Expected {
  if (to === 'refused') return to
  const { links, rows } = state
  const isNear = (one: string, other: string) =>
    state.behind(one).has(other) || state.behind(other).has(one)
  const near = (ids: readonly string[]) =>
    [...rows].filter((row) => ids.some((id) => isNear(row, id)))
  const anchor = bearer === undefined ? [] : [bearer]
  if (to.length === 0) return left(bearer === undefined ? [...rows] : near(anchor))
  const moved = near(to).filter((id) => !to.includes(id))
  return left(moved.length === 0 ? [] : near([...to, ...anchor]))

  function left(gone: readonly string[]): Expected {
    const stay = [...rows].filter((id) => !gone.includes(id))
    return modelOf(links).upgraded(new Set(), [...stay, ...to])
  }
}
