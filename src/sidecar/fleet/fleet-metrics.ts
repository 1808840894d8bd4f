import {
  byLabel,
  counter,
  type Family,
  familiesText,
  flag,
  gauge,
  known,
  SIDECAR_FAMILIES,
  seconds,
  time,
} from '../status/prometheus.ts'
import type { FleetStatus, TargetStatus } from './fleet-status.ts'

/** Up to so many targets each has samples of its own; more would be more series than a fleet is worth. */
export const MOST_LABELLED = 100

/** Every metric of a fleet: those of a database that count for a fleet, too, under the same names. */
export const FLEET_FAMILIES: readonly Family<FleetStatus>[] = [
  ...SIDECAR_FAMILIES,
  gauge('pgate_gate_opened', 'Whether all targets were open since the start.', ({ openedAt }) =>
    flag(openedAt !== null),
  ),
  gauge('pgate_gate_open', 'Whether all targets are open: 1, else 0.', ({ verdict }) =>
    flag(verdict === 'open'),
  ),
  gauge(
    'pgate_gate_exit_code',
    'What pgate fleet check would end with now: the most severe code of all targets.',
    ({ exitCode }) => known(exitCode),
  ),
  gauge(
    'pgate_fleet_targets',
    'Targets by state; lost: the server does not answer, waiting: it had no turn yet.',
    ({ counts: { targets: _, ...states } }) => byLabel('state', states),
  ),
  gauge('pgate_fleet_failures', 'Targets that are not open, by exit code.', ({ targets }) => {
    const failed = targets.filter(({ exitCode }) => exitCode)
    const codes = Object.groupBy(failed, ({ exitCode }) => String(exitCode))
    return Object.entries(codes).map(([code, of = []]) => ({
      labels: { exit_code: code },
      value: of.length,
    }))
  }),
  gauge(
    'pgate_target_open',
    `Whether a target is open; absent with more than ${MOST_LABELLED} targets.`,
    (status) =>
      each(status, ({ state }) => (state === 'waiting' ? null : Number(state === 'open'))),
  ),
  gauge(
    'pgate_target_exit_code',
    `What a gate of a target would end with; absent with more than ${MOST_LABELLED} targets.`,
    (status) => each(status, ({ exitCode }) => exitCode),
  ),
  gauge(
    'pgate_fleet_oldest_verify_timestamp_seconds',
    'When the target whose newest look is the oldest was looked at, in Unix time.',
    ({ targets, counts }) => {
      const looked = targets.map(({ lookedAt }) => lookedAt ?? '')
      return counts.waiting > 0 || looked.length === 0 ? [] : time(oldestOf(looked))
    },
  ),
  gauge(
    'pgate_verify_interval_seconds',
    'How often each target is looked at again (PGATE_VERIFY_INTERVAL).',
    ({ intervalMs }) => seconds(intervalMs),
  ),
  counter(
    'pgate_transitions_total',
    'Changes of the fleet since the start, as they are notified of.',
    ({ transitions }) => known(transitions[0]?.number ?? 0),
  ),
  counter(
    'pgate_notifications_total',
    'Changes that PGATE_NOTIFY_URL was notified of, and those that could not be sent.',
    ({ notifications: { configured, sent, failed } }) =>
      configured ? byLabel('outcome', { sent, failed }) : [],
  ),
]

function each({ targets }: FleetStatus, read: (target: TargetStatus) => number | null) {
  if (targets.length > MOST_LABELLED) return []
  return targets.flatMap((target) =>
    known(read(target)).map((sample) => ({ ...sample, labels: { target: target.name } })),
  )
}

/** Of times as ISO 8601 has them. */
function oldestOf(times: readonly string[]): string {
  return times.reduce((oldest, one) => (one < oldest ? one : oldest))
}

/** The status of a fleet in Prometheus' text format. Pure. */
export function fleetMetricsText(status: FleetStatus): string {
  return familiesText(FLEET_FAMILIES, status)
}
