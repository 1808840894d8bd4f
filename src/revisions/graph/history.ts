import type { Revision } from '../file/revision.ts'
import { replacedBy } from './faults.ts'
import type { RevisionGraph } from './graph.ts'
import { descendants } from './lineage.ts'

/** One revision as `history`, `heads` and `current` show it; plain data, fit for JSON. */
export interface HistoryEntry {
  readonly revision: string
  readonly revises: readonly string[]
  readonly dependsOn: readonly string[]
  /** The labels of the branch it lies on, not only its own. */
  readonly branchLabels: readonly string[]
  readonly message: string
  readonly created: string | null
  readonly file: string
  readonly phase: 'expand' | 'contract'
  /** Those that revise it. */
  readonly children: readonly string[]
  /** `head`: none revises it or depends on it. `effective head`: none revises it, some depend. */
  readonly head: 'head' | 'effective head' | null
  /** Several revise it. */
  readonly branchpoint: boolean
  /** It revises several. */
  readonly mergepoint: boolean
}

/**
 * All revisions, or those of a range, the newest first: the order in which they are applied, turned
 * round.
 */
export function historyEntries(
  graph: RevisionGraph,
  revisions: readonly Revision[] = graph.order.toReversed(),
): readonly HistoryEntry[] {
  const labels = branchLabels(graph)
  return revisions.map((revision) => toEntry(graph, revision, labels))
}

function toEntry(
  graph: RevisionGraph,
  revision: Revision,
  labels: ReadonlyMap<string, readonly string[]>,
): HistoryEntry {
  const { id, revises, dependsOn, message, created = null, file, phase = 'expand' } = revision
  const children = graph.children(id)
  const last = graph.dependents(id).length === 0 ? 'head' : 'effective head'
  return {
    revision: id,
    revises,
    dependsOn,
    branchLabels: labels.get(id) ?? [],
    message,
    created,
    file,
    phase,
    children,
    head: children.length === 0 ? last : null,
    branchpoint: children.length > 1,
    mergepoint: revises.length > 1,
  }
}

/** `567cc0f251e5 -> c0b7d0e366e7 (head), phase1 claude sdk v2 foundation`. */
export function historyLine(entry: HistoryEntry): string {
  const depends = entry.dependsOn.length === 0 ? '' : ` (${entry.dependsOn.join(', ')})`
  return `${parentText(entry)}${depends} -> ${shortText(entry)}, ${entry.message}`
}

/** `c0b7d0e366e7 (head)`, with its branch labels, as `alembic heads` prints them. */
export function headLines(graph: RevisionGraph): readonly string[] {
  const heads = historyEntries(graph).filter(({ head }) => head !== null)
  return heads.map((entry) => `${entry.revision}${labelText(entry)} (${entry.head})`)
}

/**
 * A branch point and, set in below it, what revises it, as `alembic branches` prints them; `long`
 * is its long form, and gives each child its message.
 */
export function branchPointLines(
  graph: RevisionGraph,
  form: 'short' | 'long' = 'short',
): readonly string[] {
  const entries = new Map(historyEntries(graph).map((entry) => [entry.revision, entry]))
  const points = [...entries.values()].filter(({ branchpoint }) => branchpoint)
  return points.flatMap((point) => {
    const children = point.children.flatMap((id) => entries.get(id) ?? [])
    const arrow = `${' '.repeat(point.revision.length)} -> `
    return [
      ...(form === 'long' ? detailLines(point) : [shortText(point)]),
      ...children.map((child) => {
        return `${arrow}${shortText(child)}${form === 'long' ? `, ${child.message}` : ''}`
      }),
      '',
    ]
  })
}

/**
 * One line a version row, newest first; a row that the files lack is reported as such, at the end. Where
 * each revision has a row: the newest, what is pending below it, and each file that runs again and again.
 */
