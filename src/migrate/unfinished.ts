import { GateError } from '../errors.ts'
import type { JournalRecord, MigrationState } from './state.ts'

/**
 * Refuses to go one way while a revision stands half-way in the other: going on would take its
 * half for the whole. Pure; a revision that stopped half-way in the same direction is resumed.
 * @throws {GateError} HISTORY_UNFINISHED
 */
export function refuseUnfinished(state: MigrationState, going: 'upgrade' | 'downgrade'): void {
  for (const record of state.journal.values()) {
    if (record.outcome === 'done' || record.action === going) continue
    throw unfinished(record)
  }
}

function unfinished({ revision, action, statementsDone, startedAt }: JournalRecord): GateError {
  const again = action === 'upgrade' ? 'pgate upgrade' : 'pgate downgrade, with the same target,'
  return new GateError(
    'HISTORY_UNFINISHED',
    `the ${action} of revision ${revision} (${startedAt}) stopped after ${statementsDone} of its statements`,
    {
      facts: { revision, action, statementsDone, startedAt },
      hint: `Run ${again} again: it goes on where that stopped.`,
    },
  )
}
