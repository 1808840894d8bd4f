import { GateError } from '../../../../src/errors/error.ts'
import type { FailureCode } from '../../../../src/errors/failures.ts'
import {
  afterTurn,
  type FleetStatus,
  firstFleetStatus,
  waitingTarget,
  withTargets,
} from '../../../../src/sidecar/fleet/fleet-status.ts'

export const AT = new Date('2026-11-21T03:00:00Z')

/** A failure with that code, as a gate throws it. */
export const failure = (code: FailureCode, message = 'why it is not open') =>
  new GateError(code, message, { hint: 'What to do.' })

/** The status of a fleet after each target had its turn; a code where it is not open. */
export function fleetOf(
  found: Readonly<Record<string, FailureCode | 'open' | 'waiting'>>,
  message?: string,
): FleetStatus {
  const targets = Object.entries(found).map(([name, how]) => {
    const waiting = waitingTarget(name)
    if (how === 'waiting') return waiting
    return afterTurn(waiting, how === 'open' ? undefined : failure(how, message), AT)
  })
  return withTargets(fleetBefore(Object.keys(found)), targets, { now: AT, hasBegun: true })
}

export function fleetBefore(names: readonly string[]): FleetStatus {
  const about = {
    host: 'pgate-fleet-0',
    run: '3f2a9c1d',
    startedAt: AT.toISOString(),
    intervalMs: 60_000,
    isNotified: true,
  }
  return firstFleetStatus(names.map(waitingTarget), about)
}

/** So many names, all open. */
export const manyOpen = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`t${n + 1}`, 'open' as const]))
