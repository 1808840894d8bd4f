import { GateError } from '../errors/error.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { describeVersions } from '../revisions/graph/named.ts'
import type { PlannedRun } from '../steps/migrate/dry-run.ts'
import { describeStep } from '../steps/migrate/run.ts'
import type { CommandOutput } from './command.ts'

/**
 * What `--dry-run` prints: a line, and for `--json` an entry, for each revision that would run. The
 * SQL of one that the files lack stands nowhere else than in the journal: it is printed, too.
 */
export function plannedOutput(plan: PlannedRun, files?: RevisionGraph): CommandOutput {
  const { prepared, versions, ahead } = plan
  const pending = prepared.map(({ revision, mode, body }) => {
    const { id, revises, message, file } = revision
    const isKept = files !== undefined && !files.revisions.has(id) && body.kind === 'sql'
    return { revision: id, revises, message, file, mode, ...(isKept && { sql: body.text.trim() }) }
  })
  return {
    json: { pending, versions: [...versions].sort(), ahead },
    lines: linesOf(plan, new Map(pending.map(({ revision, sql }) => [revision, sql]))),
  }
}

/** `would run upgrade a -> b, message (migrations/b.sql, transaction)` */
function linesOf(
  { action, prepared, versions, ahead }: PlannedRun,
  kept: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  const at = describeVersions(versions)
  if (ahead) return [`nothing pending: the database is ahead of these files, at ${at}`]
  if (prepared.length === 0) {
    return [`${action === 'upgrade' ? 'nothing pending' : 'nothing to downgrade'}, at ${at}`]
  }
  return prepared.flatMap(({ revision, mode }) => [
    `would run ${action} ${describeStep(revision, action)} (${revision.file}, ${mode})`,
    ...(kept.get(revision.id)?.split('\n') ?? []).map((line) => `    ${line}`),
  ])
}

export function sqlOrDryRun(): GateError {
  return new GateError('USAGE', '--sql and --dry-run are two different questions', {
    hint: '--sql prints a script without a connection; --dry-run asks the database what it would do.',
  })
}
