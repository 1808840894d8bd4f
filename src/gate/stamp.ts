import { isSameSet } from '../base/set.ts'
import type { StepContext } from '../config/context.ts'
import { tableNames } from '../formats/formats.ts'
import { withGateLock } from '../lock/lock.ts'
import type { Session } from '../postgres/session/session.ts'
import { targetVersions } from '../revisions/target/plan.ts'
import { stampVersions } from '../revisions/target/stamp-versions.ts'
import { readInstalled, requiredExtensions } from '../steps/extensions/extensions.ts'
import { appliedRevisions, isEdited } from '../steps/migrate/history.ts'
import { startRun } from '../steps/migrate/run.ts'
import { type StampOutcome, stamp } from '../steps/migrate/stamp.ts'
import { withToolLock } from '../steps/migrate/tool-lock.ts'
import type { Manifest } from '../steps/verify/manifest/manifest.ts'
import { verifyFailure, verifySchema } from '../steps/verify/verify.ts'
import { readMigrationState } from '../store/state.ts'
import { type Resources, sideConnections } from './resources.ts'
import type { RevisionFiles } from './revision-files.ts'
import { unblocked } from './unblocked.ts'

const NOT_STAMPED =
  'No version was set. Stamp the revision that the schema is at, or put right what is listed; --no-verify believes it as it is.'

/** Which version a stamp sets, and how it is proved. */
export interface Stamping {
  readonly session: Session
  readonly files: RevisionFiles
  readonly targets: readonly string[]
  /** True: whatever rows are there go first, known to the files or not. */
  readonly purge: boolean
  /**
   * Builds the schema of these version rows in a throwaway database and reads it; absent: the
   * stamp is believed as it is.
   */
  readonly expectation?: (versions: ReadonlySet<string>) => Promise<Manifest>
}

/**
 * Sets the version rows, after having proved that the schema is the one they promise.
 * @throws {GateError} VERIFY_DRIFT, VERIFY_STRUCTURE, REVISION_UNKNOWN_TARGET, HISTORY_UNKNOWN,
 *   LOCK_TIMEOUT
 */
export async function proveAndStamp(
  context: StepContext,
  { database, origin }: Pick<Resources, 'database' | 'origin'>,
  stamping: Stamping,
): Promise<StampOutcome & { readonly edited: readonly string[]; readonly isVerified: boolean }> {
  const { session, files, targets, purge } = stamping
  const names = tableNames(context.config)
  const versionsAfter = (rows: ReadonlySet<string>) =>
    stampVersions(files.graph, purge ? new Set<string>() : rows, targets)
  const waiter = { session, sideConnections: sideConnections({ database }) }
  await unblocked(context, waiter, async () =>
    proveForStamp(context, stamping, versionsAfter(await names.history.read(session))),
  )
  return withGateLock(context, { session, database, origin }, async (lock) => {
    await lock.acquire()
    const { graph } = files
    const tool = { history: names.history, lock: lock.held() }
    const outcome = await withToolLock(context, session, tool, () =>
      stamp(startRun(context, session, { origin, lock }), { graph, versionsAfter }),
    )
    const state = await readMigrationState(session, names)
    const edited = appliedRevisions(graph, state).filter((one) =>
      isEdited(one.revision, one.record),
    )
    return {
      ...outcome,
      edited: edited.map(({ revision }) => revision.id),
      isVerified: stamping.expectation !== undefined && outcome.versions.size > 0,
    }
  })
}

/** @throws {GateError} VERIFY_DRIFT, VERIFY_STRUCTURE; `refusal` says what was not done */
export async function proveForStamp(
  context: StepContext,
  { session, files, expectation }: Pick<Stamping, 'session' | 'files' | 'expectation'>,
  rows: ReadonlySet<string>,
  refusal = NOT_STAMPED,
): Promise<void> {
  // Rows that stand for several files, and those whose file is gone, name none that could be made.
  const versions = files.graph.rules.rows === 'each' ? files.graph.applied(rows) : rows
  // Base promises nothing that could be missing.
  if (expectation === undefined || versions.size === 0) return
  const atHeads = isSameSet(versions, targetVersions(files.graph, 'heads'))
  const fitting = atHeads && files.staleReason === null ? files.manifest : null
  const installed = await readInstalled(session)
  const outcome = await verifySchema(context, session, {
    manifest: fitting ?? (await expectation(versions)),
    versions,
    // The rows are what is about to be set.
    liveVersions: versions,
    extensions: requiredExtensions(context.config.extensions, installed),
    isMadeElsewhere: async () => true,
    strict: false,
  })
  if (!outcome.ok) throw verifyFailure(outcome, refusal)
}
