import { GateError } from '../errors/error.ts'
import { upgrade } from '../gate/gate.ts'
import { type Resources, type RunContext, withShadowResources } from '../gate/resources.ts'
import { type ConnectionHost, shadowTarget } from '../gate/shadow.ts'
import { withLock } from '../gate/steps.ts'
import { waitStep } from '../gate/wait-step.ts'
import { type ConnectionTarget, hostLabel } from '../postgres/connect/target.ts'
import type { Session } from '../postgres/session/session.ts'
import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import type { DowngradeTarget } from '../revisions/target/downgrade-plan.ts'
import { downgrade } from '../steps/migrate/downgrade.ts'

/** A database that was made for one purpose, that nobody else works on, and that is gone afterwards. */
export interface Throwaway {
  readonly session: Session
  readonly resources: Resources
  /** Logs quietly; without the settings that are of the real server alone. */
  readonly context: RunContext
}

/** Where throwaway databases are made, and what they have to offer. */
export interface ThrowawayPlace {
  /** Undefined: the embedded PostgreSQL, in memory. */
  readonly server: ConnectionTarget | undefined
  /** Extensions that may be created, besides those that the settings and the folder name. */
  readonly extensions?: readonly string[]
}

/**
 * Lends an empty throwaway database. Each call makes one of its own (0.6 s on the embedded PostgreSQL), so
 * that several are there at once, and a new one is as good as one that is made empty again.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED, MIGRATION_NOT_PERMITTED
 */
export async function withThrowaway<T>(
  context: RunContext,
  { server, extensions = [] }: ThrowawayPlace,
  use: (one: Throwaway) => Promise<T>,
): Promise<T> {
  // PGATE_ROLE is a role of the real server; a schema of pgate's own is none that anybody promises. No
  // instance of an old version runs here, so that nothing waits; `revision --phase` is of the new file.
  const {
    role: _,
    journalSchema: __,
    versionSchema: ___,
    migrateCommand: ____,
    ...config
  } = context.config
  const own = { ...context, config: { ...config, phase: 'all' as const }, available: extensions }
  return withShadowResources(own, server, (resources, quiet) =>
    waitStep(quiet, resources, {}, (session) => use({ session, resources, context: quiet })),
  )
}

/**
 * Sets up the declared extensions and PGATE_SCHEMA, and applies what is pending up to the target; of no
 * revisions, those alone.
 * @throws {GateError} EXTENSION_*, REVISION_*, MIGRATION_*
 */
export async function upgradeTo(
  { session, resources, context }: Throwaway,
  graph: RevisionGraph,
  target: string,
): Promise<void> {
  const towards = { ...context, config: { ...context.config, target } }
  await upgrade(towards, resources, { session, graph }, async () => {})
  // Where nothing was pending, no table of pgate's own has made it, as it will be before the first revision.
  await session.query(`create schema if not exists ${quoteIdentifier(context.config.schema)}`)
}

/** Downgrades it to the target. @throws {GateError} REVISION_*, MIGRATION_* */
export async function downgradeTo(
  { session, resources, context }: Throwaway,
  graph: RevisionGraph,
  target: DowngradeTarget,
): Promise<void> {
  await withLock(context, resources, { session }, (lock) => {
    const { origin } = resources
    return downgrade(context, session, { graph, target, fromJournal: false, lock, origin })
  })
}

/** What `--shadow-url` is read with. */
type ShadowContext = Pick<RunContext, 'config'> & {
  readonly host: ConnectionHost
}

/**
 * The server of `--shadow-url`; undefined without one.
 * @throws {GateError} CONFIG_INVALID where it cannot be read, or names the database that pgate migrates
 */
export function throwawayServer(
  { config, host }: ShadowContext,
  url: string | undefined,
): ConnectionTarget | undefined {
  if (url === undefined) return undefined
  const target = shadowTarget(url, host)
  const { connection } = config
  if (connection !== undefined && isSame(target, connection)) throw isReal()
  return target
}

function isSame(one: ConnectionTarget, other: ConnectionTarget): boolean {
  const hosts = other.hosts.map(hostLabel)
  return (
    one.database === other.database && one.hosts.some((host) => hosts.includes(hostLabel(host)))
  )
}

function isReal(): GateError {
  const message = 'it names the database of DATABASE_URL, which is never worked on'
  return new GateError('CONFIG_INVALID', `--shadow-url: ${message}`, {
    facts: { problems: [{ variable: '--shadow-url', message }] },
    hint: 'Name another database of that server in it (postgres will do), or leave it out to use the embedded PostgreSQL.',
  })
}
