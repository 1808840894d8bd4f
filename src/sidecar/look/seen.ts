import type { Definition, DefinitionValue } from '../../catalog/object-key.ts'
import type { Phase } from '../../config/choices.ts'
import type { RevisionFiles } from '../../gate/revision-files.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { historyEntries } from '../../revisions/graph/history.ts'
import { leftBy } from '../../revisions/target/phases.ts'
import { excerpts } from '../../steps/verify/excerpt.ts'
import type { StructureFault } from '../../steps/verify/structure/structure.ts'
import type { VerifyOutcome } from '../../steps/verify/verify.ts'
import { reasonOf } from '../status/reason.ts'
import type {
  DatabaseStatus,
  DriftStatus,
  FaultStatus,
  RevisionStatus,
  RevisionsStatus,
  Status,
  VerifyStatus,
} from '../status/status.ts'
import type { Look, SchemaLook } from './look.ts'

/** When a look was made, and how long it took. */
interface Timing {
  readonly lookedAt: Date
  readonly durationMs: number
}

/** What a look is put on the status with. */
export interface LookResult {
  readonly look: Look
  readonly files: RevisionFiles
  readonly wanted: ReadonlySet<string> | null
  readonly phase: Phase
  readonly timing: Timing
}

/** The status after a look that got an answer. Pure. */
export function afterLook(status: Status, result: LookResult): Status {
  const { server, locks, schema } = result.look
  const database = { ...status.database, reachable: true, outage: null, server }
  const reachable = { ...status, database, locks }
  if (schema === undefined) {
    return { ...reachable, verify: { ...unanswered(status.verify), held: true } }
  }
  return { ...reachable, ...schemaStatus(status, result, schema) }
}

function schemaStatus(
  { revisions, verify }: Status,
  { files, wanted, phase, timing }: LookResult,
  { fault, versions, behind, verified, runs }: SchemaLook,
): Partial<Status> {
  const position = { target: revisions.target, wanted, phase, versions, behind }
  const { mode, notCompared, objects, digest, warnings, notices } = verified.outcome
  return {
    verdict: fault === undefined ? 'open' : 'shut',
    exitCode: fault?.exitCode ?? 0,
    reason: fault === undefined ? null : reasonOf(fault),
    revisions: revisionsStatus(files.graph, position),
    verify: {
      ...verify,
      mode,
      notCompared,
      objects,
      fingerprint: digest || null,
      notices: [...warnings, ...notices],
      held: false,
      counts: counted(verify, fault === undefined ? 'passed' : 'failed'),
      lastAt: timing.lookedAt.toISOString(),
      lastDurationMs: timing.durationMs,
    },
    drift: driftStatus(verified.outcome),
    runs,
  }
}

function counted(
  { counts }: VerifyStatus,
  outcome: keyof VerifyStatus['counts'],
): VerifyStatus['counts'] {
  return { ...counts, [outcome]: counts[outcome] + 1 }
}

function unanswered(verify: VerifyStatus): VerifyStatus {
  return { ...verify, counts: counted(verify, 'unanswered') }
}

/** The status after a look that got none: what was proved last stands. Pure. */
export function afterSilence(status: Status, message: string, lookedAt: Date): Status {
  const database = silent(status.database, message, lookedAt)
  return { ...status, verify: unanswered(status.verify), database }
}

function silent(database: DatabaseStatus, message: string, lookedAt: Date): DatabaseStatus {
  const since = database.outage?.since ?? lookedAt.toISOString()
  return { ...database, reachable: false, outage: { since, message } }
}

/** How much of each list the status holds. */
const MOST_LISTED = 50

/** Nothing was looked at yet. */
export const NO_DRIFT: DriftStatus = Object.freeze({
  counts: { missing: 0, different: 0, extra: 0, faults: 0, invalidIndexes: 0 },
  missing: [],
  different: [],
  extra: [],
  faults: [],
  invalidIndexes: [],
})

