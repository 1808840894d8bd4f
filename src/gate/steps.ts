import type { DeclaredExtension } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { type GateLock, withGateLock } from '../lock/lock.ts'
import { interruptible } from '../postgres/session/interruptible.ts'
import { type Session, withSession } from '../postgres/session/session.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import {
  applyExtensions,
  type ExtensionPlan,
  planExtensions,
} from '../steps/extensions/extensions.ts'
import { migratorOf } from '../steps/migrate/choose-migrator.ts'
import type { MigrateOutcome } from '../steps/migrate/migrate.ts'
import type { Precautions } from '../steps/migrate/precautions.ts'
import { otherConnectionFailure } from '../steps/wait/other-connection.ts'
import { BOTH_TABLES, type ExistingTables } from '../store/tables.ts'
import {
  describeExtensions,
  describeMigration,
  describeProof,
  type Proof,
  type Upgraded,
} from './outcome.ts'
import { takeBeforeExtensions, withPrecautions } from './precautions.ts'
import { isProved, type ProofRequest, proveSchema } from './prove.ts'
import { type Resources, sideConnections } from './resources.ts'
import type { RevisionFiles } from './revision-files.ts'
import type { Survey } from './unchanged/survey.ts'

/** What the steps behind the wait work on. */
export interface UpgradeRequest {
  /** The session that the wait has proved. */
  readonly session: Session
  readonly graph: RevisionGraph
  /** Absent where no proof is kept. */
  readonly files?: RevisionFiles
  /** What was found along with the wait, a moment ago; absent: each step asks for itself. */
  readonly survey?: Survey | undefined
}

/** Lends the gate's lock, which a step takes where it has something to write, and not before. */
export async function withLock<T>(
  context: StepContext,
  resources: Resources,
  { session, survey }: Omit<UpgradeRequest, 'graph'>,
  use: (lock: GateLock) => Promise<T>,
): Promise<T> {
  const isPooled = survey && survey.processId !== session.processId
  const { origin } = resources
  const database = sideConnections(resources)
  return withGateLock(context, { session, database, origin, isPooled }, use)
}

/** What a step writes with. */
export interface UnderLock {
  readonly lock: GateLock
  readonly precautions: Precautions | undefined
}

/**
 * The same with the precautions, and then `prove`. Where another program migrates, that is under the lock still: it does
 * not say what it did, and who waits for the lock needs the proof.
 */
export async function underLock<U, T>(
  context: StepContext,
  resources: Resources,
  request: UpgradeRequest,
  act: (held: UnderLock) => Promise<U>,
  prove: (done: U) => Promise<T>,
): Promise<T> {
  const isOurs = context.config.migrateCommand === undefined
  return withPrecautions(resources, async (precautions) => {
    const use = (lock: GateLock) => act({ lock, precautions })
    return isOurs
      ? prove(await withLock(context, resources, request, use))
      : withLock(context, resources, request, async (lock) => prove(await use(lock)))
  })
}

/** How long the connection of PGATE_ADMIN_URL may take: the server has answered already. */
const ADMIN_CONNECT_MS = 30_000

/**
 * Creates and updates the declared extensions. Plans without the lock; only where something is to be
 * done is it taken, and planned again.
 * @throws {GateError} EXTENSION_*, LOCK_TIMEOUT, CONFIG_INVALID
 */
export async function extensionsStep(
  context: StepContext,
  resources: Resources,
  { session, lock, survey, precautions }: Omit<UpgradeRequest, 'graph'> & UnderLock,
): Promise<ExtensionPlan> {
  const wanted = context.config.extensions
  const act = async () => {
    const plan = await planExtensions(session, wanted, survey?.installed)
    for (const note of plan.notes) context.log.warn('extension.note', note)
    if (plan.actions.length === 0) return plan
    await lock.acquire()
    const planned = await planExtensions(session, wanted)
    if (planned.actions.length > 0) {
      await takeBeforeExtensions(context, resources, { session, lock, precautions })
    }
    const { skipped } = await withAdmin(context, resources, session, (admin) =>
      applyExtensions(context, admin, planned),
    )
    const done = planned.actions.filter(({ name }) => !skipped.some((one) => one.name === name))
    if (resources.admin !== undefined) {
      await refuseOtherDatabase(
        session,
        done.map(({ declared }) => declared),
      )
    }
    return { ...planned, actions: done, skipped: [...planned.skipped, ...skipped] }
  }
  return resources.steps.run('extensions', act, (plan) => describeExtensions(plan, wanted))
}

