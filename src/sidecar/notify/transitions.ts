import { failoverBetween } from '../look/server-identity.ts'
import type { Status, Transition } from '../status/status.ts'

/** How many transitions the status holds. */
const MOST_KEPT = 20

/** A transition before it has its number and its time. */
export type Change = Pick<Transition, 'kind' | 'message'>

/** The parts of a status that a change shows in. */
export type Compared = Pick<Status, 'verdict' | 'reason' | 'database' | 'revisions'>

/** What is worth telling of the way from one status to the next, in the order to tell it. Pure. */
export function changesBetween(before: Compared, after: Compared): readonly Change[] {
  return [outageChange, failoverChange, verdictChange, aheadChange].flatMap(
    (changeOf) => changeOf(before, after) ?? [],
  )
}

/** The newest first, each with its number. Pure. */
export function withChanges(
  kept: readonly Transition[],
  changes: readonly Change[],
  at: Date,
): readonly Transition[] {
  const next = (kept[0]?.number ?? 0) + 1
  const fresh = changes.map((change, index) => ({
    number: next + index,
    at: at.toISOString(),
    ...change,
  }))
  return Object.freeze([...fresh.toReversed(), ...kept].slice(0, MOST_KEPT))
}

function outageChange(before: Compared, after: Compared): Change | undefined {
  const [was, is] = [before.database.outage, after.database.outage]
  const { label } = after.database
  if (was === null && is !== null) {
    return { kind: 'lost', message: `${label} cannot be asked: ${is.message}` }
  }
  return was !== null && is === null
    ? { kind: 'back', message: `${label} answers again (since ${was.since} it had not)` }
    : undefined
}

function failoverChange(before: Compared, after: Compared): Change | undefined {
  const [was, is] = [before.database.server, after.database.server]
  const message = was && is ? failoverBetween(was, is) : undefined
  return message === undefined ? undefined : { kind: 'failover', message }
}

function verdictChange(before: Compared, after: Compared): Change | undefined {
  if (after.verdict === 'open' && before.verdict !== 'open') {
    const again = before.verdict === 'shut'
    return { kind: 'opened', message: `the gate is open${again ? ' again' : ''}` }
  }
  if (after.verdict !== 'shut' || after.reason === null) return undefined
  const message = `${after.reason.code}: ${after.reason.message}`
  if (before.verdict !== 'shut') return { kind: 'shut', message }
  const same = before.reason?.code === after.reason.code
  const told = same && before.reason?.message === after.reason.message
  return told ? undefined : { kind: 'changed', message }
}

/** Where PGATE_AHEAD refuses it, the verdict tells of it. */
function aheadChange(before: Compared, after: Compared): Change | undefined {
  const { unknown } = after.revisions
  if (after.verdict !== 'open' || unknown.length === 0) return undefined
  const known = new Set(before.revisions.unknown)
  if (unknown.every((id) => known.has(id))) return undefined
  const message = `the database is ahead of these files, at ${unknown.join(', ')}`
  return { kind: 'ahead', message }
}
