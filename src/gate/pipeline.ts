import type { DeclaredExtension } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { withGateLock } from '../lock/lock.ts'
import type { Session } from '../postgres/session/session.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { targetVersions } from '../revisions/target/plan.ts'
import { relativeSteps } from '../revisions/target/target.ts'
import type { ExtensionPlan, InstalledExtension } from '../steps/extensions/extensions.ts'
import { waitForVersions } from '../steps/migrate/follow.ts'
import { type MigrateOutcome, migrate } from '../steps/migrate/migrate.ts'
import { readCatalog } from '../steps/verify/catalog/catalog.ts'
import { createdExtensions, type ExtensionOrigins } from '../steps/verify/extensions-promised.ts'
import type { Manifest } from '../steps/verify/manifest/manifest.ts'
import { manifestOf } from '../steps/verify/manifest/manifest-of.ts'
import { catalogScope } from '../steps/verify/scope.ts'
import { readRespellings } from '../steps/verify/spelling/respell.ts'
import { BOTH_TABLES, type ExistingTables } from '../store/tables.ts'
import { extensionsStep } from './extensions-step.ts'
import { type Proof, type ProofRequest, proveSchema } from './prove.ts'
import { type RevisionFiles, revisionFacts } from './revision-files.ts'
import { describeMigration, describeProof } from './summaries.ts'
import { type Resources, sideConnections, withUsableServer } from './usable-server.ts'

/** What an open gate did. */
export interface GateOutcome {
  readonly migration: MigrateOutcome
  readonly proof: Proof
}

/** What the steps work on: a usable server's session, and the files, which were checked before. */
export interface Passing {
  readonly session: Session
  readonly files: RevisionFiles
  readonly known?: Known | undefined
}

/** What was found along with the wait, a moment ago. */
export interface Known {
  readonly installed: readonly InstalledExtension[]
  readonly tables: ExistingTables
  readonly isPooled: boolean
}

/**
 * The gate behind the wait: extensions, migrate, verify. Returns where it is open, and throws the
 * GateError that shuts it.
 */
export async function passGate(
  context: StepContext,
  resources: Resources,
  { session, files, known }: Passing,
): Promise<GateOutcome> {
  const upgraded = await upgradeSession(context, resources, { session, graph: files.graph, known })
  const { migration, skipped } = upgraded
  const expected = promisedVersions(context, files.graph, migration)
  const isDone = migration.applied.length > 0 || migration.byAnother === true
  const tables = isDone ? BOTH_TABLES : known?.tables
  const isAwaited = migration.byAnother === true
  const on = { session, files, expected, tables, isAwaited, skipped }
  const proof = await verifyStep(context, resources, on)
  return { migration, proof }
}

/**
 * The gate by its steps, without asking first whether anything has changed. The files have been
 * read and checked before, so that a fault in them touches no database.
 */
export async function runGate(
  context: StepContext,
  resources: Resources,
  files: RevisionFiles,
): Promise<GateOutcome> {
  return withUsableServer(context, resources, (session) =>
    passGate(context, resources, { session, files }),
  )
}

/** The rows that the target wants; where the database is ahead, or the target is `+N`, its own. */
function promisedVersions(
  { config }: StepContext,
  graph: RevisionGraph,
  { ahead, versions }: MigrateOutcome,
): ReadonlySet<string> {
  const atHand = ahead || relativeSteps(config.target) !== undefined
  return atHand ? versions : targetVersions(graph, config.target)
}

/** What the extensions and migrate steps came to. */
export interface Upgraded {
  readonly migration: MigrateOutcome
  readonly skipped: ExtensionPlan['skipped']
}

