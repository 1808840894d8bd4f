import { oneLine } from '../../base/words.ts'
import { GateError } from '../../errors/error.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import { replacedBy } from '../../revisions/graph/faults.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import type { FailedRun, JournalRecord, MigrationState } from '../../store/state.ts'

/** HISTORY_EDITED for a file that is not what its own tool has recorded. */
export function recordedOtherwise(
  { id, file, recorded = [] }: Revision,
  state: MigrationState,
): GateError {
  const applied = state.rows?.get(id)?.checksum ?? ''
  const [found = ''] = recorded
  return new GateError(
    'HISTORY_EDITED',
    `${file} was edited after its tool had applied it: the history table has ${shown(applied)} for ${id}, and the file is ${shown(found)}`,
    {
      facts: { revision: id, file, applied, found },
      hint: `Put ${file} back as it was and write the change as a new file. Where this database is as the file says now: pgate accept ${id} --meaning-changed`,
    },
  )
}

/** HISTORY_EDITED for a file that is not what the journal says was run. */
export function edited(revision: Revision, record: JournalRecord): GateError {
  const applied = record.checksum ?? ''
  const { imports = [] } = revision
  const files = [revision.file, ...imports]
  const which = imports.length === 0 ? revision.file : `one of ${files.join(', ')}`
  return new GateError(
    'HISTORY_EDITED',
    `${which} was edited after revision ${revision.id} had been applied (${record.startedAt}): checksum ${short(applied)} then, ${short(revision.checksum)} now`,
    {
      facts: {
        revision: revision.id,
        file: revision.file,
        ...(imports.length > 0 && { imports }),
        applied,
        found: revision.checksum,
        appliedAt: record.startedAt,
      },
      hint: `Put ${which} back as it was and write the change as a new revision. Where it means the same as before (a comment, a formatter): pgate accept ${revision.id}`,
    },
  )
}

/** A revision slipped in below an applied one would count as applied and never run. */
export function moved(revision: Revision, record: JournalRecord): GateError {
  const [then, now] = [record.revises, revision.revises].map((ids) => ids.join(', ') || 'none')
  return new GateError(
    'HISTORY_EDITED',
    `${revision.file} says that ${revision.id} revises ${now}; when it was applied (${record.startedAt}) it revised ${then}`,
    {
      facts: {
        revision: revision.id,
        file: revision.file,
        applied: record.revises,
        found: revision.revises,
        appliedAt: record.startedAt,
      },
      hint: 'Put its `revises` back as it was; a new revision belongs on top of the head, not below what was applied.',
    },
  )
}

/** HISTORY_UNKNOWN, with what takes the database back to these files. */
export function unknownVersion(
  unknown: readonly string[],
  graph: RevisionGraph,
  state: MigrationState,
  ahead: 'refuse' | 'allow',
): GateError {
  const [first = ''] = unknown
  const squashed = replacedBy(graph.order, first)
  if (squashed !== undefined) return inTheMiddle(first, squashed)
  const which = `, which the files lack${state.journal.has(first) ? '; a newer image has applied it' : ''}`
  const why =
    ahead === 'allow'
      ? '; PGATE_AHEAD=allow does not help: the journal does not show that it descends from the head of these files'
      : ''
  const head = graph.heads.length === 1 ? graph.heads[0] : '<revision>'
  const {
    goneRemedy: instead = unknown.every((id) => state.journal.has(id))
      ? `take the database back with \`pgate downgrade ${head} --from-journal\``
      : 'take the database back with the tool and the files that applied it',
  } = graph.rules
  return new GateError(
    'HISTORY_UNKNOWN',
    `the database is at revision ${oneLine(unknown.join(', '))}${which}${why}`,
    {
      facts: { unknown, heads: graph.heads },
      hint: `Deploy the image that holds this revision, or ${instead}; after a rollback of the image alone set PGATE_AHEAD=allow.`,
    },
  )
}

/** HISTORY_UNKNOWN where contract revisions have run that came after these files. */
export function contractedAhead(
  unknown: readonly string[],
  graph: RevisionGraph,
  contracted: readonly JournalRecord[],
): GateError {
  const ids = contracted.map(({ revision }) => revision)
  const [before, ...more] = new Set(
    contracted.flatMap(({ revises }) => revises.filter((id) => !ids.includes(id))),
  )
  const to = before !== undefined && more.length === 0 ? before : (graph.heads[0] ?? 'base')
  const are = ids.length === 1 ? 'is a contract revision' : 'are contract revisions'
  return new GateError(
    'HISTORY_UNKNOWN',
    `the database is at revision ${oneLine(unknown.join(', '))}, which the files lack; PGATE_AHEAD=allow does not help: ${oneLine(ids.join(', '))} ${are}, which took away what older versions work with`,
    {
      facts: { unknown, heads: graph.heads, contracted: ids },
      hint: `Deploy the image that holds this revision, or undo the contract revisions first: \`pgate downgrade ${to} --from-journal\`.`,
    },
  )
}

/** HISTORY_UNKNOWN for a database that has a part of what one file stands for now. */
function inTheMiddle(at: string, { id, file, replaces = [] }: Revision): GateError {
  return new GateError(
    'HISTORY_UNKNOWN',
    `the database is at revision ${at}, in the middle of the ${replaces.length + 1} that ${file} replaces`,
    {
      facts: { unknown: [at], squashed: id, replaces },
      hint: `Deploy once more what was deployed before they were squashed: it brings the database to ${id}, from where this file is of use.`,
    },
  )
}

/** HISTORY_UNFINISHED for a version row whose newest run failed. */
export function failedButThere({ revision, startedAt }: FailedRun): GateError {
  return new GateError(
    'HISTORY_UNFINISHED',
    `revision ${revision} has its version row, and its newest run (${startedAt}) failed: part of it was committed, by a COMMIT of its own or by another tool`,
    {
      facts: { revision, action: 'upgrade', startedAt },
      hint: `See in pgate_journal how it failed, put right what is missing, then run: pgate stamp ${revision}`,
    },
  )
}

/** HISTORY_UNFINISHED for a revision that stopped half-way in the other direction. */
export function unfinished({
  revision,
  action,
  statementsDone,
  startedAt,
}: JournalRecord): GateError {
  const again = action === 'upgrade' ? 'pgate upgrade' : 'pgate downgrade, with the same target,'
  return new GateError(
    'HISTORY_UNFINISHED',
    `the ${action} of revision ${revision} (${startedAt}) stopped after ${statementsDone} of its statements`,
    {
      facts: { revision, action, statementsDone, startedAt },
      hint: `Run ${again} again: it continues where that stopped.`,
    },
  )
}

/** A hash by its beginning; what tools keep else is read by people. */
function shown(recorded: string): string {
  return /^[0-9a-f]{33,}$/.test(recorded) ? short(recorded) : recorded
}

function short(checksum: string): string {
  return checksum.slice(0, 12)
}
