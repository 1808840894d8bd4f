import type { RevisionGraph } from '../graph/graph.ts'
import { type Branch, branchNamed, isName } from '../graph/named.ts'

/** A target, taken apart: `<branch>@<place>`, `<place>+N`. */
export interface TargetParts {
  readonly text: string
  /** What stands before the `@`; `null`: no branch is named. */
  readonly branch: Branch | null
  /** `head`, `heads`, `base` or a revision; `null`: steps are counted from where the database is. */
  readonly place: string | null
  /** How many revisions up (positive) or down from there; absent where no steps are named. */
  readonly steps?: number
}

const STEPS = /^(.*)([+-]\d{1,9})$/

/**
 * Takes a target apart and looks its branch up. Where all of it names a revision (`2024-01` may be
 * an id, or begin one), no steps are read into it.
 * @throws {GateError} REVISION_UNKNOWN_TARGET where there is no such branch
 *
 * @example targetParts(graph, 'billing@-1') // branch billing, place null, steps -1
 */
export function targetParts(graph: RevisionGraph, text: string): TargetParts {
  const at = text.indexOf('@')
  const branch = at === -1 ? null : branchNamed(graph, text.slice(0, at))
  const rest = text.slice(at + 1)
  const [, place, steps] = STEPS.exec(rest) ?? []
  if (place === undefined || isName(graph, rest)) return { text, branch, place: rest }
  return { text, branch, place: place === '' ? null : place, steps: Number(steps) }
}
