import { isSameSet } from '../base/set.ts'
import type { StepContext } from '../config/context.ts'
import { tableNames } from '../formats/formats.ts'
import { cleanTransaction, inCleanTransaction } from '../lock/session-state.ts'
import type { Session } from '../postgres/session/session.ts'
import {
  INSUFFICIENT_PRIVILEGE,
  READ_ONLY_TRANSACTION,
  sqlstateOf,
} from '../postgres/sql/sqlstate.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { describeVersions } from '../revisions/graph/named.ts'
import { targetVersions, upgradePlan } from '../revisions/target/plan.ts'
import { requiredExtensions, type SkippedExtension } from '../steps/extensions/extensions.ts'
import { keptText, proofOf } from '../steps/verify/proof.ts'
import { catalogScope } from '../steps/verify/scope.ts'
import { type VerifyOutcome, verifyFailure, verifySchema } from '../steps/verify/verify.ts'
import { ensureTables, readExistingTables } from '../store/existing-tables.ts'
import { journalOf, type Origin } from '../store/journal.ts'
import { readRunOrder } from '../store/journal-queries.ts'
import { beforeWrites, onOwnTables } from '../store/own-tables.ts'
import type { ExistingTables, TableNames } from '../store/tables.ts'
import { warnOf } from './extra-warnings.ts'
import { filesFingerprint, type RevisionFiles } from './revision-files.ts'
import { unblocked, type Waiter } from './unblocked.ts'
import { awaitProof, type Before, type Live, readKept, readLive } from './unchanged/kept-proof.ts'

/** A schema that was found to be what the revisions promise. */
export interface Proof {
  readonly mode: 'manifest' | 'structure' | 'off'
  /** How many objects were compared; absent where the digest alone proved them unchanged. */
  readonly objects?: number
  /** True where nothing has changed since the last passing verify. @see at-once.ts */
  readonly byDigest: boolean
  /** Lines for people: extra objects, a missing or stale manifest. */
  readonly told: readonly string[]
  /** Extra objects that change what something promised accepts or shows; a sentence each. */
  readonly warnings: readonly string[]
  readonly versions: ReadonlySet<string>
}

/** What is to be proved, and how. */
export interface ProofRequest extends Waiter {
  readonly files: RevisionFiles
  /** The version rows that the target wants. */
  readonly expected: ReadonlySet<string>
  readonly origin: Origin
  readonly strict: boolean
  /** Which tables there are, where that is known. */
  readonly tables?: ExistingTables | undefined
  /** Optional extensions that the extensions step has left out. */
  readonly skipped?: readonly SkippedExtension[]
  /** True where another gate has done the work meanwhile, and proves it at this moment. */
  readonly isAwaited?: boolean
  /**
   * `keep`: what was proved is kept in the journal, for the next start, and what another gate has
   * kept there is believed. `look`: every object is looked at, and nothing is written.
   */
  readonly how: 'keep' | 'look'
}

/**
 * Proves that the live schema is what the revisions promise: every object is looked at, unless a
 * gate that came before has proved the same and nothing has changed since.
 * @throws {GateError} VERIFY_DRIFT, VERIFY_STRUCTURE, VERIFY_LOCKED
 */
export async function proveSchema(context: StepContext, request: ProofRequest): Promise<Proof> {
  return unblocked(context, request, () => prove(context, request))
}

async function prove(context: StepContext, request: ProofRequest): Promise<Proof> {
  // Before the look: what changes meanwhile is not proved, and the next start will see it.
  const { schema, kept, isOutdated, live } = await readBefore(context, request)
  const versions = request.files.graph.withoutGone(live.versions)
  const proof = schema === undefined ? undefined : proofText(context, request, schema)
  if (proof !== undefined && proof === kept?.proof && isSameSet(versions, request.expected)) {
    const { warnings } = kept
    warnOf(context, warnings)
    return { mode: modeOf(context, request), byDigest: true, told: [], warnings, versions }
  }
  const outcome = await lookAtAll(context, request, live)
  if (!outcome.ok) throw verifyFailure(outcome)
  const { mode, objects, told, warnings } = outcome
  warnOf(context, warnings)
  if (proof !== undefined && outcome.isLasting)
    await keepProof(context, request, { proof: keptText({ proof, warnings }), isOutdated })
  return { mode, objects, told, warnings, byDigest: false, versions }
}

