import type { Revision, RunnableBody, Statement } from '../../revisions/file/revision.ts'
import { refuseLargeSection } from '../../revisions/sql/memory.ts'
import type { OwnTables } from '../../revisions/sql/own-tables.ts'
import { executionMode, splitStatements } from '../../revisions/sql/split.ts'
import { irreversible } from '../../revisions/target/downgrade-plan.ts'
import { opaque } from './opaque.ts'

/** One direction of a revision that is ready to run: cut into statements, and how they are to run. */
export interface PreparedRevision {
  readonly revision: Revision
  readonly action: 'upgrade' | 'downgrade'
  readonly body: RunnableBody
  readonly mode: 'transaction' | 'statements'
  /** Of its statements; `null` in a module. @see meaningHash */
  readonly meaning: string | null
  /** SET TRANSACTION, to come before anything else of the transaction. */
  readonly begin: readonly Statement[]
  /** Empty for a TypeScript or JavaScript revision. */
  readonly statements: readonly Statement[]
}

/**
 * Cuts every planned revision before the first one runs, so that a syntax error in the last of
 * them stops the run while nothing has been changed.
 * @throws {GateError} MIGRATION_FAILED for a syntax error; REVISION_TRANSACTION, REVISION_UNSUPPORTED
 *   and REVISION_OWN_TABLE for statements that cannot be run as asked; REVISION_IRREVERSIBLE;
 *   REVISION_TOO_LARGE; REVISION_OPAQUE
 */
export async function prepareRevisions(
  plan: readonly Revision[],
  action: PreparedRevision['action'],
  own: OwnTables,
): Promise<readonly PreparedRevision[]> {
  const prepared: PreparedRevision[] = []
  for (const revision of plan) prepared.push(await prepareRevision(revision, action, own))
  return prepared
}

const NO_STATEMENTS = { begin: [], statements: [], meaning: null } as const

async function prepareRevision(
  revision: Revision,
  action: PreparedRevision['action'],
  own: OwnTables,
): Promise<PreparedRevision> {
  const body = revision[action]
  if (body === null) throw irreversible([revision])
  if (body.kind === 'opaque') throw opaque(revision, body)
  refuseLargeSection(revision, body)
  const { file = revision.file, transaction = revision.transaction } =
    body.kind === 'sql' ? body : {}
  const place = { id: revision.id, file, transaction }
  const script = body.kind === 'sql' ? await splitStatements(body, place, own) : NO_STATEMENTS
  const mode = executionMode(place, script)
  const { begin, statements, meaning } = script
  return Object.freeze({ revision, action, body, begin, statements, meaning, mode })
}
