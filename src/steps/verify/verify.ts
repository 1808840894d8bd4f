import { type Catalog, readCatalog } from '../../catalog/catalog.ts'
import { MIGRATING_ROLE, MIGRATOR_KEY } from '../../catalog/roles.sql.ts'
import { type CatalogScope, catalogScope } from '../../catalog/scope.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { cancellable } from '../../postgres/session/cancel.ts'
import type { Session } from '../../postgres/session/session.ts'
import { compareCatalogs, type DriftReport, hasDrift, withOrder } from './drift/drift.ts'
import type { Damaged, DriftRepair } from './drift/repair.ts'
import { failureFacts, failureHint, failureMessage, type VerifyOutcome } from './failure.ts'
import type { Manifest } from './manifest/manifest.ts'
import { relocate, schemasOf } from './manifest/relocate.ts'
import { limited, renderExtra, renderWarnings } from './report-lines.ts'
import { loadEquivalent, loadParse } from './spelling/parse-tree.ts'
import {
  type RequiredExtension,
  reportBuilding,
  reportUnvalidated,
  structureFaults,
} from './structure/structure.ts'
import { type Promised, withoutUnpromised } from './unpromised.ts'

export type { VerifyOutcome } from './failure.ts'

/** What the live database is held against. */
export interface Expected {
  /** `null` where there is none. One that is stale still says which schemas are to be looked at. */
  readonly manifest: Manifest | null
  /** Why the manifest describes other revisions than these; then the structure alone is checked. */
  readonly staleReason?: string | null | undefined
  /** The version rows that there should be, and those that there are. */
  readonly versions: ReadonlySet<string>
  readonly liveVersions: ReadonlySet<string>
  readonly extensions: readonly RequiredExtension[]
  /**
   * Whether something else made the schema than these revisions in their order (an init.sql that was
   * stamped, another tool, branches in another order): columns are then where that put them. Asked only where it is another;
   * default: it was not.
   */
  readonly isMadeElsewhere?: () => Promise<boolean>
  /** True: objects that the manifest does not have shut the gate, too. */
  readonly strict: boolean
  /** True: what would repair a drift is looked for, too. */
  readonly isRepairWanted?: boolean | undefined
}

const NO_DRIFT: DriftReport = Object.freeze({
  missing: [],
  different: [],
  reordered: [],
  extra: [],
  notices: [],
})

/**
 * Compares the live schema with the manifest and checks its structure, in one round trip and
 * without changing anything. Respects PGATE_VERIFY. What it finds is in the outcome and not thrown.
 * @throws the driver's DatabaseError, the socket's error, or the reason of the context's signal
 */
export async function verifySchema(
  context: StepContext,
  session: Session,
  expected: Expected,
): Promise<VerifyOutcome> {
  const { strict } = expected
  const { schema } = context.config
  if (context.config.verify === 'off') return nothingVerified(strict)
  const live = await readLive(context, session, scopeOf(context, expected))
  const target = { live: live.objects, load: loadParse }
  const manifest = expected.manifest && (await relocate(expected.manifest, schema, target))
  const notCompared = notComparedReason(context, expected)
  const compared = notCompared === null ? manifest : null
  const patterns = [...(manifest?.unpromised ?? []), ...context.config.unpromised]
  const left = withoutUnpromised(
    manifest?.objects ?? new Map(),
    live.objects,
    compared === null ? [] : patterns,
  )
  const found = compared === null ? NO_DRIFT : await driftFrom(compared, live.server, left)
  const isAllowed = found.reordered.length > 0 && (await expected.isMadeElsewhere?.()) === true
  const drift = isAllowed ? found : withOrder(found)
  const promised = manifest === null ? undefined : left.expected
  const { objects, broken } = live
  const building = reportBuilding(broken, promised)
  const damaged = { drift, promised: left.expected, strict }
  const isDamaged = hasDrift(drift) || (strict && drift.extra.length > 0)
  const faults = structureFaults({ ...expected, live: objects, broken, promised })
  return Object.freeze({
    mode: compared === null ? 'structure' : 'manifest',
    notCompared,
    objects: [...objects.keys()].filter((key) => key !== MIGRATOR_KEY).length,
    digest: live.digest,
    drift,
    repair:
      expected.isRepairWanted && isDamaged
        ? await readRepair(context, session, { scope: scopeOf(context, expected), damaged })
        : undefined,
    migrator: String(objects.get(MIGRATOR_KEY)?.name ?? MIGRATING_ROLE),
    faults,
    notices: [
      ...reportMode(context, notCompared),
      ...left.notices,
      ...building,
      ...reportUnvalidated({ live: left.live, promised }),
      ...drift.notices,
      ...reportExtra(drift),
    ],
    warnings: renderWarnings(drift),
    strict,
    isLasting: building.length === 0,
    ok: faults.length === 0 && !isDamaged,
  })
}

