import type { RevisionFiles } from '../revision-files.ts'
import { driftStatus } from './drift-status.ts'
import type { Look } from './look.ts'
import { reasonOf } from './reason.ts'
import { revisionsStatus } from './revisions-status.ts'
import type { DatabaseStatus, Status, VerifyStatus } from './status.ts'

/** When a look was made, and how long it took. */
export interface Timing {
  readonly at: Date
  readonly durationMs: number
}

/** The status after a look that got its answers. Pure. */
export function afterLook(
  status: Status,
  {
    seen,
    files,
    wanted,
    timing,
  }: {
    readonly seen: Look
    readonly files: RevisionFiles
    readonly wanted: ReadonlySet<string>
    readonly timing: Timing
  },
): Status {
  const { fault, versions, behind, server, locks, runs } = seen
  const { target } = status.revisions
  return {
    ...status,
    verdict: fault === undefined ? 'open' : 'shut',
    exitCode: fault?.exitCode ?? 0,
    reason: fault === undefined ? null : reasonOf(fault),
    database: { ...status.database, reachable: true, outage: null, server },
    revisions: revisionsStatus(files.graph, { target, wanted, versions, behind }),
    verify: verifyStatus(status.verify, seen, timing),
    drift: driftStatus(seen.verified.outcome),
    locks,
    runs,
  }
}

function verifyStatus(
  before: VerifyStatus,
  { fault, verified }: Look,
  { at, durationMs }: Timing,
): VerifyStatus {
  const { mode, objects, told } = verified.outcome
  const { passed, failed, unanswered } = before.counts
  const counts =
    fault === undefined
      ? { passed: passed + 1, failed, unanswered }
      : { passed, failed: failed + 1, unanswered }
  return {
    ...before,
    mode,
    objects,
    told,
    counts,
    lastAt: at.toISOString(),
    lastDurationMs: durationMs,
  }
}

/** The status after a look that got none: what was proved last stands. Pure. */
export function afterSilence(status: Status, message: string, at: Date): Status {
  const { counts } = status.verify
  const verify = {
    ...status.verify,
    counts: { ...counts, unanswered: counts.unanswered + 1 },
  }
  return { ...status, verify, database: silent(status.database, message, at) }
}

function silent(database: DatabaseStatus, message: string, at: Date): DatabaseStatus {
  const since = database.outage?.since ?? at.toISOString()
  return { ...database, reachable: false, outage: { since, message } }
}
