import { GateError } from '../../errors/error.ts'
import type { FailedRun, JournalRecord, MigrationState } from '../../store/state.ts'

/**
 * Refuses to go one way while a revision stands half-way in the other: going on would take its
 * half for the whole. Pure; a revision that stopped half-way in the same direction is resumed. Going
 * up is refused, too, where a version row stands for an upgrade that failed.
 * @throws {GateError} HISTORY_UNFINISHED
 */
export function refuseUnfinished(state: MigrationState, going: 'upgrade' | 'downgrade'): void {
  for (const record of state.journal.values()) {
    if (record.outcome === 'done' || record.action === going) continue
    throw unfinished(record)
  }
  const [failed] = going === 'upgrade' ? (state.failed ?? []) : []
  if (failed !== undefined) throw failedButThere(failed)
}

function failedButThere({ revision, startedAt }: FailedRun): GateError {
  return new GateError(
    'HISTORY_UNFINISHED',
    `revision ${revision} has its version row, and its newest run (${startedAt}) failed: part of it was committed, by a COMMIT of its own or by another tool`,
    {
      facts: { revision, action: 'upgrade', startedAt },
      hint: `See in pgate_journal how it failed, put right what is missing, then run: pgate stamp ${revision}`,
    },
  )
}

function unfinished({ revision, action, statementsDone, startedAt }: JournalRecord): GateError {
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
