/** What a start asks of the journal, as SQL: loaded by every pod, and so apart from what is read for people. */
import { writersSql } from './inspection-sql.ts'
import { journalRows, type TableNames } from './tables.ts'

/** The newest row's action and checksum, which of a passing verify is its proof. */
export function newestRowSql(names: TableNames): string {
  return `select action, checksum from ${journalRows(names)} order by id desc limit 1`
}

/** The same, and who could have written it besides pgate: a proof of theirs proves nothing. */
export function proofSql(names: TableNames): string {
  return `select newest.*, ${writersSql(names.journal, names.role)} as writers from (${newestRowSql(names)}) newest`
}

/**
 * An expression: the times at which the database came to what it is now, but for what the last contract
 * revisions (an array as SQL) have done: those that were downgraded count.
 */
export function expandedSql(names: TableNames, last: string): string {
  return `(select pg_catalog.max(coalesce(finished_at, started_at)) from ${journalRows(names)}
    where outcome operator(pg_catalog.=) 'done'
      and (action operator(pg_catalog.=) any (array['downgrade', 'stamp'])
           or action operator(pg_catalog.=) 'upgrade' and revision operator(pg_catalog.<>) all (${last})))`
}

/** What is past since then, in milliseconds by the clock of the database. */
export function elapsedSql(since: string): string {
  return `(extract(epoch from pg_catalog.clock_timestamp() operator(pg_catalog.-) ${since}) operator(pg_catalog.*) 1000)::bigint`
}
