import { GateError } from '../errors.ts'
import { nearest } from '../suggest.ts'
import { type RevisionGraph, singleHead } from './graph.ts'

/** The version rows that a database has; ids that the graph knows. */
export type Versions = ReadonlySet<string>

const MOST_LISTED = 5

/**
 * The revisions that a target means: `head` (there must be one), `heads`, `base` (none), `+N` (the
 * Nth revision after `current`), an id, or the beginning of just one id. A full id comes before
 * everything else but the reserved words.
 *
 * @throws {GateError} REVISION_UNKNOWN_TARGET, with the nearest ids or all that it could mean;
 *   REVISION_MULTIPLE_HEADS
 */
export function resolveTarget(
  graph: RevisionGraph,
  target: string,
  current: Versions,
): readonly string[] {
  if (target === 'head') return [singleHead(graph)]
  if (target === 'heads') return graph.heads
  if (target === 'base') return []
  const steps = relativeSteps(target)
  if (steps !== undefined) return [stepsAfter(graph, current, { steps, target })]
  return [revisionNamed(graph, target)]
}

/** The N of `+N`; undefined for any other target. */
export function relativeSteps(target: string): number | undefined {
  const [, digits] = /^\+(\d{1,9})$/.exec(target) ?? []
  const steps = Number(digits)
  return digits === undefined || steps === 0 ? undefined : steps
}

/**
 * The revision that an id, or the beginning of just one, names.
 * @throws {GateError} REVISION_UNKNOWN_TARGET
 */
export function revisionNamed(graph: RevisionGraph, name: string): string {
  if (graph.revisions.has(name)) return name
  const known = [...graph.revisions.keys()]
  const begun = name === '' ? [] : known.filter((id) => id.startsWith(name))
  const [only, ...others] = begun
  if (only === undefined) throw unknownRevision(graph, name, known)
  if (others.length === 0) return only
  const listed = begun.slice(0, MOST_LISTED).join(', ')
  const rest = begun.length > MOST_LISTED ? ` and ${begun.length - MOST_LISTED} more` : ''
  throw new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${name} begins ${begun.length} revision ids: ${listed}${rest}`,
    {
      facts: { target: name, candidates: begun.slice(0, 20) },
      hint: 'Give more characters of it.',
    },
  )
}

function unknownRevision(
  graph: RevisionGraph,
  target: string,
  known: readonly string[],
): GateError {
  const meant = target === '' ? undefined : nearest(target, known)
  const labelled = graph.order.find(({ branchLabels }) => branchLabels.includes(target))
  const label = labelled === undefined ? '' : ` (it is a branch label, of revision ${labelled.id})`
  const candidates = meant === undefined ? graph.heads.slice(0, MOST_LISTED) : [meant]
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target === '' ? '(empty)' : target} is no revision of the files${label}`,
    {
      facts: { target, candidates },
      hint:
        meant === undefined
          ? 'Give head, heads, base, +N or a revision id; `pgate history` lists them.'
          : `Did you mean ${meant}? \`pgate history\` lists all.`,
    },
  )
}

/** Goes up from where the database is; where the way forks, the caller has to say which. */
function stepsAfter(
  graph: RevisionGraph,
  current: Versions,
  { steps, target }: { steps: number; target: string },
): string {
  const applied = graph.ancestors(current)
  let choices = current.size === 0 ? graph.bases : next(graph, current, applied)
  for (let step = 1; ; step += 1) {
    const [only, ...others] = choices
    if (only === undefined) throw tooFewLeft(target, step - 1)
    if (others.length > 0) throw forked(target, choices)
    if (step === steps) return only
    choices = next(graph, [only], applied)
  }
}

function next(graph: RevisionGraph, from: Iterable<string>, applied: Versions): readonly string[] {
  const ids = [...from].flatMap((id) => graph.children(id))
  return [...new Set(ids)].filter((id) => !applied.has(id))
}

function tooFewLeft(target: string, left: number): GateError {
  const are = left === 1 ? 'is 1 revision' : `are ${left} revisions`
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target}: there ${are} after where the database is`,
    { facts: { target, left }, hint: 'Ask for `head` to apply all that is left.' },
  )
}

function forked(target: string, choices: readonly string[]): GateError {
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target}: the way forks at ${choices.slice(0, MOST_LISTED).join(', ')}`,
    { facts: { target, candidates: choices }, hint: 'Name the revision to go to instead.' },
  )
}
