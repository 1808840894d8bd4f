import { tableNames } from '../formats/formats.ts'
import { lockName } from '../lock/advisory-lock.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import { describeVersions } from '../revisions/graph/named.ts'
import { unfinishedSql } from '../store/journal-queries.ts'
import { leaseScript, leaseTable } from '../store/lease-table.ts'
import type { TableNames } from '../store/tables.ts'
import { doBlock, raise, textArray, when } from './block.ts'
import type { OfflinePlan } from './range.ts'
import type { OfflineConfig } from './session.ts'

/**
 * The first statement: stops the script on any database that is not where it begins, before
 * anything is changed, and keeps every gate out until the session ends.
 */
export function guard(config: OfflineConfig, plan: OfflinePlan): string {
  const names = tableNames(config)
  const { versions, journal, history } = names
  return doBlock(
    [
      ...when(`not pg_catalog.pg_try_advisory_lock(${lockKey(config)})`, [anotherGate()]),
      ...when(isThere(leaseTable(config)), refuseLease(config)),
      ...when(isThere(versions), [
        `select coalesce(pg_catalog.array_agg(id order by id collate pg_catalog."C"), present)
      into present from (${history.idsSql}) held;`,
      ]),
      ...when('present operator(pg_catalog.<>) expected', [raise(elsewhere(plan), hint(plan))]),
      ...when(isThere(journal), [
        unfinishedRuns(names, plan),
        ...when('unfinished is not null', [raise(half(), finishHint())]),
      ]),
    ],
    [
      `expected constant pg_catalog.text[] := ${textArray([...plan.from].sort())};`,
      'present pg_catalog.text[] := array[]::pg_catalog.text[];',
      'unfinished pg_catalog.text;',
      'leased boolean;',
    ],
  )
}

/** Lets the gates in again; for a session that goes on after the script. */
export function unguard(config: OfflineConfig): string {
  return doBlock([`perform pg_catalog.pg_advisory_unlock(${lockKey(config)});`])
}

/**
 * A gate behind a pooler holds no session lock; it would have to take this one to get a lease. One
 * that has expired goes, unless its holder is just about to commit upon it.
 */
function refuseLease(config: OfflineConfig): readonly string[] {
  const { clear, isHeld } = leaseScript(config)
  return [clear, `select ${isHeld} into leased;`, ...when('leased', [anotherGate()])]
}

function anotherGate(): string {
  return raise(
    quoteLiteral('pgate: another gate is at work on this database'),
    quoteLiteral('Nothing was changed. Run this script again when it has finished.'),
  )
}

function lockKey(config: OfflineConfig): string {
  return `pg_catalog.hashtextextended(${quoteLiteral(lockName(config))}, 0)`
}

function isThere(table: string): string {
  return `pg_catalog.to_regclass(${quoteLiteral(table)}) is not null`
}

function elsewhere({ from }: OfflinePlan): string {
  const start = describeVersions(from)
  return `pg_catalog.format(${quoteLiteral(`pgate: this script begins at ${start}, and database %s is at %s`)},
      pg_catalog.current_database(), case when pg_catalog.cardinality(present) operator(pg_catalog.>) 0 then pg_catalog.array_to_string(present, ', ') else '<base>' end)`
}

function hint({ action }: OfflinePlan): string {
  return quoteLiteral(
    `Nothing was changed. Write the script for where the database is: pgate ${action} <from>:<to> --sql`,
  )
}

/** Only a connected gate knows at which statement such a run stopped. */
function unfinishedRuns(names: TableNames, { changes }: OfflinePlan): string {
  const planned = textArray(changes.map(({ revision }) => revision.id))
  return `select pg_catalog.string_agg(newest.revision, ', ' order by newest.revision) into unfinished
      from (${unfinishedSql(names, planned)}) newest;`
}

function half(): string {
  return `pg_catalog.format('pgate: a run of %s stopped half-way', unfinished)`
}

function finishHint(): string {
  return quoteLiteral(
    'Nothing was changed. Let pgate, connected, take that run up where it stopped.',
  )
}