/**
 * The failure that shuts the gate after a verify that found something: VERIFY_DRIFT where the
 * schema is not the manifest's, else VERIFY_STRUCTURE. The message lists what was found, what was
 * expected and, for faults, what fixes it; the facts hold the counts and the first names. `hint`:
 * the next thing to do, where it is not the gate's.
 */
export function verifyFailure(outcome: VerifyOutcome, hint = failureHint(outcome)): GateError {
  const drifted = hasDrift(outcome.drift) || outcome.faults.length === 0
  return new GateError(drifted ? 'VERIFY_DRIFT' : 'VERIFY_STRUCTURE', failureMessage(outcome), {
    facts: failureFacts(outcome),
    hint,
  })
}

/** The parser is loaded only where texts differ. */
async function driftFrom(
  { server, respelled }: Manifest,
  liveServer: number,
  { expected, live }: Promised,
): Promise<DriftReport> {
  const sameMajor = server === liveServer
  const comparison = { expected, respelled, live, sameMajor }
  const report = compareCatalogs(comparison)
  if (report.different.length === 0) return report
  const columns = sameMajor ? 'as written' : 'with or without their table'
  return compareCatalogs({ ...comparison, equivalent: await loadEquivalent(columns) })
}

async function readLive(
  context: StepContext,
  session: Session,
  scope: CatalogScope,
): Promise<Catalog> {
  context.progress('reading the catalog')
  return cancellable(session, context.signal, () => readCatalog(session, scope))
}

function scopeOf({ config }: StepContext, { manifest }: Expected): CatalogScope {
  return catalogScope(config, schemasOf(manifest, config.schema))
}

/** Loaded by those alone that have found a drift. */
async function readRepair(
  { signal }: StepContext,
  session: Session,
  { scope, damaged }: { readonly scope: CatalogScope; readonly damaged: Damaged },
): Promise<DriftRepair> {
  const { readDriftRepair } = await import('./drift/repair.ts')
  return cancellable(session, signal, () => readDriftRepair(session, scope, damaged))
}

function nothingVerified(strict: boolean): VerifyOutcome {
  const notices = ['PGATE_VERIFY is off: the schema was not looked at']
  const notCompared = 'PGATE_VERIFY is off'
  const nothing = {
    notCompared,
    objects: 0,
    migrator: MIGRATING_ROLE,
    digest: '',
    drift: NO_DRIFT,
    faults: [],
    notices,
    strict,
    warnings: [],
  }
  return Object.freeze({ ...nothing, mode: 'off', ok: true, isLasting: true })
}

function reportExtra(drift: DriftReport): readonly string[] {
  const extra = drift.extra.filter(({ impact }) => impact === 'harmless')
  return limited(renderExtra({ ...drift, extra }), (line) => [line], 'extra')
}

function notComparedReason({ config }: StepContext, expected: Expected): string | null {
  if (config.verify !== 'manifest') return `PGATE_VERIFY is ${config.verify}`
  if (expected.staleReason) return expected.staleReason
  return expected.manifest === null ? 'there is no manifest.json' : null
}

function reportMode({ config }: StepContext, notCompared: string | null): readonly string[] {
  if (config.verify !== 'manifest' || notCompared === null) return []
  const call = config.migrateCommand === undefined ? 'manifest' : 'manifest --from-database'
  return [`${notCompared}: only the structure was checked; \`pgate ${call}\` writes one that fits`]
}
