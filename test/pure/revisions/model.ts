import type { Links } from '../../support/graphs/random-graph.ts'

/**
 * What a database is, described a second time and as simply as can be: the set of the applied revisions.
 * Nothing here knows the code under test; sets are closed by going round until nothing is added.
 */
export function modelOf(links: readonly Links[]) {
  const parents = (link: Links) => [...link.revises, ...link.dependsOn]
  const grown = (
    from: Iterable<string>,
    grows: (link: Links, has: Set<string>) => Iterable<string>,
  ) => {
    const set = new Set(from)
    for (let before = -1; before !== set.size; ) {
      before = set.size
      for (const link of links) for (const id of grows(link, set)) set.add(id)
    }
    return set
  }
  const behind = (from: Iterable<string>) =>
    grown(from, (link, has) => (has.has(link.id) ? parents(link) : []))
  const ahead = (from: Iterable<string>) =>
    grown(from, (link, has) => (parents(link).some((id) => has.has(id)) ? [link.id] : []))
  const rowsOf = (applied: ReadonlySet<string>) => {
    const covered = links.filter(({ id }) => applied.has(id)).flatMap(parents)
    return new Set([...applied].filter((id) => !covered.includes(id)))
  }
  const line = (id: string) => new Set([...behind([id]), ...ahead([id])])

  return {
    rowsOf,
    parentsOf: (id: string) => links.filter((link) => link.id === id).flatMap(parents),
    /** Applied and applied again changes nothing. */
    upgraded: (applied: ReadonlySet<string>, targets: readonly string[]) =>
      new Set([...applied, ...behind(targets)]),
    /** What revises the target goes, and with it all that comes after or depends on that. */
    downgraded: (applied: ReadonlySet<string>, target: string | null) => {
      const children = links.filter(({ revises }) => target !== null && revises.includes(target))
      const gone = ahead(target === null ? applied : children.map(({ id }) => id))
      return new Set([...applied].filter((id) => !gone.has(id)))
    },
    /** Rows next to the targets stay; those on one line with one are forgotten for it. */
    stamped: (applied: ReadonlySet<string>, targets: readonly string[]) => {
      const lines = targets.map(line)
      const others = [...rowsOf(applied)].filter((id) => !lines.some((ids) => ids.has(id)))
      return behind([...others, ...targets])
    },
  }
}
