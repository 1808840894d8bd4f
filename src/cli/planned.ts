import { GateError } from '../errors.ts'
import { describeVersions } from '../gate/summaries.ts'
import type { PlannedRun } from '../migrate/dry-run.ts'
import { describeStep } from '../migrate/run.ts'
import type { CommandOutput } from './command.ts'

/** What `--dry-run` prints: a line, and for `--json` an entry, for each revision that would run. */
export function plannedOutput(plan: PlannedRun): CommandOutput {
  const { prepared, versions, ahead } = plan
  const pending = prepared.map(({ revision, mode }) => {
    const { id, revises, message, file } = revision
    return { revision: id, revises, message, file, mode }
  })
  return { json: { pending, versions: [...versions].sort(), ahead }, lines: linesOf(plan) }
}

/** `would run upgrade a -> b, message (migrations/b.sql, transaction)` */
function linesOf({ action, prepared, versions, ahead }: PlannedRun): readonly string[] {
  const at = describeVersions(versions)
  if (ahead) return [`nothing pending: the database is ahead of these files, at ${at}`]
  if (prepared.length === 0) {
    return [`${action === 'upgrade' ? 'nothing pending' : 'nothing to take back'}, at ${at}`]
  }
  return prepared.map(
    ({ revision, mode }) =>
      `would run ${action} ${describeStep(revision, action)} (${revision.file}, ${mode})`,
  )
}

export function sqlOrDryRun(): GateError {
  return new GateError('USAGE', '--sql and --dry-run are two different questions', {
    hint: '--sql prints a script without a connection; --dry-run asks the database what it would do.',
  })
}
