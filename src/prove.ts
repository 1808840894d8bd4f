import type { StepContext } from './context.ts'
import { readInstalled } from './extensions/extensions.ts'
import { cleanTransaction } from './migrate/clean-transaction.ts'
import { type Runner, writeJournal } from './migrate/journal.ts'
import { readState, readVersions } from './migrate/state.ts'
import { tableNames } from './migrate/tables.ts'
import type { Session } from './postgres/session.ts'
import { INSUFFICIENT_PRIVILEGE, READ_ONLY_TRANSACTION, sqlstateOf } from './postgres/sqlstate.ts'
import type { RevisionFiles } from './revision-files.ts'
import { targetVersions } from './revisions/plan.ts'
import { isSameSet } from './set-equality.ts'
import { type ProofFacts, proofOf, readProof } from './verify/digest.ts'
import { formatManifest } from './verify/manifest.ts'
import { manifestSha } from './verify/manifest-of.ts'
import { catalogScope } from './verify/scope.ts'
import { type VerifyOutcome, verifyFailure, verifySchema } from './verify/verify.ts'

/** A schema that was found to be what the revisions promise. */
export interface Proof {
  readonly mode: 'manifest' | 'structure' | 'off'
  /** How many objects were compared; absent where the digest alone proved them unchanged. */
  readonly objects?: number
  /** True where the catalog's digest is the one that the last passing verify left in the journal. */
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
  /**
   * `trust`: an unchanged digest will do, and a new one is kept in the journal. `look`: compare
   * every object and write nothing.
   */
  readonly how: 'trust' | 'look'
}

/**
 * Proves that the live schema is what the revisions promise.
 * @throws {GateError} VERIFY_DRIFT, VERIFY_STRUCTURE
 */
export async function proveSchema(context: StepContext, request: ProofRequest): Promise<Proof> {
  const { session, expected } = request
  const names = tableNames(context.config)
  const trusting = request.how === 'trust' && context.config.verify !== 'off'
  // A follower may have no right on the journal, and needs none to look.
  const state = trusting ? await readState(session, names) : undefined
  const versions = state?.versions ?? (await readVersions(session, names))
  const facts = proofFacts(context, request)
  if (typeof state?.proof === 'string' && isSameSet(versions, expected)) {
    const proof = await readProof(session, facts)
    if (proof === state.proof) return { mode: facts.mode, byDigest: true, told: [], versions }
  }
  const outcome = await lookAtAll(context, request, versions)
  if (!outcome.ok) throw verifyFailure(outcome)
  if (state?.journalExists === true) {
    await keepProof(context, request, proofOf({ ...facts, digest: outcome.digest }))
  }
  const { mode, objects, told } = outcome
  return { mode, objects, told, byDigest: false, versions }
}

function proofFacts(
  { config }: StepContext,
  { files, session, expected, strict }: ProofRequest,
): ProofFacts {
  const { manifest } = files
  const compared = config.verify === 'manifest' && staleReason(files, expected) === null
  return {
    mode: compared && manifest !== null ? 'manifest' : 'structure',
    strict,
    manifestSha: manifest && manifestSha(formatManifest(manifest)),
    server: session.server.major,
    versions: expected,
    extensions: config.extensions,
    scope: catalogScope(config, manifest?.schemas ?? [config.schema]),
  }
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
  { session, runner, expected }: ProofRequest,
  proof: string,
): Promise<void> {
  const to = { names: tableNames(context.config), runner }
  const row = {
    revision: [...expected].sort().join(', '),
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
    await cleanTransaction(session, context.config, () => writeJournal(session, to, row))
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    if (sqlstate !== INSUFFICIENT_PRIVILEGE && sqlstate !== READ_ONLY_TRANSACTION) throw error
    context.log.debug('verify.unkept', 'This role may not keep the proof in the journal', {
      sqlstate,
    })
  }
}
