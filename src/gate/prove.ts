import type { StepContext } from '../context.ts'
import { readInstalled } from '../extensions/extensions.ts'
import { inCleanTransaction } from '../migrate/clean-transaction.ts'
import { journalStatement, type Runner } from '../migrate/journal.ts'
import { readVersions, versionsSql, whatExists } from '../migrate/state.ts'
import { type TableNames, tableNames } from '../migrate/tables.ts'
import type { Session } from '../postgres/session.ts'
import { INSUFFICIENT_PRIVILEGE, READ_ONLY_TRANSACTION, sqlstateOf } from '../postgres/sqlstate.ts'
import { targetVersions } from '../revisions/plan.ts'
import { isSameSet } from '../set-equality.ts'
import { readFingerprint } from '../verify/fingerprint.ts'
import { proofOf } from '../verify/proof.ts'
import { catalogScope } from '../verify/scope.ts'
import { type VerifyOutcome, verifyFailure, verifySchema } from '../verify/verify.ts'
import { filesFingerprint, type RevisionFiles } from './revision-files.ts'

/** A schema that was found to be what the revisions promise. */
export interface Proof {
  readonly mode: 'manifest' | 'structure' | 'off'
  /** How many objects were compared; absent where the digest alone proved them unchanged. */
  readonly objects?: number
  /** True where nothing has changed since the last passing verify. @see at-once.ts */
  readonly byDigest: boolean
  /** Lines for people: extra objects, a missing or stale manifest. */
  readonly told: readonly string[]
  readonly versions: ReadonlySet<string>
}

/** What is to be proved, and how. */
export interface ProofRequest {
  readonly session: Session
  readonly files: RevisionFiles
  /** The version rows that the target wants. */
  readonly expected: ReadonlySet<string>
  readonly runner: Runner
  readonly strict: boolean
  /** `keep`: what was proved is kept in the journal, for the next start. `look`: nothing is written. */
  readonly how: 'keep' | 'look'
}

/**
 * Proves that the live schema is what the revisions promise: every object is looked at.
 * @throws {GateError} VERIFY_DRIFT, VERIFY_STRUCTURE
 */
export async function proveSchema(context: StepContext, request: ProofRequest): Promise<Proof> {
  const { session, how } = request
  const names = tableNames(context.config)
  // A follower may have no right on the journal, and needs none to look.
  const wanting = how === 'keep' && context.config.verify !== 'off'
  const there = wanting ? await whatExists(session, names) : { versions: true, journal: false }
  const keeping = there.versions && there.journal
  // Before the look: what changes meanwhile is not proved, and the next start will see it.
  const { schema, versions } = keeping
    ? await readBoth(session, names)
    : { schema: undefined, versions: await readVersions(session, names) }
  const outcome = await lookAtAll(context, request, versions)
  if (!outcome.ok) throw verifyFailure(outcome)
  if (schema !== undefined && outcome.isLasting) await keepProof(context, request, schema)
  const { mode, objects, told } = outcome
  return { mode, objects, told, byDigest: false, versions }
}

/** The fingerprint and the version rows, in one round trip. */
async function readBoth(session: Session, names: TableNames) {
  const rows = { text: versionsSql(names) }
  const { schema, answers } = await readFingerprint(session, [rows])
  const versions = new Set((answers[0]?.rows ?? []).map((row) => String(row.version_num)))
  return { schema, versions }
}

function proofText(
  { config }: StepContext,
  { files, session, expected, strict }: ProofRequest,
  schema: string,
): string {
  const { manifest } = files
  const compared = config.verify === 'manifest' && staleReason(files, expected) === null
  return proofOf({
    mode: compared && manifest !== null ? 'manifest' : 'structure',
    strict,
    files: filesFingerprint(files),
    schema,
    server: session.server.major,
    versions: expected,
    extensions: config.extensions,
    scope: catalogScope(config, manifest?.schemas ?? [config.schema]),
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

/** Compares every object, and writes nothing; what it finds is in the outcome and not thrown. */
export async function lookAtAll(
  context: StepContext,
  { session, files, expected, strict }: Omit<ProofRequest, 'how' | 'runner'>,
  liveVersions: ReadonlySet<string>,
): Promise<VerifyOutcome> {
  const installed = await readInstalled(session)
  return verifySchema(context, session, {
    manifest: files.manifest,
    staleReason: staleReason(files, expected),
    versions: expected,
    liveVersions,
    extensions: context.config.extensions.map(({ name, floor }) => ({
      name,
      floor,
      installed: installed.find((extension) => extension.name === name)?.version,
    })),
    strict,
  })
}

/** A role that may only read keeps no proof; the next start then looks at every object again. */
async function keepProof(
  context: StepContext,
  request: ProofRequest,
  schema: string,
): Promise<void> {
  const { session, runner, expected } = request
  const to = { names: tableNames(context.config), runner }
  const row = {
    revision: [...expected].sort().join(', '),
    revises: [],
    dependsOn: [],
    name: 'schema verified',
    action: 'verify',
    checksum: proofText(context, request, schema),
    statements: null,
    statementsDone: null,
    outcome: 'done',
  } as const
  try {
    await inCleanTransaction(session, context.config, journalStatement(to, row))
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (sqlstate !== INSUFFICIENT_PRIVILEGE && sqlstate !== READ_ONLY_TRANSACTION) throw error
    context.log.debug('verify.unkept', 'This role may not keep the proof in the journal', {
      sqlstate,
    })
  }
}
