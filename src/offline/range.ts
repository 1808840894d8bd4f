import { isSameSet } from '../base/set.ts'
import { GateError } from '../errors/error.ts'
import type { Revision } from '../revisions/file/revision.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import {
  downgradePlan,
  refuseIrreversible,
  versionsBefore,
} from '../revisions/target/downgrade-plan.ts'
import { targetVersions, upgradePlan, versionsAfter } from '../revisions/target/plan.ts'

/** From where to where a script leads, and by which revisions. */
export interface OfflinePlan {
  readonly action: 'upgrade' | 'downgrade'
  readonly from: ReadonlySet<string>
  /** True where nobody named the start. */
  readonly assumed: boolean
  readonly changes: readonly OfflineChange[]
  readonly to: ReadonlySet<string>
}

/** One revision, and the version rows before and after it. */
export interface OfflineChange {
  readonly revision: Revision
  readonly from: ReadonlySet<string>
  readonly to: ReadonlySet<string>
}

/**
 * The plan of `from:to`, or of a target alone: an upgrade then starts at base. No database is asked,
 * so what counts from where one is (`+1`) counts from the start.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS
 */
export function offlineUpgrade(graph: RevisionGraph, target: string): OfflinePlan {
  const { from, to, assumed } = readRange(graph, target, 'base')
  const plan = upgradePlan(graph, from, to)
  if (plan.length === 0 && !isSameSet(from, targetVersions(graph, to, from))) {
    throw notAfter(target, from)
  }
  const next = (versions: ReadonlySet<string>, revision: Revision) =>
    versionsAfter(graph, versions, revision)
  return { action: 'upgrade', assumed, ...walk(plan, from, next) }
}

/**
 * The plan back, of `from:to`, or of a target alone: the start is then the heads of the files.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS, REVISION_IRREVERSIBLE
 */
export function offlineDowngrade(graph: RevisionGraph, target: string): OfflinePlan {
  const { from, to, assumed } = readRange(graph, target, 'heads')
  const plan = downgradePlan(graph, from, to)
  refuseIrreversible(plan)
  const next = (versions: ReadonlySet<string>, revision: Revision) =>
    versionsBefore(graph, versions, revision)
  return { action: 'downgrade', assumed, ...walk(plan, from, next) }
}

function readRange(graph: RevisionGraph, target: string, start: 'base' | 'heads') {
  const at = target.indexOf(':')
  const from = at === -1 ? start : target.slice(0, at)
  return { from: targetVersions(graph, from), to: target.slice(at + 1), assumed: at === -1 }
}

function walk(
  plan: readonly Revision[],
  start: ReadonlySet<string>,
  next: (versions: ReadonlySet<string>, revision: Revision) => ReadonlySet<string>,
): Pick<OfflinePlan, 'from' | 'to' | 'changes'> {
  let at = start
  const changes = plan.map((revision) => {
    const from = at
    at = next(from, revision)
    return { revision, from, to: at }
  })
  return { from: start, to: at, changes }
}

function notAfter(target: string, from: ReadonlySet<string>): GateError {
  const start = from.size === 0 ? '<base>' : [...from].join(', ')
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target}: nothing leads up there from ${start}`,
    {
      facts: { target, from: [...from] },
      hint: 'Write an upgrade as from:to, the older one first; for a downgrade use pgate downgrade --sql.',
    },
  )
}
