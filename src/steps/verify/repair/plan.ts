import { GateError } from '../../../errors/error.ts'
import {
  DEADLOCK_DETECTED,
  DISK_FULL,
  INSUFFICIENT_PRIVILEGE,
  isConnectionLost,
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
  READ_ONLY_TRANSACTION,
  sqlstateOf,
  UNIQUE_VIOLATION,
} from '../../../postgres/sql/sqlstate.ts'
import type { BrokenIndex } from './catalog.ts'

/** What is to be done about one broken index. */
type Treatment =
  /** What REINDEX CONCURRENTLY left next to an index that is whole. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'rebuild' }
  /** All parts are there and valid; attaching one again makes the whole valid. */
  | { readonly kind: 'attach'; readonly part: string }
  /** A leftover whose original is broken itself: dropped once that is rebuilt. */
  | { readonly kind: 'drop later' }
  /** Not to be touched, and why. */
  | { readonly kind: 'leave'; readonly why: string }

/**
 * What `verify --repair` does about a broken index. Only what is named as REINDEX names its copies,
 * stands for no constraint and has an equal valid index next to it is dropped; everything else
 * is rebuilt in its place, so that no definition is ever lost. Pure.
 * @see docs/decisions/0021-how-a-broken-index-is-repaired.md
 */
export function treatmentOf(index: BrokenIndex): Treatment {
  const { builder, isPartitioned, part, isToast, isExclusion } = index
  if (builder !== null)
    return leave(`another session (pid ${builder}) is at work on ${index.table}`)
  if (isPartitioned) {
    return part === null
      ? leave(`a partition of ${index.table} has no valid index attached to it`)
      : { kind: 'attach', part }
  }
  if (index.isNamedLeftover && !index.isConstraint && index.twin !== null) {
    return { kind: index.twin === 'valid' ? 'drop' : 'drop later' }
  }
  if (isExclusion)
    return leave('an exclusion constraint cannot be rebuilt without locking its table')
  if (isToast) return leave("a TOAST table's index cannot be rebuilt without locking its table")
  return { kind: 'rebuild' }
}

/**
 * The next one to work on, of those that have not been tried; undefined where nothing is left to do.
 * Read again after each: what one repair changes (an original that is whole again, a partition that
 * has its part) decides about others.
 */
export function nextRepair(
  broken: readonly BrokenIndex[],
  tried: ReadonlySet<string>,
): { readonly index: BrokenIndex; readonly treatment: Act } | undefined {
  for (const index of broken) {
    const treatment = treatmentOf(index)
    if (!tried.has(index.oid) && isAct(treatment)) return { index, treatment }
  }
  return undefined
}

/** A treatment that does something now. */
export type Act = Exclude<Treatment, { readonly kind: 'leave' | 'drop later' }>

function isAct(treatment: Treatment): treatment is Act {
  return treatment.kind !== 'leave' && treatment.kind !== 'drop later'
}

/** The statement that does it; outside a transaction, but for `attach`. */
export function repairStatement({ name }: BrokenIndex, act: Act): string {
  switch (act.kind) {
    case 'drop':
      return `drop index concurrently if exists ${name}`
    case 'rebuild':
      return `reindex index concurrently ${name}`
    case 'attach':
      return `alter index ${name} attach partition ${act.part}`
  }
}

/** Why one that is broken still was not worked on, or is broken in spite of it. Pure. */
export function skipReason(index: BrokenIndex): string {
  const treatment = treatmentOf(index)
  switch (treatment.kind) {
    case 'leave':
      return treatment.why
    case 'drop later':
      return 'REINDEX left it next to an index that is not valid itself'
    case 'attach':
      return `all its parts are valid, and this release of PostgreSQL does not notice; detach and attach ${treatment.part} once more, or update the server`
    case 'drop':
    case 'rebuild':
      return 'it is not valid still'
  }
}

function leave(why: string): Treatment {
  return { kind: 'leave', why }
}

/**
 * Why an index could not be repaired, in words of ours alone: what PostgreSQL says of a row that
 * does not fit into an index may quote the row.
 * @throws {GateError} MIGRATION_CONNECTION_LOST; and what is no answer of the server, as it is
 */
export function repairFailureReason(error: unknown, index: BrokenIndex): string {
  if (error instanceof GateError) throw error
  if (isConnectionLost(error)) throw connectionLost(error, index)
  const sqlstate = sqlstateOf(error)
  if (sqlstate === undefined) throw error
  return `${reason(sqlstate, index)} (SQLSTATE ${sqlstate})`
}

function reason(sqlstate: string, { name, table, owner }: BrokenIndex): string {
  switch (sqlstate) {
    case UNIQUE_VIOLATION:
      return `it is to be unique, and rows of ${table} are duplicates; remove those first`
    case INSUFFICIENT_PRIVILEGE:
      return `only ${owner}, who owns ${table}, may; run it as that role, or set PGATE_ROLE to it`
    case LOCK_NOT_AVAILABLE:
    case DEADLOCK_DETECTED:
      return `${table} was in use by another session throughout; run it again when it is quieter`
    case QUERY_CANCELED:
      return 'somebody, or statement_timeout, cancelled it; see PGATE_STATEMENT_TIMEOUT'
    case DISK_FULL:
      return 'the server has no space left'
    case READ_ONLY_TRANSACTION:
      return 'the server, or this session, is read-only'
    default:
      return `PostgreSQL refused it; see what it says to REINDEX INDEX CONCURRENTLY ${name}`
  }
}

function connectionLost(error: unknown, { name, table }: BrokenIndex): GateError {
  return new GateError(
    'MIGRATION_CONNECTION_LOST',
    `the connection to PostgreSQL was lost while index ${name} was repaired`,
    {
      facts: { index: name, table },
      hint: 'Run pgate verify --repair again: it clears away what this one left.',
      cause: error,
    },
  )
}
