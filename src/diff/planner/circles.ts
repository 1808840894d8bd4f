interface Node<N> {
  readonly after: ReadonlySet<N>
}

/**
 * The groups of nodes that each can be reached from one another, where there are two or more of them.
 * @see https://en.wikipedia.org/wiki/Tarjan%27s_strongly_connected_components_algorithm
 */
export function circlesOf<N extends Node<N>>(nodes: readonly N[]): readonly (readonly N[])[] {
  const state = new Map<N, { readonly index: number; low: number; isOpen: boolean }>()
  const open: N[] = []
  const circles: (readonly N[])[] = []
  const visit = (node: N) => {
    const own = { index: state.size, low: state.size, isOpen: true }
    state.set(node, own)
    open.push(node)
    for (const next of node.after) {
      const known = state.get(next)
      if (known === undefined) own.low = Math.min(own.low, visit(next).low)
      else if (known.isOpen) own.low = Math.min(own.low, known.index)
    }
    if (own.low === own.index) {
      const circle = open.splice(open.indexOf(node))
      for (const one of circle) closeState(state.get(one))
      if (circle.length > 1) circles.push(circle)
    }
    return own
  }
  for (const node of nodes) if (!state.has(node)) visit(node)
  return circles
}

function closeState(state: { isOpen: boolean } | undefined): void {
  if (state !== undefined) state.isOpen = false
}
