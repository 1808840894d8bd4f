import type { RevisionFiles } from '../../gate/revision-files.ts'
import { reasonOf } from '../status/reason.ts'
import type { DatabaseStatus, Status, VerifyStatus } from '../status/status.ts'
import { driftStatus } from './drift-status.ts'
import type { Look, SchemaLook } from './look.ts'
import { revisionsStatus } from './revisions-status.ts'

/** When a look was made, and how long it took. */
export interface Timing {
  readonly at: Date
  readonly durationMs: number
}

/** What a look is put on the status with. */
export interface Seen {
  readonly seen: Look
  readonly files: RevisionFiles
  readonly wanted: ReadonlySet<string>
  readonly timing: Timing
}

/** The status after a look that got an answer. Pure. */
export function afterLook(status: Status, look: Seen): Status {
  const { server, locks, schema } = look.seen
  const database = { ...status.database, reachable: true, outage: null, server }
  const known = { ...status, database, locks }
  if (schema === undefined) {
    return { ...known, verify: { ...unanswered(status.verify), held: true } }
  }
  return { ...known, ...schemaStatus(status, look, schema) }
}

function schemaStatus(
  { revisions, verify }: Status,
  { files, wanted, timing }: Seen,
  { fault, versions, behind, verified, runs }: SchemaLook,
): Partial<Status> {
  const position = { target: revisions.target, wanted, versions, behind }
  const { mode, notCompared, objects, warnings, told } = verified.outcome
  return {
    verdict: fault === undefined ? 'open' : 'shut',
    exitCode: fault?.exitCode ?? 0,
    reason: fault === undefined ? null : reasonOf(fault),
    revisions: revisionsStatus(files.graph, position),
    verify: {
      ...verify,
      mode,
      notCompared,
      objects,
      told: [...warnings, ...told],
      held: false,
      counts: counted(verify, fault === undefined ? 'passed' : 'failed'),
      lastAt: timing.at.toISOString(),
      lastDurationMs: timing.durationMs,
    },
    drift: driftStatus(verified.outcome),
    runs,
  }
}

function counted(
  { counts }: VerifyStatus,
  outcome: keyof VerifyStatus['counts'],
): VerifyStatus['counts'] {
  return { ...counts, [outcome]: counts[outcome] + 1 }
}

function unanswered(verify: VerifyStatus): VerifyStatus {
  return { ...verify, counts: counted(verify, 'unanswered') }
}

/** The status after a look that got none: what was proved last stands. Pure. */
export function afterSilence(status: Status, message: string, at: Date): Status {
  const database = silent(status.database, message, at)
  return { ...status, verify: unanswered(status.verify), database }
}

function silent(database: DatabaseStatus, message: string, at: Date): DatabaseStatus {
  const since = database.outage?.since ?? at.toISOString()
  return { ...database, reachable: false, outage: { since, message } }
}
