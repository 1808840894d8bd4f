import type { StepContext } from '../context.ts'
import { formatDuration } from '../duration.ts'
import { GateError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import type { RevisionGraph } from '../revisions/graph.ts'
import { isSameSet } from '../set-equality.ts'
import { readVersions } from './state.ts'
import { tableNames } from './tables.ts'

/** Followers look about twice a second, each with jitter so that forty of them do not look at once. */
const LOOK_EVERY_MS = 500

/**
 * Waits, reading the version table alone, until its rows are the expected ones: somebody else
 * migrates. No lock, no journal, no right but to read.
 * @throws {GateError} NOT_READY after PGATE_WAIT_TIMEOUT, HISTORY_UNKNOWN at once
 */
export async function waitForVersions(
  context: StepContext,
  session: Session,
  aim: { readonly graph: RevisionGraph; readonly expected: ReadonlySet<string> },
): Promise<void> {
  const { clock, config, signal } = context
  const names = tableNames(config)
  const startedAt = clock.now()
  for (;;) {
    const versions = await readVersions(session, names)
    if (isSameSet(versions, aim.expected)) return
    refuseUnknown(aim.graph, versions)
    const waitedMs = clock.now() - startedAt
    if (waitedMs >= config.waitTimeoutMs) throw notThere(versions, aim.expected, waitedMs)
    context.progress(`waiting for ${list(aim.expected)}; the database is at ${list(versions)}`)
    await clock.sleep(LOOK_EVERY_MS * (0.5 + clock.random()), signal)
  }
}

function list(versions: ReadonlySet<string>): string {
  return versions.size === 0 ? '<base>' : [...versions].sort().join(', ')
}

/** Waiting does not help where the database is at something that these files do not know. */
function refuseUnknown(graph: RevisionGraph, versions: ReadonlySet<string>): void {
  const unknown = [...versions].filter((id) => !graph.revisions.has(id))
  if (unknown.length === 0) return
  throw new GateError(
    'HISTORY_UNKNOWN',
    `the database is at revision ${unknown.join(', ')}, which the files lack`,
    {
      facts: { unknown, heads: graph.heads },
      hint: 'Deploy the image that holds this revision, or take the database back with it.',
    },
  )
}

function notThere(
  versions: ReadonlySet<string>,
  expected: ReadonlySet<string>,
  waitedMs: number,
): GateError {
  return new GateError(
    'NOT_READY',
    `after ${formatDuration(waitedMs)} the database is still at ${list(versions)}, not at ${list(expected)}`,
    {
      facts: { versions: [...versions], expected: [...expected], waitedMs: Math.round(waitedMs) },
      hint: 'Look at the gate that migrates this database: it has failed, or has not been started.',
    },
  )
}
