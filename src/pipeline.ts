import type { StepContext } from './context.ts'
import { applyExtensions, type ExtensionOutcome, planExtensions } from './extensions/extensions.ts'
import type { Runner } from './migrate/journal.ts'
import { type GateLock, withGateLock } from './migrate/lock.ts'
import { type MigrateOutcome, migrate } from './migrate/migrate.ts'
import { type Database, type Session, withSession } from './postgres/session.ts'
import { type HowToProve, type Proof, proveSchema } from './prove.ts'
import type { RevisionFiles } from './revision-files.ts'
import type { Steps } from './steps.ts'
import { describeExtensions, describeMigration, describeProof, describeWait } from './summaries.ts'
import { waitForServer } from './wait/wait.ts'

/** How long the connection of PGATE_ADMIN_URL may take: the server has answered already. */
const ADMIN_CONNECT_MS = 10_000

/** What the gate works with; `admin` creates extensions where another role has to. */
export interface Gate {
  readonly database: Database
  readonly admin: Database | undefined
  readonly steps: Steps
  readonly runner: Runner
}

/** What an open gate did. */
export interface GateOutcome {
  readonly migration: MigrateOutcome
  readonly proof: Proof
}

/**
 * The gate: wait, extensions, migrate, verify. Returns where it is open, and throws the GateError
 * that shuts it. The files have been read and checked before, so that a fault in them touches no
 * database.
 */
export async function runGate(
  context: StepContext,
  gate: Gate,
  files: RevisionFiles,
): Promise<GateOutcome> {
  return withUsableServer(context, gate, async (session) => {
    const migration = await upgradeSession(context, gate, { session, files })
    return { migration, proof: await verifyStep(context, gate, { session, files }) }
  })
}

/** Extensions and revisions, both under one lock that is taken only where there is work. */
export async function upgradeSession(
  context: StepContext,
  gate: Gate,
  on: { readonly session: Session; readonly files: RevisionFiles },
): Promise<MigrateOutcome> {
  return withGateLock(context, on.session, async (lock) => {
    await extensionsStep(context, gate, { session: on.session, lock })
    const { target } = context.config
    const request = { graph: on.files.graph, target, lock, runner: gate.runner }
    return gate.steps.run('migrate', () => migrate(context, on.session, request), describeMigration)
  })
}

/** Waits for a usable server and lends the session that proved it. */
export async function withUsableServer<T>(
  context: StepContext,
  gate: Gate,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { session } = await gate.steps.run(
    'wait',
    () => waitForServer(context, gate.database),
    describeWait,
  )
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}

/** Plans without the lock; only where something is to be done is it taken, and planned again. */
export async function extensionsStep(
  context: StepContext,
  gate: Gate,
  { session, lock }: { readonly session: Session; readonly lock: GateLock },
): Promise<ExtensionPlan> {
  const wanted = context.config.extensions
  const act = async () => {
    const plan = await planExtensions(session, wanted)
    if (plan.actions.length === 0) return plan
    await lock.acquire()
    const planned = await planExtensions(session, wanted)
    await withAdmin(context, gate, session, (admin) => applyExtensions(context, admin, planned))
    return planned
  }
  return gate.steps.run('extensions', act, describeExtensions)
}

async function withAdmin<T>(
  context: StepContext,
  gate: Gate,
  session: Session,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  if (gate.admin === undefined) return use(session)
  return withSession(gate.admin, { timeoutMs: ADMIN_CONNECT_MS, signal: context.signal }, use)
}

export async function verifyStep(
  context: StepContext,
  gate: Gate,
  on: { readonly session: Session; readonly files: RevisionFiles; readonly strict?: boolean },
): Promise<Proof> {
  return gate.steps.run('verify', () => proveSchema(context, gate.runner, on), describeProof)
}
