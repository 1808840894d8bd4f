import { withLimit } from '../../base/limit.ts'
import { readDigest } from '../../catalog/catalog.ts'
import { catalogScope } from '../../catalog/scope.ts'
import type { StepContext } from '../../config/context.ts'
import type { GateError } from '../../errors/error.ts'
import { tableNames } from '../../formats/formats.ts'
import { compareEveryObject } from '../../gate/prove.ts'
import type { Resources } from '../../gate/resources.ts'
import type { RevisionFiles } from '../../gate/revision-files.ts'
import { cancellable } from '../../postgres/session/cancel.ts'
import { type Session, withSession } from '../../postgres/session/session.ts'
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { leftBy } from '../../revisions/target/phases.ts'
import { readInstalled } from '../../steps/extensions/extensions.ts'
import { journalAncestry } from '../../steps/migrate/history.ts'
import { isTransient } from '../../steps/migrate/retry.ts'
import { schemasOf } from '../../steps/verify/manifest/relocate.ts'
import { type VerifyOutcome, verifyFailure } from '../../steps/verify/verify.ts'
import { readRecentRuns } from '../../store/journal-queries.ts'
import type { MigrationState } from '../../store/state.ts'
import type { TableNames } from '../../store/tables.ts'
import type { LockStatus, RunStatus, ServerStatus } from '../status/status.ts'
import { judgeHistory, readStanding } from './findings.ts'
import { readLockWaits } from './lock-waits.ts'
import { readServer } from './server-identity.ts'

/** For one host; a server that takes longer to let pgate in is as good as away. */
const CONNECT_MS = 15_000
/**
 * How long the schema may take to be read, between these. The catalog's functions wait for the lock
 * of a session that changes a table: that is no outage.
 */
const LEAST_READ_MS = 2_000
const MOST_READ_MS = 15_000

/** What one look at the database showed; frozen. */
export interface Look {
  readonly server: ServerStatus
  readonly locks: LockStatus
  /** Absent where locks kept it from being read. */
  readonly schema: SchemaLook | undefined
}

/** What a look showed of version rows, journal and schema; frozen. */
export interface SchemaLook {
  readonly versions: ReadonlySet<string>
  /** Revisions that the journal shows behind rows that the files lack. */
  readonly behind: ReadonlySet<string>
  /** What would shut the gate now; the first where there are several. */
  readonly fault: GateError | undefined
  readonly verified: Verified
  readonly runs: readonly RunStatus[]
}

/** What is looked at. */
export interface LookInput {
  readonly resources: Resources
  readonly files: RevisionFiles
  /** The version rows that the target wants; `null` where only another program knows. */
  readonly wanted: ReadonlySet<string> | null
  /** The verify before. */
  readonly last: Verified | undefined
  /** Called as soon as it is known who waits for whom: reading on may have to wait, too. */
  readonly onLocks: (locks: LockStatus) => void
}

/**
 * Opens a connection, looks at everything, reads alone, and closes it: an idle one kept open would
 * cost a slot in every pod, and would have to be replaced after a failover anyway.
 * @throws ConnectError, the driver's DatabaseError, the socket's error, or the signal's reason
 */
export async function look(context: StepContext, input: LookInput): Promise<Look> {
  const { signal, config } = context
  const { database } = input.resources
  return withSession(database, { timeoutMs: CONNECT_MS, signal }, async (session) => {
    const [server, locks] = await cancellable(session, signal, async () => [
      await readServer(session, database),
      database.exclusive ? NO_LOCKS : await readLockWaits(session, config),
    ])
    input.onLocks(locks)
    const limitMs = Math.min(MOST_READ_MS, Math.max(LEAST_READ_MS, config.verifyIntervalMs))
    const limit = { clock: context.clock, signal, limitMs }
    const schema = await withLimit<SchemaLook | undefined>(
      limit,
      () => undefined,
      async (limited) =>
        lookAtSchema({ ...context, signal: limited }, input, session).catch((error: unknown) => {
          if (isTransient(error)) return undefined
          throw error
        }),
    )
    return Object.freeze({ server, locks, schema })
  })
}

const NO_LOCKS: LockStatus = Object.freeze({ waiting: 0, blockers: [] })

function lookAtSchema(
  context: StepContext,
  input: LookInput,
  session: Session,
): Promise<SchemaLook | undefined> {
  return cancellable(session, context.signal, async () => {
    const names = tableNames(context.config)
    const { state, fault: unreadable } = await readStanding(session, names)
    const { graph } = input.files
    if (isContracting(context, graph, state)) return undefined
    const history = judgeHistory(context, { graph, state, wanted: input.wanted })
    const { ahead } = history
    const fault = unreadable ?? history.fault
    // Where the history differs, the rows that are there are taken as meant: they are reported already.
    const asTheyAre = graph.withoutGone(state.versions)
    const expected = (ahead || fault !== undefined ? null : input.wanted) ?? asTheyAre
    const again = { session, files: input.files, expected, live: state.versions }
    const verified = await verifyAgain(context, again, input.last)
    return Object.freeze({
      versions: state.versions,
      behind: journalAncestry(state),
      fault: fault ?? (verified.outcome.ok ? undefined : verifyFailure(verified.outcome)),
      verified,
      runs: state.tables.journal ? await recentRuns(session, names) : [],
    })
  })
}

/** Statement by statement, so that no manifest describes what there is at this moment. */
function isContracting(
  { config }: Pick<StepContext, 'config'>,
  graph: RevisionGraph,
  { versions, journal }: MigrationState,
): boolean {
  return [...leftBy(graph, versions, config)].some((id) => journal.get(id)?.outcome === 'running')
}

/** How many rows of the journal the status holds. */
const MOST_RUNS = 20

/** None where this role may not read the journal. */
async function recentRuns(session: Session, names: TableNames): Promise<readonly RunStatus[]> {
  try {
    return await readRecentRuns(session, names, MOST_RUNS)
  } catch (error) {
    if (sqlstateOf(error) === INSUFFICIENT_PRIVILEGE) return []
    throw error
  }
}

/** A verify, and all that its outcome depended on besides the files and the configuration. */
export interface Verified {
  readonly key: string
  readonly outcome: VerifyOutcome
}

/** What is verified. */
interface Again {
  readonly session: Session
  readonly files: RevisionFiles
  readonly expected: ReadonlySet<string>
  readonly live: ReadonlySet<string>
}

/**
 * Verifies, and writes nothing. Where the server's digest of the catalog is that of the last time,
 * its outcome stands, passed or not: 64 characters go over the wire in place of the catalog, and
 * nothing is made that would have to be collected. A schema that changes between the digest and the
 * look is seen by the look, and once more by the next digest.
 * @throws the driver's DatabaseError, the socket's error, or the reason of the context's signal
 */
async function verifyAgain(
  context: StepContext,
  again: Again,
  last: Verified | undefined,
): Promise<Verified> {
  const { config } = context
  const scope = catalogScope(config, schemasOf(again.files.manifest, config.schema))
  const digest = config.verify === 'off' ? '' : await readDigest(again.session, scope)
  const key = keyOf(again, digest)
  if (last?.key === key) return last
  const live = { versions: again.live, installed: await readInstalled(again.session) }
  const outcome = await compareEveryObject(context, { ...again, strict: false }, live)
  return { key: keyOf(again, outcome.digest), outcome }
}

function keyOf({ expected, live, session }: Again, digest: string): string {
  const rows = [expected, live].map((versions) => [...versions].toSorted())
  return JSON.stringify([session.server.text, digest, ...rows])
}
