/** Cycles among imports, found by walking them depth first. */

export interface Edge {
  readonly from: string
  readonly to: string
}

/** Each cycle once, as the files on it with the first one repeated at the end. */
export function findCycles(edges: readonly Edge[]): readonly (readonly string[])[] {
  const next = Map.groupBy(edges, (edge) => edge.from)
  const done = new Set<string>()
  const cycles: string[][] = []
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) cycles.push([...path.slice(start), file])
    if (start >= 0 || done.has(file)) return
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return cycles
}
