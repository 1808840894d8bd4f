import { readCatalog } from '../catalog/catalog.ts'
import { catalogScope } from '../catalog/scope.ts'
import type { Phase } from '../config/choices.ts'
import type { DeclaredExtension } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { tableNames } from '../formats/formats.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import type { Session } from '../postgres/session/session.ts'
import { NO_REVISIONS, type RevisionGraph } from '../revisions/graph/graph.ts'
import { waitingStates } from '../revisions/target/phases.ts'
import { upgradePlan } from '../revisions/target/plan.ts'
import { checkReached, unreached } from '../steps/migrate/check-reached.ts'
import { environmentOn } from '../steps/migrate/program-environment.ts'
import { commandName, runProgram } from '../steps/migrate/run-program.ts'
import { createdExtensions, type ExtensionOrigins } from '../steps/verify/extensions-promised.ts'
import type { Manifest } from '../steps/verify/manifest/manifest.ts'
import { manifestOf } from '../steps/verify/manifest/manifest-of.ts'
import { readRespellings } from '../steps/verify/spelling/respell.ts'
import { pendingFault, pendingPlanFault } from './check.ts'
import { upgrade } from './gate.ts'
import { type Resources, type RunContext, withShadowResources } from './resources.ts'
import { revisionFacts } from './revision-files.ts'
import { waitStep, withUsableServer } from './wait-step.ts'

/** What is built, and where. */
export interface ManifestRequest {
  readonly graph: RevisionGraph
  readonly targets: Iterable<string>
  /** True: what it holds while contract revisions wait is read, too. */
  readonly isWhole?: boolean
  /** Where the throwaway database is made; undefined: the embedded PostgreSQL, in memory. */
  readonly server: ConnectionTarget | undefined
}

/** Upgrades an empty throwaway database to the targets and reads what its catalog says. */
export async function buildManifest(
  context: RunContext,
  { graph, targets, isWhole = false, server }: ManifestRequest,
): Promise<Manifest> {
  // PGATE_ROLE is a role of the real server; a schema of pgate's own is none that revisions promise.
  const {
    role: _,
    journalSchema: __,
    versionSchema: ___,
    migrateCommand,
    ...settings
  } = context.config
  return withShadowResources(context, server, (resources, quiet) =>
    waitStep(quiet, resources, {}, async (session) => {
      const revisions = migrateCommand === undefined ? graph : NO_REVISIONS
      const upgradeTo = async (target: string, phase: Phase = 'all') => {
        const shadow = { ...quiet, config: { ...settings, target, phase, lint: 'off' } } as const
        await upgrade(shadow, resources, { session, graph: revisions }, async () => {})
      }
      const unpromised = [...graph.revisions.values()].flatMap((one) => one.unpromised ?? [])
      const read = async (before: Parameters<typeof manifestOf>[1]['before'] = []) => {
        const catalog = await readCatalog(session, catalogScope(settings, 'all'))
        return manifestOf(catalog, {
          ...revisionFacts(graph),
          schema: settings.schema,
          respelled: await readRespellings(quiet, session, catalog.objects),
          extensions: extensionOrigins(settings.extensions, graph),
          unpromised: [...new Set(unpromised)].toSorted(),
          before,
        })
      }
      const before: [readonly string[], Manifest][] = []
      for (const { left, versions } of isWhole ? waitingStates(graph) : []) {
        for (const target of before.length === 0 ? ['heads'] : versions)
          await upgradeTo(target, before.length === 0 ? 'expand' : 'all')
        before.push([left, await read()])
      }
      for (const target of inOneRun(graph, targets)) await upgradeTo(target)
      const shadow = { ...quiet, config: settings }
      if (migrateCommand !== undefined) await runCommand(shadow, resources, session, migrateCommand)
      return read(before)
    }),
  )
}

/**
 * What the database itself holds, as the promise: of one that is at the heads of what is known of its revisions.
 * Reads alone, so that a text keeps the one spelling that this server has for it.
 * @throws {GateError} HISTORY_PENDING
 */
export async function manifestFromDatabase(
  context: RunContext,
  graph: RevisionGraph,
): Promise<Manifest> {
  const { config } = context
  return withUsableServer(context, { needs: 'read' }, async (session) => {
    if (config.migrateCommand === undefined) {
      const plan = upgradePlan(graph, await tableNames(config).history.read(session), 'heads')
      if (plan.length > 0) throw pendingPlanFault(plan)
    } else {
      const missing = (await unreached(context, session))?.missing ?? []
      if (missing.length > 0) throw pendingFault(missing)
    }
    return manifestOf(await readCatalog(session, catalogScope(config, 'all')), {
      ...revisionFacts(graph),
      schema: config.schema,
      respelled: new Map(),
      extensions: extensionOrigins(config.extensions, graph),
      unpromised: config.unpromised,
    })
  })
}

/**
 * Has another program make its schema in the throwaway database.
 * @throws {GateError} MIGRATOR_FAILED, MIGRATOR_NOT_FOUND; MIGRATOR_BEHIND where it has made nothing there
 */
async function runCommand(
  context: StepContext,
  { reach }: Resources,
  session: Session,
  words: readonly string[],
): Promise<void> {
  const read = async () => (await readCatalog(session, catalogScope(context.config, 'all'))).digest
  const before = await read()
  const name = commandName(words)
  await reach?.((connection) => {
    const environment = environmentOn(connection, context.environment ?? {})
    return runProgram({ ...context, environment, config: { ...context.config, connection } }, words)
  })
  if ((await read()) !== before) return checkReached(context, session, name)
  throw new GateError(
    'MIGRATOR_BEHIND',
    `${name} ended with 0, and the throwaway database is as empty as before`,
    {
      facts: { migrator: name },
      hint: `It works on another database: let it connect by DATABASE_URL, or by PGHOST, PGPORT, PGDATABASE and PGUSER, which lead to the throwaway one.`,
    },
  )
}

/** Where a tool passes over what is below its mark, one target is reached in one run, or not at all. */
function inOneRun({ order, rules }: RevisionGraph, targets: Iterable<string>): Iterable<string> {
  if (rules.late !== 'never') return targets
  const wanted = new Set(targets)
  const last = order.findLast(({ id }) => wanted.has(id))
  return last === undefined ? wanted : [last.id]
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
