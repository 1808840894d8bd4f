import { GateError } from '../../errors/error.ts'
import type { Fault } from '../file/faults.ts'
import type { Revision } from '../file/revision.ts'
import { circleFaults, type FileFacts, referenceFaults, uniqueById } from './faults.ts'
import { HEADS, type HistoryRules, isRecorded, withoutGone } from './history-rules.ts'
import { childrenOf, parentsOf, topology } from './topology.ts'

/** Revisions linked to each other: whole, without circles, frozen. */
export interface RevisionGraph {
  /** By id, in the order of {@link order}. */
  readonly revisions: ReadonlyMap<string, Revision>
  /** Parents first; among equals the earlier `created` date, then the smaller id. */
  readonly order: readonly Revision[]
  /** Those that none revises (one that others depend on may be a head), in order. */
  readonly heads: readonly string[]
  /** Those that revise none, in order. */
  readonly bases: readonly string[]
  /** Those that revise `id`, in order. */
  readonly children: (id: string) => readonly string[]
  /** Those that revise `id` or depend on it, in order. */
  readonly dependents: (id: string) => readonly string[]
  /**
   * The given revisions **and** all that they come from, through `revises` and `depends-on`; ids
   * that the graph lacks are passed over.
   */
  readonly ancestors: (ids: Iterable<string>) => ReadonlySet<string>
  readonly rules: HistoryRules
  /** What a database whose history has these rows has applied; ids that the graph lacks are left out. */
  readonly applied: (rows: Iterable<string>) => ReadonlySet<string>
  /** What the rows stand for, and those of missing files. @see history-rules.ts */
  readonly withoutGone: (rows: ReadonlySet<string>) => ReadonlySet<string>
}

/** Either a graph, or everything that keeps the revisions from being one. */
type Linked =
  | { readonly graph: RevisionGraph; readonly faults?: never }
  | { readonly faults: readonly [Fault, ...Fault[]]; readonly graph?: never }

/**
 * Links revisions to a graph. Faults are: an id, or a branch label, that two files carry; a parent
 * that no file holds; a revision that names itself; a circle. Several heads are none: see
 * {@link singleHead}. Linear in the number of revisions; no recursion.
 *
 * Where the files say nothing of parents (`rules.isChain`), each revision revises the one before it.
 */
export function linkRevisions(
  revisions: readonly Revision[],
  files: FileFacts = {},
  rules: HistoryRules = HEADS,
): Linked {
  const { where = () => null, heldElsewhere = () => false } = files
  const { isChain = rules.rows === 'each' } = rules
  const linked = isChain ? revisions.map(reviseTheOneBefore) : revisions
  const { byId, faults: duplicates } = uniqueById(linked, where)
  const { order, circles } = topology(byId)
  const [first, ...more] = [
    ...duplicates,
    ...referenceFaults(byId, { where, heldElsewhere }),
    ...circleFaults(circles, where),
  ]
  return first === undefined ? { graph: buildGraph(order, rules) } : { faults: [first, ...more] }
}

/** The graph of a folder without revisions. */
export const NO_REVISIONS: RevisionGraph = buildGraph([], HEADS)

function reviseTheOneBefore(revision: Revision, index: number, all: readonly Revision[]): Revision {
  const before = all[index - 1]
  return Object.freeze({ ...revision, revises: before === undefined ? [] : [before.id] })
}

function buildGraph(order: readonly Revision[], rules: HistoryRules): RevisionGraph {
  const revisions = new Map(order.map((revision) => [revision.id, revision]))
  const children = childrenOf(revisions, ({ revises }) => revises)
  const dependents = childrenOf(revisions, parentsOf)
  const ids = (wanted: (revision: Revision) => boolean) =>
    Object.freeze(order.filter(wanted).map(({ id }) => id))
  return Object.freeze({
    revisions,
    order: Object.freeze(order),
    heads: ids(({ id }) => !children.has(id)),
    bases: ids(({ revises }) => revises.length === 0),
    children: (id: string) => children.get(id) ?? [],
    dependents: (id: string) => dependents.get(id) ?? [],
    ancestors: (from: Iterable<string>) => ancestorsOf(revisions, from),
    rules,
    applied: (held: Iterable<string>) => {
      if (rules.rows === 'heads') return ancestorsOf(revisions, held)
      const recorded = new Set(held)
      return new Set(ids(({ id }) => isRecorded(recorded, rules, id)))
    },
    withoutGone: (held: ReadonlySet<string>) => withoutGone(held, rules, [...revisions.keys()]),
  })
}

function ancestorsOf(
  revisions: ReadonlyMap<string, Revision>,
  from: Iterable<string>,
): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const revision = revisions.get(id)
    if (revision === undefined || seen.has(id)) continue
    seen.add(id)
    for (const parent of parentsOf(revision)) open.push(parent)
  }
  return seen
}

/**
 * The one head of the files, or of one branch of them.
 * @throws {GateError} REVISION_MULTIPLE_HEADS, with each head's file and the command that merges
 */
export function singleHead(
  graph: RevisionGraph,
  among: { readonly heads: readonly string[]; readonly branch?: string } = graph,
): string {
  const [head, ...others] = among.heads
  if (head !== undefined && others.length === 0) return head
  const heads = among.heads.flatMap((id) => {
    const revision = graph.revisions.get(id)
    return revision === undefined ? [] : [headFacts(revision)]
  })
  const { branch } = among
  const command = `${mergingTool(graph)} merge ${among.heads.join(' ')} -m "merge branches"`
  const lines = heads.map(({ revision, file, created }) => {
    return `  ${revision}  ${file}${created === undefined ? '' : `  (created ${created})`}`
  })
  const who = branch === undefined ? 'the revision files have' : `the branch ${branch} has`
  const all = branch === undefined ? 'heads' : `${branch}@heads`
  throw new GateError(
    'REVISION_MULTIPLE_HEADS',
    `${who} ${heads.length} heads, and one is wanted:\n${lines.join('\n')}`,
    {
      facts: { heads, command },
      hint: `Run \`${command}\` and keep the file that it writes, or ask for \`${all}\`.`,
    },
  )
}

/** pgate, or the tool that alone writes and runs such files. */
function mergingTool({ order }: RevisionGraph): string {
  const [{ upgrade } = {}] = order
  return upgrade?.kind === 'opaque' ? (upgrade.command.split(' ')[0] ?? '') : 'pgate'
}

function headFacts({ id, file, created }: Revision) {
  return { revision: id, file, ...(created === undefined ? {} : { created }) }
}
