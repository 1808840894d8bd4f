import { GateError } from '../../errors/error.ts'
import type { RevisionGraph } from '../graph/graph.ts'
import { resolveTarget, targetParts } from '../target/target.ts'

/** What a new revision is to follow. */
interface Following {
  /** `head`, `base` (a new root), or whatever names a revision of the files. */
  readonly head: string
  /** True: it may be one that others follow already, and a branch begins there. */
  readonly splice: boolean
}

/**
 * The revisions that a new one revises: none where it is the first, or a new root.
 * @throws {GateError} REVISION_MULTIPLE_HEADS where `head` could be several, REVISION_NOT_HEAD,
 *   REVISION_UNKNOWN_TARGET
 * @see https://alembic.sqlalchemy.org/en/latest/branches.html#creating-a-labeled-base-revision
 */
export function parentsOfNew(graph: RevisionGraph, { head, splice }: Following): readonly string[] {
  if (head === 'head' && graph.revisions.size === 0) return []
  const parents = namedInFiles(graph, head)
  if (!splice) for (const id of parents) refuseFollowed(graph, id)
  return parents
}

/**
 * The heads that a merge joins, each once, in the order in which they were named.
 * @throws {GateError} USAGE for fewer than two, REVISION_NOT_HEAD, REVISION_UNKNOWN_TARGET
 */
export function parentsOfMerge(graph: RevisionGraph, names: readonly string[]): readonly string[] {
  const parents = [...new Set(names.flatMap((name) => namedInFiles(graph, name)))]
  for (const id of parents) refuseFollowed(graph, id)
  if (parents.length >= 2) return parents
  const { heads } = graph
  throw new GateError('USAGE', `a merge joins two heads or more, and ${named(parents)}`, {
    facts: { heads, named: parents },
    hint:
      heads.length < 2
        ? 'Nothing needs merging: the files have one head.'
        : `Run \`pgate merge heads -m "merge branches"\` to join all of them: ${heads.join(', ')}.`,
  })
}

/**
 * The ids that names mean, each once: what a new revision is to depend on.
 * @throws {GateError} REVISION_UNKNOWN_TARGET
 */
export function dependenciesOfNew(
  graph: RevisionGraph,
  names: readonly string[],
): readonly string[] {
  return [...new Set(names.flatMap((name) => namedInFiles(graph, name)))]
}

/** Whatever names revisions without a database: `+1` says where from, and no file knows that. */
function namedInFiles(graph: RevisionGraph, name: string): readonly string[] {
  if (targetParts(graph, name).place === null) {
    throw new GateError(
      'REVISION_UNKNOWN_TARGET',
      `${name} counts from where a database is, and a new file belongs to none`,
      { facts: { target: name } },
    )
  }
  try {
    return resolveTarget(graph, name, new Set())
  } catch (error) {
    if (!(error instanceof GateError) || error.code !== 'REVISION_MULTIPLE_HEADS') throw error
    throw new GateError(error.code, error.message, {
      facts: error.facts,
      hint: 'Say with --head which of them the new revision follows, or join them first: `pgate merge heads -m "merge branches"`.',
      cause: error,
    })
  }
}

function refuseFollowed(graph: RevisionGraph, id: string): void {
  const children = graph.children(id)
  if (children.length === 0) return
  throw new GateError(
    'REVISION_NOT_HEAD',
    `revision ${id} is not a head: ${children.slice(0, 5).join(', ')} ${children.length === 1 ? 'revises' : 'revise'} it`,
    {
      facts: { revision: id, children, heads: graph.heads },
      hint: `Name a head (${graph.heads.slice(0, 5).join(', ')}); \`pgate revision --splice\` begins a branch at another one.`,
    },
  )
}

function named(parents: readonly string[]): string {
  const [only] = parents
  return only === undefined ? 'none was named' : `only ${only} was named`
}