/** What a verify found, bounded and as plain data. Pure. */
function unknownRows(graph: RevisionGraph, rows: ReadonlySet<string>): readonly string[] {
  return [...graph.withoutGone(rows)].filter((id) => !graph.revisions.has(id)).toSorted()
}

function driftStatus({ drift, faults }: VerifyOutcome): DriftStatus {
  const indexes = faults.filter(({ kind }) => kind === 'index')
  return Object.freeze({
    counts: {
      missing: drift.missing.length,
      different: drift.different.length,
      extra: drift.extra.length,
      faults: faults.length,
      invalidIndexes: indexes.length,
    },
    missing: listed(drift.missing).map(({ key, expected }) => ({
      object: key,
      expected: shortened(expected),
    })),
    different: listed(drift.different).map(({ key, fields }) => ({
      object: key,
      fields: fields.map(({ field, expected, found }) => ({
        field,
        ...excerpts(text(expected), text(found)),
      })),
    })),
    extra: listed(drift.extra).map(({ key, found }) => ({ object: key, found: shortened(found) })),
    faults: listed(faults).map(faultStatus),
    invalidIndexes: listed(indexes).map(faultStatus),
  })
}

function listed<T>(items: readonly T[]): readonly T[] {
  return items.slice(0, MOST_LISTED)
}

function faultStatus({ kind, subject, message, remedy }: StructureFault): FaultStatus {
  return { kind, object: subject, message, remedy }
}

function shortened(definition: Definition): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(definition).map(([field, value]) => [field, excerpts(text(value), '').expected]),
  )
}

function text(value: DefinitionValue | undefined): string {
  if (value === undefined) return 'none'
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value)
}

/** How many revisions the status holds, the newest: a page with more could not be read. */
const MOST_REVISIONS = 500

/** What the graph is held against; `versions` is `null` before the first answer. */
export interface Position {
  readonly target: string
  /** The version rows that the target wants; `null` where only the database knows (`+N`), or another program. */
  readonly wanted: ReadonlySet<string> | null
  readonly versions: ReadonlySet<string> | null
  /** Default: `all`. */
  readonly phase?: Phase
  /** What rows that the files lack come from, as far as the journal knows. */
  readonly behind?: ReadonlySet<string>
}

/** Where the database stands on the graph of the files. Pure. */
export function revisionsStatus(graph: RevisionGraph, position: Position): RevisionsStatus {
  const { versions, wanted, target, phase = 'all', behind = [] } = position
  const applied =
    versions && graph.applied(graph.rules.rows === 'each' ? versions : [...versions, ...behind])
  const targetRevisions = graph.ancestors(wanted ?? [])
  const left = leftBy(graph, versions ?? new Set(), { target, phase })
  const stateOf = (id: string): RevisionStatus['state'] => {
    if (applied === null) return 'unknown'
    if (applied.has(id)) return 'applied'
    if (left.has(id)) return 'waiting'
    return targetRevisions.has(id) ? 'pending' : 'beyond'
  }
  const entries = historyEntries(graph)
  return Object.freeze({
    target,
    heads: graph.heads,
    current: versions && [...versions].toSorted(),
    unknown: unknownRows(graph, (wanted && versions) ?? new Set()),
    pending: applied && [...targetRevisions].filter((id) => !applied.has(id)).length,
    waiting: applied && graph.order.flatMap(({ id }) => (left.has(id) ? [id] : [])),
    graph: entries.slice(0, MOST_REVISIONS).map((entry) => ({
      id: entry.revision,
      parents: entry.revises,
      dependsOn: entry.dependsOn,
      branchLabels: entry.branchLabels,
      message: entry.message,
      created: entry.created,
      head: entry.head !== null,
      state: stateOf(entry.revision),
    })),
    graphLeftOut: Math.max(0, entries.length - MOST_REVISIONS),
  })
}
