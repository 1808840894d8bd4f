import { nearest } from '../../base/suggest.ts'
import { oneLine } from '../../base/words.ts'
import { GateError } from '../../errors/error.ts'
import type { RevisionGraph } from './graph.ts'
import { branchOf } from './lineage.ts'

const MOST_LISTED = 5
const MOST_CANDIDATES = 20

/** A branch as a target names it: what was written, the revision meant, and its line. */
export interface Branch {
  readonly name: string
  readonly revision: string
  /** All that lies on one line with the revision. */
  readonly members: ReadonlySet<string>
}

/**
 * The revision that a name means: an id, the name that its tool has for it, a branch label (the
 * revision that bears it), or the beginning of just one id. With a branch, only its members count.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, with the nearest ids or all that it could mean
 */
export function revisionNamed(
  graph: RevisionGraph,
  name: string,
  branch: Branch | null = null,
): string {
  const exact = exactly(graph, name)
  if (exact !== undefined) {
    if (branch !== null && !branch.members.has(exact)) throw notOnBranch(exact, branch)
    return exact
  }
  const begun = begunBy(graph, name).filter((id) => branch?.members.has(id) ?? true)
  const [only, ...others] = begun
  if (only === undefined) throw unknownRevision(graph, name)
  if (others.length === 0) return only
  throw new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${name} begins ${begun.length} revision ids: ${listed(begun)}`,
    { facts: { target: name, candidates: capped(begun) } },
  )
}

/** True where a text is, as it stands, an id, a label or the beginning of an id. */
export function isName(graph: RevisionGraph, text: string): boolean {
  return exactly(graph, text) !== undefined || begunBy(graph, text).length > 0
}

/**
 * The branch that the word before an `@` means: a label, or a revision.
 * @throws {GateError} REVISION_UNKNOWN_TARGET
 */
export function branchNamed(graph: RevisionGraph, name: string): Branch {
  const revision = revisionNamed(graph, name)
  return { name, revision, members: branchOf(graph, revision) }
}

/** The first ids, and how many more there are. */
export function listed(ids: readonly string[]): string {
  const rest = ids.length > MOST_LISTED ? ` and ${ids.length - MOST_LISTED} more` : ''
  return `${ids.slice(0, MOST_LISTED).join(', ')}${rest}`
}

/** Where a database is: `<base>`, its version rows in a stable order, or the last of many. */
export function describeVersions(versions: Iterable<string>): string {
  const ids = [...versions].sort()
  const last = ids.at(-1)
  if (last === undefined) return '<base>'
  return oneLine(ids.length > MOST_LISTED ? `${last} and ${ids.length - 1} more` : ids.join(', '))
}

/** As many ids as a failure's facts hold. */
export function capped(ids: Iterable<string>): readonly string[] {
  return [...ids].slice(0, MOST_CANDIDATES)
}

function exactly(graph: RevisionGraph, name: string): string | undefined {
  if (graph.revisions.has(name)) return name
  return graph.order.find(
    ({ alias, branchLabels }) => alias === name || branchLabels.includes(name),
  )?.id
}

function begunBy(graph: RevisionGraph, name: string): readonly string[] {
  return name === '' ? [] : [...graph.revisions.keys()].filter((id) => id.startsWith(name))
}

function notOnBranch(revision: string, { name }: Branch): GateError {
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `revision ${revision} is not on the branch ${name}`,
    {
      facts: { target: `${name}@${revision}`, candidates: [revision] },
      hint: `Ask for ${revision} alone, or for ${name}@head.`,
    },
  )
}

function unknownRevision(graph: RevisionGraph, target: string): GateError {
  const labels = graph.order.flatMap(({ branchLabels }) => branchLabels)
  const meant = target === '' ? undefined : nearest(target, [...graph.revisions.keys(), ...labels])
  const candidates = meant === undefined ? graph.heads.slice(0, MOST_LISTED) : [meant]
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target === '' ? '(empty)' : target} is no revision of the files`,
    {
      facts: { target, candidates },
      hint:
        meant === undefined
          ? 'Give head, heads, base, +N, -N or a revision id; `pgate history` lists them.'
          : `Did you mean ${meant}? \`pgate history\` lists all.`,
    },
  )
}
