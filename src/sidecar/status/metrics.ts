import type { BatchState } from '../../store/batch-state.ts'
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
} from './prometheus.ts'
import type { Status } from './status.ts'

/** Every metric. Base units, as Prometheus wants them: seconds, Unix time, counts. */
export const FAMILIES: readonly Family<Status>[] = [
  ...SIDECAR_FAMILIES,
  gauge('pgate_gate_opened', 'Whether the gate has opened since the start.', ({ openedAt }) =>
    flag(openedAt !== null),
  ),
  gauge(
    'pgate_gate_open',
    'Whether the newest verify that got an answer passed: 1 open, 0 shut or still starting.',
    ({ verdict }) => flag(verdict === 'open'),
  ),
  gauge(
    'pgate_gate_exit_code',
    'What pgate would end with now: 0 open, else as docs/exit-codes.md says.',
    ({ exitCode }) => known(exitCode),
  ),
  gauge(
    'pgate_step_duration_seconds',
    'How long each step of the gate took at the start.',
    ({ steps }) =>
      steps.flatMap(({ name, durationMs }) =>
        seconds(durationMs).map((sample) => ({ ...sample, labels: { step: name } })),
      ),
  ),
  gauge(
    'pgate_database_up',
    'Whether the newest look at the database got an answer.',
    ({ database }) => (database.reachable === null ? [] : flag(database.reachable)),
  ),
  gauge(
    'pgate_database_in_recovery',
    'Whether the server that answered last is a standby.',
    ({ database }) => (database.server === null ? [] : flag(database.server.inRecovery)),
  ),
  gauge(
    'pgate_database_timeline',
    'The timeline of the server that answered last; a promotion raises it.',
    ({ database }) => known(database.server?.timeline ?? null),
  ),
  gauge(
    'pgate_database_ahead',
    'Whether the database is at revisions that the files lack.',
    ({ revisions }) => (revisions.current === null ? [] : flag(revisions.unknown.length > 0)),
  ),
  gauge(
    'pgate_pending_revisions',
    'How many revisions of the files are to be run up to the target.',
    ({ revisions }) => known(revisions.pending),
  ),
  gauge(
    'pgate_waiting_contract_revisions',
    'How many contract revisions PGATE_PHASE=expand has left.',
    ({ revisions }) => known(revisions.waiting?.length ?? null),
  ),
  counter(
    'pgate_verifies_total',
    'Verifies since the start, by outcome; unanswered: the database was away or its schema locked.',
    ({ verify }) => byLabel('outcome', verify.counts),
  ),
  gauge(
    'pgate_last_verify_timestamp_seconds',
    'When the newest verify that got an answer began, in Unix time.',
    ({ verify }) => time(verify.lastAt),
  ),
  gauge(
    'pgate_last_verify_duration_seconds',
    'How long the newest verify that got an answer took.',
    ({ verify }) => seconds(verify.lastDurationMs),
  ),
  gauge(
    'pgate_verify_interval_seconds',
    'How often the database is verified again (PGATE_VERIFY_INTERVAL).',
    ({ verify }) => seconds(verify.intervalMs),
  ),
  gauge(
    'pgate_schema_compared',
    'Whether the newest verify compared the schema with a manifest (0: /status says why not).',
    ({ verify }) => (verify.lastAt === null ? [] : known(verify.notCompared === null ? 1 : 0)),
  ),
  gauge(
    'pgate_drift_objects',
    'Objects of the live schema that are not as the manifest promises; extra ones shut no gate.',
    ({ drift: { counts }, verify }) => {
      const { missing, different, extra } = counts
      return verify.lastAt === null || verify.notCompared !== null
        ? []
        : byLabel('kind', { missing, different, extra })
    },
  ),
  gauge(
    'pgate_structure_faults',
    'Invalid indexes, constraints that are not validated, wrong version rows, missing extensions.',
    ({ drift, verify }) => (verify.lastAt === null ? [] : known(drift.counts.faults)),
  ),
  gauge('pgate_invalid_indexes', 'Indexes that are not valid or not ready.', ({ drift, verify }) =>
    verify.lastAt === null ? [] : known(drift.counts.invalidIndexes),
  ),
  gauge(
    'pgate_lock_waiting_sessions',
    'Sessions of this database that waited for a lock at the newest look; 50 at most are counted.',
    ({ locks }) => known(locks.waiting),
  ),
  gauge(
    'pgate_lock_blocking_sessions',
    'Sessions that others waited for at the newest look; 20 at most are counted.',
    ({ locks }) => (locks.waiting === null ? [] : known(locks.blockers.length)),
  ),
  gauge(
    'pgate_batch_progress_ratio',
    'How much of the keys the batches of a run that is not done have had, from 0 to 1.',
    ({ runs }) => ofBatches(runs, ({ percent }) => (percent === null ? null : percent / 100)),
  ),
  gauge(
    'pgate_batch_rows',
    'How many rows the batches of a run that is not done have changed.',
    ({ runs }) => ofBatches(runs, ({ rows }) => rows),
  ),
  counter(
    'pgate_transitions_total',
    'Changes since the start: of the verdict, of the database, of the server that answers.',
    ({ transitions }) => known(transitions[0]?.number ?? 0),
  ),
  counter(
    'pgate_notifications_total',
    'Changes that PGATE_NOTIFY_URL was notified of, and those that could not be sent.',
    ({ notifications: { configured, sent, failed } }) =>
      configured ? byLabel('outcome', { sent, failed }) : [],
  ),
]

function ofBatches(runs: Status['runs'], value: (batch: BatchState) => number | null) {
  return runs.flatMap(({ batch }) => {
    if (batch === null) return []
    const labels = { revision: batch.revision, statement: String(batch.statement) }
    return known(value(batch)).map((sample) => ({ ...sample, labels }))
  })
}

/** The status in Prometheus' text format. Pure. */
export function metricsText(status: Status): string {
  return familiesText(FAMILIES, status)
}