async function withAdmin<T>(
  context: StepContext,
  { admin }: Resources,
  session: Session,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  if (admin === undefined) return use(session)
  try {
    const options = { timeoutMs: ADMIN_CONNECT_MS, signal: context.signal }
    return await withSession(admin, options, (one) => use(interruptible(one, context)))
  } catch (error) {
    throw otherConnectionFailure(error, 'PGATE_ADMIN_URL')
  }
}

/** An admin URL of another database would create the extensions there, and nobody would notice. */
async function refuseOtherDatabase(
  session: Session,
  wanted: readonly DeclaredExtension[],
): Promise<void> {
  const { actions } = await planExtensions(session, wanted)
  if (actions.length === 0) return
  const missing = actions.map(({ name }) => name)
  throw new GateError(
    'CONFIG_INVALID',
    `PGATE_ADMIN_URL: ${missing.join(', ')} was set up by it, and is not in the database that pgate migrates`,
    {
      facts: { missing },
      hint: 'Name the same database in PGATE_ADMIN_URL as in the connection, with the other role.',
    },
  )
}

/**
 * Lints what is pending, before anything is touched.
 * @throws {GateError} LINT_FAILED with PGATE_LINT=refuse
 */
export async function lintStep(context: StepContext, request: UpgradeRequest): Promise<void> {
  if (context.config.lint === 'off' || request.graph.order.length === 0) return
  const { lintPending } = await import('./lint.ts')
  await lintPending(context, request)
}

/**
 * Applies what is pending up to the target.
 * @throws {GateError} HISTORY_*, LOCK_*, REVISION_*, MIGRATION_*
 */
export async function migrateStep(
  context: StepContext,
  resources: Resources,
  {
    session,
    graph,
    files,
    survey,
    lock,
    precautions,
    extensions,
  }: UpgradeRequest & UnderLock & { readonly extensions: ExtensionPlan },
): Promise<MigrateOutcome> {
  const { steps, origin } = resources
  const request = {
    lock,
    origin,
    precautions,
    sideConnections: sideConnections(resources),
    tables: survey?.tables,
    inputs: files?.command,
    ...(files && {
      isProved: () => isProved(context, { session, files, skipped: extensions.skipped }),
    }),
  }
  const migrator = migratorOf(context.config, graph)
  return steps.run('migrate', () => migrator.apply(context, session, request), describeMigration)
}

/**
 * What the verify after an upgrade has to prove: the version rows that the migrator promises; where it
 * does not say, or the database is ahead, its own.
 */
export function expectedAfter(
  { config }: StepContext,
  { graph, survey }: UpgradeRequest,
  { migration, extensions }: Upgraded,
): Pick<ProofRequest, 'expected' | 'tables' | 'isAwaited' | 'skipped' | 'restorePoint'> {
  const { applied, ahead, versions, byAnother = false, command } = migration
  const promised = ahead ? undefined : migratorOf(config, graph).expected()
  // Another program may have made some of them.
  const knownTables = command === undefined ? survey?.tables : undefined
  return {
    expected: promised ?? versions,
    tables: applied.length > 0 || byAnother ? tablesAfter(survey?.tables) : knownTables,
    isAwaited: byAnother,
    skipped: extensions.skipped,
    // The journal has no other row of what another program did.
    restorePoint: command === undefined ? null : migration.restorePoint,
  }
}

/** Undefined: to be asked for. */
function tablesAfter(before: ExistingTables | undefined): ExistingTables | undefined {
  return before?.lacksRun ? undefined : BOTH_TABLES
}

/**
 * Proves the schema; without more words it keeps the proof for the next start.
 * @throws {GateError} VERIFY_*
 */
export async function verifyStep(
  context: StepContext,
  resources: Resources,
  request: Pick<ProofRequest, 'session' | 'files' | 'expected'> & Partial<ProofRequest>,
): Promise<Proof> {
  // A COMMIT may have come through after all; what follows is not begun.
  context.signal.throwIfAborted()
  const gate = { origin: resources.origin, sideConnections: sideConnections(resources) }
  const whole = { how: 'keep', strict: false, ...request, ...gate } as const
  return resources.steps.run('verify', () => proveSchema(context, whole), describeProof)
}
