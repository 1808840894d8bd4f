import { isSameSet } from '../../base/set.ts'
import { oneLine } from '../../base/words.ts'
import { GateError } from '../../errors/error.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import {
  byCodeUnits,
  failedId,
  type HistoryRules,
  isFailedRow,
} from '../../revisions/graph/history-rules.ts'
import { reach } from '../../revisions/graph/lineage.ts'
import { contractLast, rowsOf } from '../../revisions/target/phases.ts'
import type { JournalRecord, MigrationState } from '../../store/state.ts'
import {
  contractedAhead,
  edited,
  failedButThere,
  moved,
  recordedOtherwise,
  unfinished,
  unknownVersion,
} from './history-faults.ts'

/**
 * Whether the database is where the files say it can be. Pure.
 *
 * `known`: every version row is a revision of the files, and what was applied is what they say.
 * `ahead`: rows that the files lack, allowed by PGATE_AHEAD and shown by the journal to descend
 * from every head of the files, but for contract revisions at the end; nothing is to be run then. A
 * contract revision that the files lack is refused all the same: it takes away what they work with.
 * @param texts `allow`: an edited upgrade section is let pass; a downgrade does not need it
 * @throws {GateError} HISTORY_FAILED, HISTORY_UNKNOWN, HISTORY_EDITED, HISTORY_LATE
 */
export function compareHistory(
  graph: RevisionGraph,
  state: MigrationState,
  ahead: 'refuse' | 'allow',
  texts: 'refuse' | 'allow' = 'refuse',
): 'known' | 'ahead' {
  refuseFailed(graph, state)
  refuseEdited(graph, state, texts)
  const unknown = unknownRows(graph, state)
  if (unknown.length === 0) {
    if (texts === 'refuse') refuseLate(graph, state)
    return 'known'
  }
  const behind = journalAncestry(state)
  const heads = rowsOf(graph, new Set(graph.revisions.keys()).difference(contractLast(graph)))
  const isAhead = [...heads].every((head) => behind.has(head))
  const contracted = isAhead ? contractedSince(graph, state, behind) : []
  if (contracted.length > 0) throw contractedAhead(unknown, graph, contracted)
  if (ahead === 'allow' && isAhead) return 'ahead'
  throw unknownVersion(unknown, graph, state, ahead)
}

/**
 * Refuses what the database cannot have been brought to by these files: a revision that was moved or,
 * unless `texts` are to be let pass, edited after it was applied.
 * @throws {GateError} HISTORY_EDITED
 */
export function refuseEdited(
  graph: RevisionGraph,
  state: MigrationState,
  texts: 'refuse' | 'allow' = 'refuse',
): void {
  const isRefused = texts === 'refuse' && graph.rules.edited !== 'warn'
  for (const { revision, record } of appliedRevisions(graph, state)) {
    if (isRefused && isEdited(revision, record)) throw edited(revision, record)
    if (
      graph.rules.rows === 'heads' &&
      graph.rules.isChain !== true &&
      !isOfReplaced(revision, record) &&
      !isSameSet(new Set(record.revises), new Set(revision.revises))
    )
      throw moved(revision, record)
  }
  const [other] = isRefused ? recordedElse(graph, state) : []
  if (other !== undefined) throw recordedOtherwise(other, state)
}

/**
 * The applied files that are not what their own tool has recorded of them; what pgate has applied or
 * accepted itself is held against its journal. Pure.
 */
export function recordedElse(graph: RevisionGraph, state: MigrationState): readonly Revision[] {
  return [...(state.rows?.values() ?? [])].flatMap(({ id, checksum }) => {
    const revision = graph.revisions.get(id)
    if (revision?.recorded === undefined || typeof checksum !== 'string') return []
    const record = state.journal.get(id)
    const isOurs = record?.outcome === 'done' && record.checksum === revision.checksum
    return isOurs || revision.recorded.includes(checksum) ? [] : [revision]
  })
}

/** Rows that stand for no file, and that the tool does not pass over. */
function unknownRows(graph: RevisionGraph, { versions }: MigrationState): readonly string[] {
  return [...graph.withoutGone(versions)].filter((row) => !graph.revisions.has(row))
}