export function currentLines(
  graph: RevisionGraph,
  versions: ReadonlySet<string>,
): readonly string[] {
  const { isMark, repeats, rows } = graph.rules
  const standing = graph.withoutGone(versions)
  const known = historyEntries(graph).filter(({ revision }) => standing.has(revision))
  const isAgain = ({ revision }: HistoryEntry) => repeats?.(revision) !== undefined
  const inOrder = known.filter((entry) => !isAgain(entry))
  const unknown = [...versions].filter((id) => !graph.revisions.has(id)).sort()
  return [
    ...(rows === 'each' ? newestLines(graph, inOrder) : inOrder.map(currentLine)),
    ...known.filter(isAgain).map(currentLine),
    ...unknown.map((id) => (isMark?.(id) === true ? id : `${id} (${whyUnknown(graph, id)})`)),
  ]
}

function whyUnknown(graph: RevisionGraph, id: string): string {
  const by = replacedBy(graph.order, id)
  return by === undefined ? 'no file holds it' : `in the middle of what ${by.id} replaces`
}

function currentLine(entry: HistoryEntry): string {
  return `${entry.revision}${marks(entry)}`
}

function newestLines(
  graph: RevisionGraph,
  [newest, ...before]: readonly HistoryEntry[],
): readonly string[] {
  if (newest === undefined) return []
  const applied = new Set(before.map(({ revision }) => revision))
  const below = [...graph.ancestors(newest.revises)].filter((id) => !applied.has(id)).sort()
  const count = before.length === 0 ? '' : `, and ${before.length} before it`
  return [`${currentLine(newest)}${count}`, ...below.map((id) => `${id} (pending)`)]
}

/** The long form, `--verbose`: one block of lines a revision, as Alembic lays it out. */
export function detailLines(entry: HistoryEntry): readonly string[] {
  const { revision, revises, dependsOn, children, branchLabels: labels, message, created } = entry
  const list = (title: string, ids: readonly string[]) => {
    return ids.length === 0 ? [] : [`${title}: ${ids.join(', ')}`]
  }
  return [
    `Rev: ${revision}${marks(entry)}`,
    `${revises.length > 1 ? 'Merges' : 'Parent'}: ${parentText(entry)}`,
    ...list('Also depends on', dependsOn),
    ...(entry.branchpoint ? list('Branches into', children) : []),
    ...list('Branch names', labels),
    ...(entry.phase === 'contract' ? ['Phase: contract'] : []),
    `Path: ${entry.file}`,
    '',
    `    ${message}`,
    ...(created === null ? [] : ['', `    Create Date: ${created}`]),
    '',
  ]
}

function parentText({ revises }: HistoryEntry): string {
  return revises.length === 0 ? '<base>' : revises.join(', ')
}

function shortText(entry: HistoryEntry): string {
  return `${entry.revision}${labelText(entry)}${marks(entry)}`
}

function labelText({ branchLabels: labels }: HistoryEntry): string {
  return labels.length === 0 ? '' : ` (${labels.join(', ')})`
}

/** In Alembic's order. */
function marks({ head, branchpoint, mergepoint }: HistoryEntry): string {
  const which = [head, branchpoint ? 'branchpoint' : null, mergepoint ? 'mergepoint' : null]
  return which.map((mark) => (mark === null ? '' : ` (${mark})`)).join('')
}

/**
 * The branch labels that each revision bears: its own, those of the revisions it comes from, and,
 * below a label, up to where the branch leaves another one. Alembic shows a label in the same
 * places. Lists are in alphabetical order; revisions without one are absent.
 * @see https://alembic.sqlalchemy.org/en/latest/branches.html#using-branch-labels
 */
export function branchLabels(graph: RevisionGraph): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, Set<string>>()
  for (const { id, branchLabels: own } of graph.order) {
    for (const label of own) {
      for (const bearer of [...descendants(graph, [id]), ...upstream(graph, id)]) {
        const borne = labels.get(bearer)
        if (borne === undefined) labels.set(bearer, new Set([label]))
        else borne.add(label)
      }
    }
  }
  return new Map([...labels].map(([id, borne]) => [id, [...borne].sort()]))
}

/** From the labelled revision back, until a branch point or a merge. */
function upstream(graph: RevisionGraph, from: string): readonly string[] {
  const found: string[] = []
  let id: string | undefined = from
  while (id !== undefined && graph.dependents(id).length <= 1) {
    const revises: readonly string[] = graph.revisions.get(id)?.revises ?? []
    if (revises.length > 1) break
    found.push(id)
    id = revises[0]
  }
  return found
}
