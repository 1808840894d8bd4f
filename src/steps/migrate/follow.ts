import { jittered } from '../../base/backoff.ts'
import { formatDuration } from '../../base/duration.ts'
import { isSameSet } from '../../base/set.ts'
import { oneLine } from '../../base/words.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { isFailedRow } from '../../revisions/graph/history-rules.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import { withContracted } from '../../revisions/target/phases.ts'
import { readMigrationState } from '../../store/state.ts'
import { compareHistory } from './history.ts'

/** Followers look about twice a second; in milliseconds, at most. */
const LONGEST_LOOK_MS = 750

/**
 * Waits, reading the version table alone, until its rows are the expected ones: somebody else
 * migrates. No lock, no journal, no right but to read. Where PGATE_AHEAD allows a database that is
 * ahead, that ends the wait too; only there is the journal read.
 * @returns the rows that the database has come to
 * @throws {GateError} NOT_READY after PGATE_WAIT_TIMEOUT, HISTORY_UNKNOWN at once
 */
export async function waitForVersions(
  context: StepContext,
  session: Session,
  { graph, expected }: { readonly graph: RevisionGraph; readonly expected: ReadonlySet<string> },
): Promise<ReadonlySet<string>> {
  const { clock, config, signal } = context
  const names = tableNames(config)
  const startedAt = clock.now()
  for (;;) {
    const versions = graph.withoutGone(await names.history.read(session))
    const wanted = config.phase === 'expand' ? withContracted(graph, expected, versions) : expected
    if (isSameSet(versions, wanted)) return versions
    if (await isAhead(context, session, { graph, versions })) return versions
    const waitedMs = clock.now() - startedAt
    if (waitedMs >= config.waitTimeoutMs) throw notThere(versions, expected, waitedMs)
    context.progress(
      `waiting for ${describeVersions(expected)}; the database is at ${describeVersions(versions)}`,
    )
    await clock.sleep(jittered(LONGEST_LOOK_MS, clock.random(), 2 / 3), signal)
  }
}

/** Waiting does not help where the database is at something that these files do not know. */
async function isAhead(
  { config, log }: StepContext,
  session: Session,
  { graph, versions }: { readonly graph: RevisionGraph; readonly versions: ReadonlySet<string> },
): Promise<boolean> {
  // A run that failed, or is under way, may be put right meanwhile.
  const unknown = [...versions].filter((id) => !graph.revisions.has(id) && !isFailedRow(id))
  if (unknown.length === 0) return false
  if (config.ahead === 'refuse') throw unknownToFiles(unknown, graph, AHEAD_HINT)
  try {
    const state = { ...(await readMigrationState(session, tableNames(config))), versions }
    const ahead = compareHistory(graph, state, config.ahead) === 'ahead'
    log.warn('migrate.ahead', 'The database is ahead of these files', { versions: [...versions] })
    return ahead
  } catch (error) {
    if (sqlstateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error
    throw unknownToFiles(unknown, graph, JOURNAL_HINT)
  }
}

const AHEAD_HINT =
  'Deploy the image that holds this revision, or take the database back with it; where an older application is meant to run, set PGATE_AHEAD=allow.'

const JOURNAL_HINT =
  'For PGATE_AHEAD=allow give this role SELECT on pgate_journal: only there is it written what the revision descends from.'

function unknownToFiles(unknown: readonly string[], graph: RevisionGraph, hint: string): GateError {
  return new GateError(
    'HISTORY_UNKNOWN',
    `the database is at revision ${oneLine(unknown.join(', '))}, which the files lack`,
    { facts: { unknown, heads: graph.heads }, hint },
  )
}

function notThere(
  versions: ReadonlySet<string>,
  expected: ReadonlySet<string>,
  waitedMs: number,
): GateError {
  return new GateError(
    'NOT_READY',
    `after ${formatDuration(waitedMs)} the database is still at ${describeVersions(versions)}, not at ${describeVersions(expected)}`,
    {
      facts: { versions: [...versions], expected: [...expected], waitedMs: Math.round(waitedMs) },
      hint: 'Look at the gate that migrates this database: it has failed, or has not been started.',
    },
  )
}
