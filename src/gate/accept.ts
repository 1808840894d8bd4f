import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { tableNames } from '../formats/formats.ts'
import { withGateLock } from '../lock/lock.ts'
import type { Session } from '../postgres/session/session.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { revisionNamed } from '../revisions/graph/named.ts'
import { meaningOf } from '../revisions/sql/read-statements.ts'
import {
  appliedRevisions,
  compareHistory,
  isEdited,
  recordedElse,
} from '../steps/migrate/history.ts'
import { resetSession, startRun, withTables } from '../steps/migrate/run.ts'
import { transaction } from '../steps/migrate/watch/watch.ts'
import { type JournalRecord, readMeaning, readMigrationState } from '../store/state.ts'
import type { Resources } from './resources.ts'
import type { RevisionFiles } from './revision-files.ts'
import { proveForStamp, type Stamping } from './stamp.ts'

const NOT_ACCEPTED =
  'Nothing was accepted. Put right what is listed: an edited file is taken over only while the schema is what the files promise.'

/** Which edited files are to be taken over. */
export interface Accepting {
  readonly session: Session
  readonly files: RevisionFiles
  /** Ids, or what means one. */
  readonly names: readonly string[]
  /** True: also where a file means something else than what was applied. */
  readonly meaningChanged: boolean
  /** True: nothing is written. */
  readonly isDry: boolean
  readonly expectation: NonNullable<Stamping['expectation']>
}

/** An edited file that was taken over. */
export interface Accepted {
  readonly revision: string
  readonly file: string
  /** `null`: what was applied is not known. */
  readonly isSameMeaning: boolean | null
}

/**
 * Takes the checksums of edited files over into the journal, after having proved that the schema is
 * what the files promise and, unless `meaningChanged`, that each still means what was applied.
 * @returns those that were taken over; one that was not edited is none
 * @throws {GateError} REVISION_UNKNOWN_TARGET, HISTORY_*, VERIFY_DRIFT, VERIFY_STRUCTURE, LOCK_TIMEOUT
 */
export async function acceptEdited(
  context: StepContext,
  { database, origin }: Pick<Resources, 'database' | 'origin'>,
  accepting: Accepting,
): Promise<readonly Accepted[]> {
  const { session, files, isDry } = accepting
  const { versions } = await readMigrationState(session, tableNames(context.config))
  const first = await findEdited(context, accepting)
  if (first.length === 0) return []
  await proveForStamp(context, accepting, versions, NOT_ACCEPTED)
  if (isDry) return first.map(({ accepted }) => accepted)
  return withGateLock(context, { session, database, origin }, async (lock) => {
    await lock.acquire()
    const run = startRun(context, session, { origin, lock })
    const edited = await findEdited(context, accepting)
    await resetSession(run)
    await transaction(run, async () => {
      const { journal } = await withTables(run)
      for (const { revision, accepted, meaning } of edited) {
        const { id, revises, dependsOn, message, checksum, downgrade, phase } =
          files.graph.revisions.get(revision.id) ?? revision
        const name = accepted.isSameMeaning === true ? message : `${message} (meaning changed)`
        await journal.write(session, {
          ...{ revision: id, revises, dependsOn, name, checksum, meaning, downgrade, phase },
          action: 'accept',
          statements: null,
          statementsDone: null,
          outcome: 'done',
        })
      }
    })
    return edited.map(({ accepted }) => accepted)
  })
}

interface Edited {
  readonly revision: Revision
  readonly accepted: Accepted
  readonly meaning: string | null
}

async function findEdited(
  { config }: StepContext,
  { session, files, names, meaningChanged }: Accepting,
): Promise<readonly Edited[]> {
  const { graph } = files
  const state = await readMigrationState(session, tableNames(config))
  compareHistory(graph, state, config.ahead, 'allow')
  const applied = appliedRevisions(graph, state)
  const otherwise = new Set(recordedElse(graph, state))
  const edited: Edited[] = []
  for (const id of new Set(names.map((name) => revisionNamed(graph, name)))) {
    const revision = graph.revisions.get(id)
    const record = applied.find((one) => one.revision.id === id)?.record
    const isOtherwise = revision !== undefined && otherwise.has(revision)
    if (revision === undefined || (record === undefined && !isOtherwise)) throw notApplied(id)
    if (!isOtherwise && record !== undefined && !isEdited(revision, record)) continue
    const before =
      record === undefined ? null : await readMeaning(session, tableNames(config), record)
    const meaning = await meaningOf(revision.upgrade)
    const isSameMeaning = before === null || meaning === null ? null : before === meaning
    if (isSameMeaning !== true && !meaningChanged)
      throw otherMeaning({ revision, record }, isSameMeaning)
    edited.push({
      revision,
      meaning,
      accepted: { revision: id, file: revision.file, isSameMeaning },
    })
  }
  return edited
}

function notApplied(revision: string): GateError {
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `revision ${revision} was not applied to this database by pgate: there is nothing to accept`,
    { facts: { revision }, hint: 'pgate current and pgate history show what is applied.' },
  )
}

function otherMeaning(
  { revision, record }: { readonly revision: Revision; readonly record: JournalRecord | undefined },
  isSame: boolean | null,
): GateError {
  const { id, file } = revision
  const why =
    isSame === null
      ? 'what it meant when it was applied is not known'
      : 'its statements are others than those that were applied'
  return new GateError(
    'HISTORY_EDITED',
    `${file} was edited after revision ${id} had been applied (${record?.startedAt ?? 'by its own tool'}), and ${why}`,
    {
      facts: { revision: id, file, applied: record?.checksum, found: revision.checksum },
      hint: `Put ${file} back as it was and write the change as a new revision; or, where this database is as the file says now: pgate accept ${id} --meaning-changed`,
    },
  )
}
