import { VERSION } from '../../base/version.ts'
import { GateError } from '../../errors/error.ts'
import { EXIT_CODES } from '../../errors/exit-codes.ts'
import { mostSevere } from '../../fleet/severity.ts'
import { reasonOf } from '../status/reason.ts'
import type { Reason, Status } from '../status/status.ts'

/**
 * What the sidecar of a fleet knows, as `/status` answers it. Frozen, plain JSON, in the words of
 * {@link Status}; it holds no password, no URL and no values of rows.
 */
export interface FleetStatus
  extends Pick<
    Status,
    | 'format'
    | 'version'
    | 'host'
    | 'run'
    | 'verdict'
    | 'startedAt'
    | 'openedAt'
    | 'transitions'
    | 'notifications'
  > {
  /** What `pgate fleet check` would end with: 0 where all are open, else the most severe; `null` while starting. */
  readonly exitCode: number | null
  readonly counts: FleetCounts
  /** The most that were open at once since the start. */
  readonly mostOpen: number
  readonly intervalMs: number
  /** In the order of the list. */
  readonly targets: readonly TargetStatus[]
}

/** `waiting`: not looked at yet, or not begun. `lost`: its server does not answer. */
export const TARGET_STATES = ['shut', 'lost', 'waiting', 'open'] as const
type TargetState = (typeof TARGET_STATES)[number]

export type FleetCounts = Readonly<Record<TargetState | 'targets', number>>

export interface TargetStatus {
  /** As the list has it. */
  readonly name: string
  readonly state: TargetState
  /** What a gate of it would end with; `null` while it waits. */
  readonly exitCode: number | null
  /** Why it is not open. */
  readonly reason: Reason | null
  /** Since when it is in this state; `null` while it waits. */
  readonly since: string | null
  readonly lookedAt: string | null
}

/** A target before anything was asked. */
export function waitingTarget(name: string): TargetStatus {
  return Object.freeze({
    name,
    state: 'waiting',
    exitCode: null,
    reason: null,
    since: null,
    lookedAt: null,
  })
}

/** A target after it was looked at; `failure` is undefined where it is open. Pure. */
export function afterTurn(before: TargetStatus, failure: unknown, at: Date): TargetStatus {
  const lookedAt = at.toISOString()
  // That revisions are pending is what every look says of a target whose gate has failed: not why.
  const isPending = failure instanceof GateError && failure.code === 'HISTORY_PENDING'
  if (isPending && before.state === 'shut' && !SEEN_BY_LOOKS.test(before.reason?.code ?? '')) {
    return Object.freeze({ ...before, lookedAt })
  }
  const is = failure === undefined ? OPEN : shutBy(failure)
  const isSame = before.state === is.state && before.reason?.code === is.reason?.code
  const since = isSame ? before.since : lookedAt
  return Object.freeze({ name: before.name, ...is, since, lookedAt })
}

const SEEN_BY_LOOKS = /^(?:HISTORY|VERIFY)_/

const OPEN = { state: 'open', exitCode: 0, reason: null } as const

function shutBy(failure: unknown): Pick<TargetStatus, 'state' | 'exitCode' | 'reason'> {
  const exitCode = failure instanceof GateError ? failure.exitCode : EXIT_CODES.bug.number
  const isLost = exitCode === EXIT_CODES.notReady.number
  return { state: isLost ? 'lost' : 'shut', exitCode, reason: reasonOf(failure) }
}

/** The status of a fleet of which nothing is known yet. */
export function firstFleetStatus(
  targets: readonly TargetStatus[],
  about: Pick<FleetStatus, 'host' | 'run' | 'startedAt' | 'intervalMs'> & {
    readonly isNotified: boolean
  },
): FleetStatus {
  const { isNotified, ...known } = about
  return Object.freeze({
    format: 1,
    version: VERSION,
    verdict: 'starting',
    exitCode: null,
    openedAt: null,
    counts: countsOf(targets),
    mostOpen: 0,
    ...known,
    targets,
    transitions: [],
    notifications: { configured: isNotified, sent: 0, failed: 0 },
  })
}

/** The status with these targets; `hasBegun` once each had its turn, or the fleet has stopped. Pure. */
export function withTargets(
  status: FleetStatus,
  targets: readonly TargetStatus[],
  { now, hasBegun }: { readonly now: Date; readonly hasBegun: boolean },
): FleetStatus {
  const counts = countsOf(targets)
  const isOpen = counts.open === counts.targets
  return {
    ...status,
    targets,
    counts,
    mostOpen: Math.max(status.mostOpen, counts.open),
    ...(hasBegun && {
      verdict: isOpen ? 'open' : 'shut',
      exitCode: mostSevere(targets.flatMap(({ exitCode }) => exitCode || [])),
      openedAt: status.openedAt ?? (isOpen ? now.toISOString() : null),
    }),
  }
}

function countsOf(targets: readonly TargetStatus[]): FleetCounts {
  const counts = { targets: targets.length, shut: 0, lost: 0, waiting: 0, open: 0 }
  for (const { state } of targets) counts[state] += 1
  return counts
}
