import { GateError } from '../../errors/error.ts'
import type { RevisionGraph } from './graph.ts'
import { capped, listed } from './named.ts'

/** A walk over the graph for the sake of a target, which failures name. */
export interface Walk {
  readonly target: string
  /** How many revisions, 1 and up; 0 stays where it is. */
  readonly steps: number
  /** Only these revisions are walked over; absent: all. */
  readonly among?: ReadonlySet<string>
  /** These are passed over, since the database has them; absent: none. */
  readonly applied?: ReadonlySet<string>
  /** Whether to stop where the way ends, rather than to refuse; default false. */
  readonly mayEnd?: boolean
}

/**
 * Walks up, against `revises`, from all of `from` at once, or from before every base where it is
 * empty. `undefined`: zero steps from there.
 * @throws {GateError} REVISION_UNKNOWN_TARGET where the way forks or ends
 */
export function walkUp(
  graph: RevisionGraph,
  from: Iterable<string>,
  walk: Walk,
): string | undefined {
  const { target, steps, among, applied, mayEnd = false } = walk
  let at = [...from]
  for (let step = 0; step < steps; step += 1) {
    const ahead = at.length === 0 ? graph.bases : at.flatMap((id) => graph.children(id))
    const choices = [...new Set(ahead)].filter((id) => {
      return (among?.has(id) ?? true) && applied?.has(id) !== true
    })
    const [only, ...others] = choices
    if (only === undefined && mayEnd) break
    if (only === undefined) throw tooFewLeft(target, step)
    if (others.length > 0) throw forked(target, choices)
    at = [only]
  }
  return at[0]
}

/**
 * Walks down along `revises`; `undefined` is base, one step below a base.
 * @throws {GateError} REVISION_UNKNOWN_TARGET at a merge, and where the way ends before
 */
export function walkDown(
  graph: RevisionGraph,
  from: string,
  { target, steps, mayEnd = false }: Walk,
): string | undefined {
  let at: string | undefined = from
  for (let step = 0; step < steps; step += 1) {
    if (at === undefined && mayEnd) break
    if (at === undefined) throw tooFewBehind(target, step)
    const behind: readonly string[] = graph.revisions.get(at)?.revises ?? []
    if (behind.length > 1) throw merged(target, at, behind)
    at = behind[0]
  }
  return at
}

/** Nothing more lies ahead. */
export function tooFewLeft(target: string, left: number): GateError {
  return new GateError('REVISION_UNKNOWN_TARGET', `target ${target}: ${revisions(left)} after it`, {
    facts: { target, left },
    hint:
      left === 0
        ? 'All are applied: `pgate status` shows where the database is.'
        : 'Ask for `head` to apply all that is left.',
  })
}

/** Nothing but `base` lies below. */
export function tooFewBehind(target: string, left: number): GateError {
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target}: ${revisions(left)} to downgrade`,
    {
      facts: { target, left },
      hint:
        left === 0
          ? 'Nothing is applied: `pgate status` shows what is pending.'
          : `Ask for -${left}, or for \`base\` to undo all.`,
    },
  )
}

function revisions(count: number): string {
  if (count === 0) return 'there is no revision'
  return count === 1 ? 'there is only 1 revision' : `there are only ${count} revisions`
}

function forked(target: string, choices: readonly string[]): GateError {
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target}: the way forks at ${listed(choices)}`,
    {
      facts: { target, candidates: capped(choices) },
      hint: 'Name the revision to go to instead.',
    },
  )
}

function merged(target: string, merge: string, parents: readonly string[]): GateError {
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target}: the way down forks at ${merge}, which merges ${listed(parents)}`,
    {
      facts: { target, candidates: capped(parents) },
      hint: `Name the revision to go to instead; ${parents[0] ?? 'base'} downgrades the merge and what came after it.`,
    },
  )
}