/** Extensions and revisions, both under one lock that is taken only where there is work. */
export async function upgradeSession(
  context: StepContext,
  resources: Resources,
  on: Omit<Passing, 'files'> & { readonly graph: RevisionGraph },
): Promise<Upgraded> {
  const { session, known } = on
  const place = { ...resources, session, isPooled: known?.isPooled }
  return withGateLock(context, place, async (lock) => {
    const extensions = { session, lock, installed: known?.installed }
    const { skipped } = await extensionsStep(context, resources, extensions)
    const { target } = context.config
    const request = {
      graph: on.graph,
      target,
      lock,
      origin: resources.origin,
      sideConnections: sideConnections(resources),
      tables: known?.tables,
    }
    const act = () => migrate(context, session, request)
    return { migration: await resources.steps.run('migrate', act, describeMigration), skipped }
  })
}

/** Proves the schema; without `expected` the version rows are those of the target. */
export async function verifyStep(
  context: StepContext,
  resources: Resources,
  on: {
    readonly session: Session
    readonly files: RevisionFiles
    readonly expected: ReadonlySet<string>
    readonly tables?: ExistingTables | undefined
    readonly isAwaited?: boolean
    readonly skipped?: ExtensionPlan['skipped']
    readonly how?: ProofRequest['how']
    readonly strict?: boolean
  },
): Promise<Proof> {
  // A COMMIT may have come through after all; what follows is not begun.
  context.signal.throwIfAborted()
  const { origin } = resources
  const by = { origin, sideConnections: sideConnections(resources) }
  const request = { how: 'keep', strict: false, ...on, ...by } as const
  return resources.steps.run('verify', () => proveSchema(context, request), describeProof)
}

/**
 * Waits, reading alone, until another gate has taken the database to the target, and proves the
 * schema. Needs no more rights than to read the version table and the catalog.
 * @throws {GateError} NOT_READY after PGATE_WAIT_TIMEOUT, HISTORY_UNKNOWN, VERIFY_*
 */
export async function waitForHead(
  context: StepContext,
  resources: Resources,
  files: RevisionFiles,
): Promise<Proof> {
  const aim = { graph: files.graph, expected: targetVersions(files.graph, context.config.target) }
  return withUsableServer(
    context,
    resources,
    async (session) => {
      const act = async () => {
        const expected = await waitForVersions(context, session, aim)
        const by = { origin: resources.origin, sideConnections: sideConnections(resources) }
        const request = { session, files, expected, ...by, strict: false, how: 'look' } as const
        return proveSchema(context, request)
      }
      return resources.steps.run('verify', act, describeProof)
    },
    { needs: 'read' },
  )
}

/** Upgrades an empty throwaway database to the targets and reads what its catalog says. */
export async function buildManifest(
  context: StepContext,
  resources: Resources,
  want: { readonly graph: RevisionGraph; readonly targets: readonly string[] },
): Promise<Manifest> {
  // PGATE_ROLE is a role of the real server; a schema of pgate's own is none that revisions promise.
  const { role: _, journalSchema: __, ...settings } = context.config
  return withUsableServer(context, resources, async (session) => {
    for (const target of want.targets) {
      const shadow = { ...context, config: { ...settings, target } }
      await upgradeSession(shadow, resources, { session, graph: want.graph })
    }
    const catalog = await readCatalog(session, catalogScope(settings, 'all'))
    const respelled = await readRespellings(context, session, catalog.objects)
    const { schema } = settings
    const extensions = extensionOrigins(settings.extensions, want.graph)
    const unpromised = [...want.graph.revisions.values()].flatMap((one) => one.unpromised ?? [])
    const build = { schema, respelled, extensions, unpromised: [...new Set(unpromised)].toSorted() }
    return manifestOf(catalog, { ...revisionFacts(want.graph), ...build })
  })
}

function extensionOrigins(
  declared: readonly DeclaredExtension[],
  { revisions }: RevisionGraph,
): ExtensionOrigins {
  const texts = [...revisions.values()].flatMap(({ upgrade }) =>
    upgrade.kind === 'sql' ? [upgrade.text] : [],
  )
  return {
    declared: new Map(declared.map(({ name, optional = false }) => [name, optional])),
    created: createdExtensions(texts),
  }
}