function refuseFailed({ rules }: RevisionGraph, { versions, rows }: MigrationState): void {
  const failed = [...versions].filter(isFailedRow)
  const [first] = failed
  if (first === undefined) return
  const { failedRemedy: remedy = 'Put right what that run has left, and its row.' } = rules
  const said = rows?.get(first)?.failure
  const why = typeof said === 'string' && said !== '' ? `: ${oneLine(said)}` : ''
  throw new GateError('HISTORY_FAILED', `the history table has ${failed.join(', ')}${why}`, {
    facts: { failed },
    hint: typeof remedy === 'function' ? remedy(failedId(first)) : remedy,
  })
}

/** A file below one that was applied, itself never run, where the folder's tool refuses those. */
function refuseLate(graph: RevisionGraph, { versions, rows }: MigrationState): void {
  const { late: rule, compare = byCodeUnits, lateRemedy, repeats } = graph.rules
  if (rule !== 'refuse') return
  const inOrder = (id: string) => repeats?.(id) === undefined && !isFailedRow(id)
  const ran = [...(rows?.keys() ?? versions)].filter(inOrder)
  const applied = graph.applied(versions)
  const isLate = (id: string) =>
    inOrder(id) && !applied.has(id) && ran.some((row) => compare(row, id) > 0)
  const late = graph.order.filter(({ id }) => isLate(id))
  const [first] = late
  if (first === undefined) return
  const newest = ran.toSorted(compare).at(-1)
  throw new GateError(
    'HISTORY_LATE',
    `${late.map(({ file }) => file).join(', ')}: never run here, and ${newest} above it is applied`,
    {
      facts: { late: late.map(({ id }) => id), newest },
      hint: lateRemedy ?? 'Give the file a number above that one.',
    },
  )
}

/** A revision of the files that the database has, and the run that brought it there. */
export interface AppliedFile {
  readonly revision: Revision
  readonly record: JournalRecord
}

/** Those that the journal knows. */
export function appliedRevisions(
  graph: RevisionGraph,
  state: MigrationState,
): readonly AppliedFile[] {
  return [...graph.applied(state.versions)].flatMap((id) => {
    const record = state.journal.get(id)
    const revision = graph.revisions.get(id)
    if (record === undefined || revision === undefined) return []
    return record.outcome !== 'done' || record.action === 'downgrade' ? [] : [{ revision, record }]
  })
}

/** Whether the file says something else than what the journal knows; of some it knows nothing. */
export function isEdited(revision: Revision, record: JournalRecord): boolean {
  if (record.checksum === null || isOfReplaced(revision, record)) return false
  return record.checksum !== revision.checksum
}

/** Whether what ran was the last of the revisions that the file was squashed out of: it bore the same id. */
function isOfReplaced({ replaces = [] }: Revision, { revises }: JournalRecord): boolean {
  return revises.some((id) => replaces.includes(id))
}

/**
 * Refuses to go one way while a revision stands half-way in the other: going on would take its
 * half for the whole. Pure; a revision that stopped half-way in the same direction is resumed. Going
 * up is refused, too, where a version row stands for an upgrade that failed.
 * @throws {GateError} HISTORY_UNFINISHED
 */
export function refuseUnfinished(
  state: MigrationState,
  going: 'upgrade' | 'downgrade',
  { rows }: Pick<HistoryRules, 'rows'>,
): void {
  for (const record of state.journal.values()) {
    if (record.outcome === 'done' || record.action === going) continue
    throw unfinished(record)
  }
  const [failed] = going === 'upgrade' ? failedRuns(state, rows) : []
  if (failed !== undefined) throw failedButThere(failed)
}

/** Where nothing of ours is left, a row that another tool keeps is that tool's: it has run all of it. */
function failedRuns({ failed = [] }: MigrationState, rows: HistoryRules['rows']) {
  return rows === 'heads' ? failed : failed.filter(({ statementsDone }) => statementsDone > 0)
}

/** Contract revisions that the files lack, and that have run or begun to. Pure. */
function contractedSince(
  graph: RevisionGraph,
  { journal }: MigrationState,
  behind: ReadonlySet<string>,
): readonly JournalRecord[] {
  return [...journal.values()].filter(
    ({ revision, phase, outcome }) =>
      phase === 'contract' &&
      !graph.revisions.has(revision) &&
      (behind.has(revision) || outcome !== 'done'),
  )
}

/** The version rows and what they descend from, as far as the journal knows parents. Pure. */
export function journalAncestry({ versions, journal }: MigrationState): ReadonlySet<string> {
  return reach(versions, (id) => journal.get(id)?.revises ?? [])
}
