import type { StepContext } from '../context.ts'
import type { GateError } from '../errors.ts'
import type { MigrationState } from '../migrate/state.ts'
import { tableNames } from '../migrate/tables.ts'
import { cancellable } from '../postgres/cancellable.ts'
import { type Session, withSession } from '../postgres/session.ts'
import type { RevisionFiles } from '../revision-files.ts'
import type { Gate } from '../usable-server.ts'
import { verifyFailure } from '../verify/verify.ts'
import { behindUnknown, judgeHistory, readStanding } from './findings.ts'
import { readLockWaits } from './lock-waits.ts'
import { readRecentRuns } from './recent-runs.ts'
import { readServer } from './server-identity.ts'
import type { LockStatus, RunStatus, ServerStatus } from './status.ts'
import { type Verified, verifyAgain } from './verify-again.ts'

/** For one host; a server that takes longer to let pgate in is as good as away. */
const CONNECT_MS = 5_000

/** What one look at the database showed; frozen. */
export interface Look {
  readonly server: ServerStatus
  readonly versions: ReadonlySet<string>
  /** Revisions that the journal shows behind rows that the files lack. */
  readonly behind: ReadonlySet<string>
  readonly ahead: boolean
  /** What would shut the gate now; the first where there are several. */
  readonly fault: GateError | undefined
  readonly verified: Verified
  readonly locks: LockStatus
  readonly runs: readonly RunStatus[]
}

/** What is looked at. */
export interface Sight {
  readonly gate: Gate
  readonly files: RevisionFiles
  /** The version rows that the target wants. */
  readonly wanted: ReadonlySet<string>
  /** The look before. */
  readonly last: Look | undefined
}

/**
 * Opens a connection, looks at everything, reads alone, and closes it: an idle one kept open would
 * cost a slot in every pod, and would have to be replaced after a failover anyway.
 * @throws ConnectError, the driver's DatabaseError, the socket's error, or the signal's reason
 */
export async function look(context: StepContext, sight: Sight): Promise<Look> {
  const { signal } = context
  const options = { timeoutMs: CONNECT_MS, signal }
  return withSession(sight.gate.database, options, (session) =>
    cancellable(session, signal, () => lookThrough(context, sight, session)),
  )
}

async function lookThrough(context: StepContext, sight: Sight, session: Session): Promise<Look> {
  const names = tableNames(context.config)
  const { database } = sight.gate
  const server = await readServer(session, database)
  const state = await readStanding(session, names)
  const { ahead, fault } = judgeHistory(context, { ...sight, graph: sight.files.graph, state })
  const verified = await verifyStanding(context, { ...sight, session, state, ahead, fault })
  return Object.freeze({
    server,
    versions: state.versions,
    behind: behindUnknown(state),
    ahead,
    fault: fault ?? (verified.outcome.ok ? undefined : verifyFailure(verified.outcome)),
    verified,
    locks: database.exclusive ? NO_LOCKS : await readLockWaits(session, context.config),
    runs: state.journalExists ? await readRecentRuns(session, names) : [],
  })
}

const NO_LOCKS: LockStatus = Object.freeze({ waiting: 0, blockers: [] })

interface Standing extends Sight {
  readonly session: Session
  readonly state: MigrationState
  readonly ahead: boolean
  readonly fault: GateError | undefined
}

/** Where the history differs, the rows that are there are taken as meant: they are told already. */
function verifyStanding(context: StepContext, standing: Standing): Promise<Verified> {
  const { session, files, state, ahead, fault, wanted, last } = standing
  const expected = ahead || fault !== undefined ? state.versions : wanted
  const again = { session, files, expected, live: state.versions }
  return verifyAgain(context, again, last?.verified)
}
