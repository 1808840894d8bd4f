import { formatDuration } from '../../../base/duration.ts'
import type { StepContext } from '../../../config/context.ts'
import { describeBatches, grouped, shareOf } from '../../../store/batch-state.ts'
import type { BatchProgress } from '../../../store/batch-table.ts'

const EVERY_MS = 5_000

/** Says how far the batches are, every five seconds and at their end. */
export function reporterOf(context: StepContext, what: string, from: BatchProgress) {
  const { clock, log, progress } = context
  const startedAt = clock.now()
  let saidAt = startedAt
  const facts = (at: BatchProgress) => {
    const seconds = Math.max(0.001, (clock.now() - startedAt) / 1_000)
    const perSecond = Math.round((at.keys - from.keys) / seconds)
    const { percent, left } = shareOf(at)
    const leftMs = left === null || perSecond === 0 ? null : Math.round((left / perSecond) * 1_000)
    return {
      batches: at.batches,
      keys: at.keys,
      rows: at.rows,
      percent,
      rowsPerSecond: perSecond,
      leftMs,
    }
  }
  if (from.batches > 0) {
    log.info('batch.resume', `${what}: going on behind ${said(from)}`, facts(from))
  }
  return {
    halved: (rows: number, to: number) => {
      const message = `${what}: a batch of ${rows} rows met statement_timeout; trying ${to}`
      log.warn('batch.halved', message, { rows, to })
    },
    done: (at: BatchProgress) => {
      const known = facts(at)
      const rest = known.leftMs === null ? '' : `, about ${formatDuration(known.leftMs)} left`
      const message = `${what}: ${said(at)}, ${grouped(known.rowsPerSecond)} keys/s${rest}`
      progress(message)
      if (clock.now() - saidAt < EVERY_MS) return
      saidAt = clock.now()
      log.info('batch.progress', message, known)
    },
    end: (at: BatchProgress) => {
      const durationMs = Math.round(clock.now() - startedAt)
      const { keys, rows, batches } = at
      const message = `${what}: done, ${said(at)} in ${formatDuration(durationMs)}`
      log.info('batch.done', message, { durationMs, keys, rows, batches })
    },
  }
}

function said(at: BatchProgress): string {
  return describeBatches({ ...at, percent: shareOf(at).percent })
}