async function readBefore(context: StepContext, request: ProofRequest): Promise<Before> {
  const { session, how } = request
  const names = tableNames(context.config)
  // A follower may have no right on the journal, and needs none to look.
  if (how === 'keep' && context.config.verify !== 'off') {
    const tables = request.tables ?? (await readExistingTables(session, names))
    if (tables.versions && tables.journal) {
      if (request.isAwaited === true) await awaitProof(context, session, names)
      return { ...(await readKept(session, names)), isOutdated: tables.isOutdated }
    }
  }
  return { live: await readLive(session, names) }
}

function modeOf(
  { config }: StepContext,
  { files, expected }: ProofRequest,
): 'manifest' | 'structure' {
  const compared = config.verify === 'manifest' && staleReason(files, expected) === null
  return compared && files.manifest !== null ? 'manifest' : 'structure'
}

function proofText(context: StepContext, request: ProofRequest, schema: string): string {
  const { config } = context
  const { files, session, expected, strict, skipped = [] } = request
  return proofOf({
    mode: modeOf(context, request),
    strict,
    files: filesFingerprint(files),
    schema,
    server: session.server.major,
    versions: expected,
    extensions: config.extensions,
    unpromised: config.unpromised,
    skipped,
    scope: catalogScope(config, files.manifest?.schemas ?? [config.schema]),
  })
}

/** The manifest describes the heads: of other revisions, or at another target, it proves nothing. */
function staleReason(
  { manifest, staleReason: stale, graph }: RevisionFiles,
  expected: ReadonlySet<string>,
): string | null {
  if (manifest === null || stale !== null) return stale
  const ahead = [...expected].some((id) => !graph.revisions.has(id))
  if (ahead || isSameSet(expected, targetVersions(graph, 'heads'))) return null
  return 'the manifest describes the heads, and the target is another'
}

/**
 * True where the journal does not show that pgate has run every revision in the order in which the
 * manifest was made: some were stamped, or run by another tool, or branches came in another order. Also
 * where this role cannot read it. Columns may then be in another order with nobody's hand at work.
 */
async function isMadeElsewhere(
  session: Session,
  names: TableNames,
  graph: RevisionGraph,
): Promise<boolean> {
  const runs = await readRunOrder(session, names)
  if (runs === undefined) return true
  const order = runs.filter((id) => graph.revisions.has(id))
  const plan = upgradePlan(graph, new Set(), 'heads').map(({ id }) => id)
  return order.join() !== plan.join()
}

/** Compares every object, and writes nothing; what it finds is in the outcome and not thrown. */
export async function lookAtAll(
  context: StepContext,
  { session, files, expected, strict }: Omit<ProofRequest, 'how' | 'origin' | 'sideConnections'>,
  { versions, installed }: Live,
): Promise<VerifyOutcome> {
  return verifySchema(context, session, {
    manifest: files.manifest,
    staleReason: staleReason(files, expected),
    versions: expected,
    liveVersions: files.graph.withoutGone(versions),
    extensions: requiredExtensions(context.config.extensions, installed),
    isMadeElsewhere: () => isMadeElsewhere(session, tableNames(context.config), files.graph),
    strict,
  })
}

/** A role that may only read keeps no proof; the next start then looks at every object again. */
async function keepProof(
  context: StepContext,
  request: ProofRequest,
  { proof, isOutdated }: { readonly proof: string; readonly isOutdated: boolean | undefined },
): Promise<void> {
  const { session, origin, expected } = request
  const { config } = context
  const names = tableNames(config)
  const entry = {
    revision: describeVersions(expected),
    revises: [],
    dependsOn: [],
    name: 'schema verified',
    action: 'verify',
    checksum: proof,
    statements: null,
    statementsDone: null,
    outcome: 'done',
  } as const
  try {
    if (isOutdated === true) {
      await cleanTransaction(session, config, () => ensureTables(session, names))
    }
    const row = [...beforeWrites([names.journal]), journalOf(names, origin).statement(entry)]
    await onOwnTables(names, () => inCleanTransaction(session, config, row))
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (sqlstate !== INSUFFICIENT_PRIVILEGE && sqlstate !== READ_ONLY_TRANSACTION) throw error
    context.log.debug('verify.unkept', 'This role may not keep the proof in the journal', {
      sqlstate,
    })
  }
}
