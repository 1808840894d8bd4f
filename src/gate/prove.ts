import { isSameSet } from '../base/set.ts'
import { catalogScope } from '../catalog/scope.ts'
import type { StepContext } from '../config/context.ts'
import { tableNames } from '../formats/formats.ts'
import type { Session } from '../postgres/session/session.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { upgradePlan } from '../revisions/target/plan.ts'
import { requiredExtensions, type SkippedExtension } from '../steps/extensions/extensions.ts'
import { keptText, proofOf } from '../steps/verify/proof.ts'
import { type VerifyOutcome, verifyFailure, verifySchema } from '../steps/verify/verify.ts'
import { readExistingTables } from '../store/existing-tables.ts'
import type { Origin } from '../store/journal.ts'
import { readRunOrder } from '../store/journal-queries.ts'
import { newestRowSql } from '../store/journal-sql.ts'
import type { RestorePoint } from '../store/restore-point.ts'
import type { ExistingTables, TableNames } from '../store/tables.ts'
import {
  awaitProof,
  type BeforeVerify,
  keepProof,
  type LiveState,
  makeJournal,
  readKept,
  readLive,
} from './kept-proof.ts'
import { type Proof, warnOfExtra } from './outcome.ts'
import { manifestFor, promised } from './promised.ts'
import { filesFingerprint, type RevisionFiles } from './revision-files.ts'
import { unblocked, type Waiter } from './unblocked.ts'

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
  /** True: the failure says what would repair a drift. */
  readonly isRepairWanted?: boolean
  /** True where another gate has done the work meanwhile, and proves it at this moment. */
  readonly isAwaited?: boolean
  /** Where the database was before what is proved was done, to be kept with the proof; absent: elsewhere. */
  readonly restorePoint?: RestorePoint | null | undefined
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

async function prove(context: StepContext, asked: ProofRequest): Promise<Proof> {
  // Before the look: what changes meanwhile is not proved, and the next start will see it.
  const { kept, tables, live, ...found } = await readBefore(context, asked)
  const versions = asked.files.graph.withoutGone(live.versions)
  const request = { ...asked, expected: promised(context, asked, versions) }
  const proof = proofText(context, request, found)
  if (proof !== undefined && proof === kept?.proof && isSameSet(versions, request.expected)) {
    const { warnings } = kept
    warnOfExtra(context, warnings)
    return { mode: modeOf(context, request), unchanged: true, notices: [], warnings, versions }
  }
  const outcome = await compareEveryObject(context, request, live)
  if (!outcome.ok) {
    if (await isContracted(context, request, live)) return prove(context, asked)
    throw verifyFailure(outcome)
  }
  const { mode, objects, notices, warnings } = outcome
  warnOfExtra(context, warnings)
  if (proof !== undefined && outcome.isLasting)
    await keepProof(context, request, { proof: keptText({ proof, warnings }), tables })
  return { mode, objects, notices, warnings, unchanged: false, versions }
}

/** Whether a contract run has changed the schema while an expand gate looked at it. */
async function isContracted(
  { config }: Pick<StepContext, 'config'>,
  { session }: Pick<ProofRequest, 'session'>,
  { versions }: LiveState,
): Promise<boolean> {
  if (config.phase !== 'expand') return false
  return !isSameSet(await tableNames(config).history.read(session), versions)
}

/**
 * Whether a gate that runs the same migrator has proved what there is now, so that there is nothing to do:
 * asked by those that wait for its lock.
 */
export async function isProved(
  context: StepContext,
  request: Pick<ProofRequest, 'session' | 'files' | 'skipped'>,
): Promise<boolean> {
  const { files, session } = request
  const names = tableNames(context.config)
  const { verify, migrateAlways } = context.config
  if (files.command === undefined || migrateAlways || verify === 'off') return false
  if (!(await readExistingTables(session, names)).journal) return false
  const { rows } = await session.query<{ checksum: string | null }>(newestRowSql(names))
  if (rows[0]?.checksum?.includes(files.command) !== true) return false
  const { kept, live, ...found } = await readKept(session, names, context.config)
  const proved = { ...request, expected: live.versions, strict: false }
  return kept !== undefined && kept.proof === proofText(context, proved, found)
}

