import { isSameSet } from '../base/set.ts'
import type { Phase } from '../config/choices.ts'
import { GateError } from '../errors/error.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import {
  downgradePlan,
  refuseIrreversible,
  versionsBefore,
} from '../revisions/target/downgrade-plan.ts'
import type { Aim } from '../revisions/target/phases.ts'
import {
  aimed,
  changesOf,
  type RevisionChange,
  targetVersions,
  upgradePlan,
  versionsAfter,
} from '../revisions/target/plan.ts'
import type { Versions } from '../revisions/target/target.ts'
import { refuseEarly } from '../steps/migrate/phase.ts'

/** From where to where a script leads, and by which revisions. */
export interface OfflinePlan {
  readonly action: 'upgrade' | 'downgrade'
  readonly from: Versions
  /** True where nobody named the start. */
  readonly assumed: boolean
  readonly changes: readonly RevisionChange[]
  readonly to: Versions
}

/**
 * The plan of `from:to`, or of a target alone: an upgrade then starts at base. No database is asked,
 * so what counts from where one is (`+1`) counts from the start.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS
 */
export function offlineUpgrade(graph: RevisionGraph, aim: string | Aim): OfflinePlan {
  const { target, phase = 'all' } = aimed(aim)
  const { from, to, assumed } = readRange(graph, target, 'base', phase)
  const plan = upgradePlan(graph, from, { target: to, phase })
  refuseEarly(graph, plan, { phase })
  if (plan.length === 0 && !isSameSet(from, targetVersions(graph, { target: to, phase }, from))) {
    throw notAfter(target, from)
  }
  const changes = changesOf(plan, from, (versions, one) => versionsAfter(graph, versions, one))
  return { action: 'upgrade', assumed, ...leading(from, changes) }
}

/**
 * The plan back, of `from:to`, or of a target alone: the start is then the heads of the files.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS, REVISION_IRREVERSIBLE
 */
export function offlineDowngrade(graph: RevisionGraph, target: string): OfflinePlan {
  const { from, to, assumed } = readRange(graph, target, 'heads')
  const plan = downgradePlan(graph, from, to)
  refuseIrreversible(plan)
  const changes = changesOf(plan, from, (versions, one) => versionsBefore(graph, versions, one))
  return { action: 'downgrade', assumed, ...leading(from, changes) }
}

/** A contract script begins where an expand one ends. */
function readRange(
  graph: RevisionGraph,
  target: string,
  start: 'base' | 'heads',
  phase: Phase = 'all',
) {
  const at = target.indexOf(':')
  const from = at === -1 ? start : target.slice(0, at)
  const expanded = { target: target.slice(at + 1), phase: 'expand' } as const
  const isLeft = at === -1 && phase === 'contract'
  return {
    from: targetVersions(graph, isLeft ? expanded : from),
    to: target.slice(at + 1),
    assumed: at === -1,
  }
}

function leading(from: Versions, changes: OfflinePlan['changes']) {
  return { from, to: changes.at(-1)?.to ?? from, changes }
}

function notAfter(target: string, from: Versions): GateError {
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
