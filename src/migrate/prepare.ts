import type { Revision, Statement } from '../revisions/revision.ts'
import { executionMode, splitStatements } from '../revisions/split.ts'

/** A revision that is ready to run: cut into statements, and how they are to run. */
export interface PreparedRevision {
  readonly revision: Revision
  readonly mode: 'transaction' | 'statements'
  /** Empty for a TypeScript or JavaScript revision. */
  readonly statements: readonly Statement[]
}

/**
 * Cuts every pending revision before the first one runs, so that a syntax error in the last of
 * them stops the run while nothing has been changed.
 * @throws {GateError} MIGRATION_FAILED for a syntax error, REVISION_TRANSACTION and
 *   REVISION_UNSUPPORTED for statements that cannot be run as asked
 */
export async function prepareRevisions(
  plan: readonly Revision[],
): Promise<readonly PreparedRevision[]> {
  const prepared: PreparedRevision[] = []
  for (const revision of plan) prepared.push(await prepareRevision(revision))
  return prepared
}

async function prepareRevision(revision: Revision): Promise<PreparedRevision> {
  const body = revision.upgrade
  const statements = body.kind === 'sql' ? await splitStatements(body, revision.file) : []
  return Object.freeze({ revision, statements, mode: executionMode(revision, statements) })
}