async function readBefore(context: StepContext, request: ProofRequest): Promise<BeforeVerify> {
  const { session, how } = request
  const names = tableNames(context.config)
  // A follower may have no right on the journal, and needs none to look.
  if (how === 'keep' && context.config.verify !== 'off') {
    const tables = request.tables ?? (await readExistingTables(session, names))
    const { command, graph } = request.files
    // Where no revision is pgate's to run, no run makes the journal.
    const isRunByOthers = names.isTheirs
      ? command !== undefined
      : tables.versions && graph.order.every(({ upgrade }) => upgrade.kind === 'opaque')
    const hasJournal =
      tables.journal || (isRunByOthers && (await makeJournal(context, session, names)))
    if (hasJournal && (names.isTheirs || tables.versions)) {
      if (request.isAwaited === true) await awaitProof(context, session, names)
      const kept = await readKept(session, names, context.config)
      return { ...kept, tables }
    }
  }
  return { live: await readLive(session, names) }
}

function modeOf(
  { config }: StepContext,
  { files, expected }: Pick<ProofRequest, 'files' | 'expected'>,
): 'manifest' | 'structure' {
  const { manifest, staleReason } = manifestFor(files, expected)
  const isCompared = config.verify === 'manifest' && manifest !== null && staleReason === null
  return isCompared ? 'manifest' : 'structure'
}

/** Undefined where none is to be kept. */
function proofText(
  context: StepContext,
  request: Omit<ProofRequest, 'origin' | 'how' | 'sideConnections'>,
  { schema, history }: Pick<BeforeVerify, 'schema' | 'history'>,
): string | undefined {
  if (schema === undefined) return undefined
  const { config } = context
  const { files, session, expected, strict, skipped = [] } = request
  // The contents of a command's inputs, its manifest among them, say which: a start does not parse it.
  const schemas = (files.command === undefined && files.manifest?.schemas) || [config.schema]
  return proofOf({
    mode: modeOf(context, request),
    strict,
    files: filesFingerprint(files),
    schema,
    history,
    server: session.server.major,
    versions: expected,
    extensions: config.extensions,
    unpromised: config.unpromised,
    skipped,
    scope: catalogScope(config, schemas),
  })
}

/**
 * True where the journal does not show that pgate has run every revision in the order in which the
 * manifest was made: some were stamped, or run by another tool, or branches came in another order. Also
 * where this role cannot read it. Columns may then be in another order with nobody's hand at work.
 */
async function isMadeElsewhere(
  session: Session,
  names: TableNames,
  { graph, expected }: { readonly graph: RevisionGraph; readonly expected: ReadonlySet<string> },
): Promise<boolean> {
  const runs = await readRunOrder(session, names)
  if (runs === undefined) return true
  const order = runs.filter((id) => graph.revisions.has(id))
  const promised = graph.applied(expected)
  const plan = upgradePlan(graph, new Set(), 'heads').filter(({ id }) => promised.has(id))
  return order.join() !== plan.map(({ id }) => id).join()
}

/** Compares every object, and writes nothing; what it finds is in the outcome and not thrown. */
export async function compareEveryObject(
  context: StepContext,
  {
    session,
    files,
    expected: wanted,
    strict,
    isRepairWanted,
  }: Omit<ProofRequest, 'how' | 'origin' | 'sideConnections'>,
  { versions, installed }: LiveState,
): Promise<VerifyOutcome> {
  const { graph } = files
  const liveVersions = graph.withoutGone(versions)
  const expected = promised(context, { files, expected: wanted }, liveVersions)
  return verifySchema(context, session, {
    ...manifestFor(files, expected),
    versions: expected,
    liveVersions,
    extensions: requiredExtensions(context.config.extensions, installed),
    isMadeElsewhere: async () =>
      context.config.migrateCommand !== undefined ||
      isMadeElsewhere(session, tableNames(context.config), { graph, expected }),
    strict,
    isRepairWanted,
  })
}

/** Looks at every object, for those who want the outcome and no verdict. */
export async function lookAtSchema(
  context: StepContext,
  request: Omit<ProofRequest, 'how' | 'origin'>,
): Promise<VerifyOutcome> {
  const names = tableNames(context.config)
  return unblocked(context, request, async () =>
    compareEveryObject(context, request, await readLive(request.session, names)),
  )
}
