import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import type { Session } from '../../postgres/session/session.ts'
import { journalOf } from '../../store/journal.ts'
import {
  describeRestorePoint,
  type RestorePoint,
  takeRestorePoint,
} from '../../store/restore-point.ts'
import { refuseNeeds } from './apply/apply.ts'
import { backUp } from './backup.ts'
import type { PreparedRevision } from './prepare.ts'
import { type Run, resetSession, startRun } from './run.ts'
import { noteUnseen } from './watch/end-blockers.ts'

/**
 * What is done once before a run first writes, under the lock: PGATE_BACKUP_COMMAND, then the restore point.
 * The second of two steps that write gets the first one's point.
 * @see docs/decisions/0094-before-the-first-write.md
 */
export interface Precautions {
  /**
   * @param before what is to be run: a revision, for one
   * @returns null where the server says nothing of its log
   * @throws {GateError} BACKUP_FAILED, LOCK_LOST, MIGRATION_CONNECTION_LOST, or the reason of the aborted
   *   signal: nothing was written then
   */
  take(run: Run, before: string): Promise<RestorePoint | null>
  /** A failure that comes afterwards, with the point: where the database was before the run. */
  explain(error: unknown): unknown
}

const BEFORE = ' Before this run the database was at this restore point:'

/** A hint, and where the database was. */
export function withRestorePoint(hint: string, point: RestorePoint): string {
  return `${hint}${BEFORE} ${describeRestorePoint(point)} (docs/backup-and-restore.md).`
}

/** What it says that is as true of another database. */
export function withoutRestorePoint(hint: string): string {
  return hint.split(BEFORE, 1).join('')
}

/** The precautions of one run. */
export function precautionsOf(): Precautions {
  let taken: RestorePoint | null | undefined
  return {
    take: async (run, before) => {
      if (taken !== undefined) return taken
      const { context, session } = run
      await backUp(run)
      taken = await takeRestorePoint(session, context.log, before)
      if (taken !== null) {
        const message = `Restore point before ${before}: ${describeRestorePoint(taken)}`
        context.log.info('restore.point', message, { restorePoint: taken, before })
      }
      return taken
    },
    explain: (error) => {
      if (!(error instanceof GateError) || taken === undefined || taken === null) return error
      const { code, message, facts, hint, cause } = error
      return new GateError(code, message, {
        facts: { ...facts, restorePoint: taken },
        hint: withRestorePoint(hint, taken),
        cause,
      })
    },
  }
}

/**
 * A run that is about to write: nothing that its revisions need is missing, the precautions are taken, and
 * its journal rows name the restore point.
 * @throws {GateError} CONFIG_POOLER, LOCK_LOST, and as {@link Precautions.take}
 */
export async function beginRun(
  context: StepContext,
  session: Session,
  {
    request,
    prepared,
  }: { readonly request: RunRequest; readonly prepared: readonly PreparedRevision[] },
): Promise<Run> {
  const run = startRun(context, session, request)
  refuseNeeds(run, prepared)
  await resetSession(run)
  if (prepared.some(({ statements }) => statements.some(({ batch }) => batch))) {
    await (await import('./batches/begin.ts')).refuseKeys(run, prepared)
  }
  noteUnseen(run)
  const [first] = prepared
  const point = first && (await request.precautions?.take(run, first.revision.id))
  if (point === undefined) return run
  return { ...run, restorePoint: point, journal: journalOf(run.names, run.origin, point) }
}

type RunRequest = Parameters<typeof startRun>[2] & {
  readonly precautions?: Precautions | undefined
}
