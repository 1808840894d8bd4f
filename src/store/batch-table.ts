import { BATCH } from '../config/values.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { qualifiedName } from '../postgres/sql/identifier.ts'
import { lockTables } from './existing-tables.ts'
import { inspect } from './inspection.ts'
import { onTables, writeOwn } from './own-tables.ts'
import { revokeWrites, type TableNames } from './tables.ts'

/** How far the batches of one statement have come; keys as PostgreSQL writes them. */
export interface BatchProgress {
  /** The journal's row, and the 1-based number of the statement in its revision. */
  readonly run: string
  readonly statement: number
  /** Quoted and qualified. */
  readonly relation: string
  readonly columns: readonly string[]
  /** Of the statement that the last batch ran. */
  readonly checksum: string
  readonly lastKey: readonly string[] | null
  /** The greatest key when it began; `null`: the table was empty. */
  readonly untilKey: readonly string[] | null
  /** Keys that batches have had, and rows that their statements have changed. */
  readonly keys: number
  readonly rows: number
  readonly batches: number
  /** About how many keys there are; `null`: unknown. */
  readonly expected: number | null
}

/** The table of progress, next to the journal. */
export function batchTable({ journalSchema }: Pick<TableNames, 'journalSchema'>): string {
  return qualifiedName(journalSchema, BATCH)
}

/**
 * Makes the table where it is missing; nobody but the owner may write there. In the caller's transaction.
 * @throws {GateError} HISTORY_TABLE
 */
export async function ensureBatchTable(session: Session, names: TableNames): Promise<void> {
  const table = batchTable(names)
  const asked = { tables: [table], role: names.role }
  if ((await inspect(session, asked)).size > 0) return
  await lockTables(session, names)
  if ((await inspect(session, asked)).size > 0) return
  await session.query(`create table ${table} (
    run bigint not null,
    statement integer not null,
    revision pg_catalog.text not null,
    version_table pg_catalog.text not null,
    relation pg_catalog.text not null,
    columns pg_catalog.text[] not null,
    checksum pg_catalog.text not null,
    last_key pg_catalog.text[],
    until_key pg_catalog.text[],
    keys bigint not null default 0,
    rows bigint not null default 0,
    batches integer not null default 0,
    expected bigint,
    started timestamp with time zone not null default pg_catalog.clock_timestamp(),
    updated timestamp with time zone not null default pg_catalog.clock_timestamp(),
    finished timestamp with time zone,
    primary key (run, statement)
  )`)
  await session.query(`comment on table ${table} is 'pgate batches, version 1'`)
  await session.query(revokeWrites(table))
}

/** Writes the row of batches that are about to begin; in the caller's transaction. */
export async function insertProgress(
  session: Session,
  names: TableNames,
  row: BatchProgress & { readonly revision: string },
): Promise<void> {
  const table = batchTable(names)
  await writeProgress(session, table, {
    text: `insert into ${table} (run, statement, revision, version_table, relation, columns, checksum, until_key, expected, finished)
      values ($1, $2, $3, $4, $5, $6::pg_catalog.text[], $7, $8::pg_catalog.text[], $9,
              case when $8::pg_catalog.text[] is null then pg_catalog.clock_timestamp() end)`,
    values: [
      ...[row.run, row.statement, row.revision, names.versions, row.relation],
      ...[row.columns, row.checksum, row.untilKey, row.expected],
    ],
  })
}

/**
 * The row of batches that have begun; in the caller's transaction.
 * @throws {GateError} HISTORY_TABLE where another hand took it away: how far they came nobody knows then
 */
export async function readProgress(
  session: Session,
  names: TableNames,
  { run, statement }: Pick<BatchProgress, 'run' | 'statement'>,
): Promise<BatchProgress> {
  const table = batchTable(names)
  const { rows } = await onTables([table], () =>
    session.query<BatchProgress>(
      `select run::pg_catalog.text as run, statement, relation, columns, checksum, last_key as "lastKey", until_key as "untilKey",
            keys::double precision as keys, rows::double precision as rows, batches, expected::double precision as expected
       from ${table} where run operator(pg_catalog.=) $1 and statement operator(pg_catalog.=) $2`,
      [run, statement],
    ),
  )
  const [row] = rows
  if (row !== undefined) return row
  throw new GateError(
    'HISTORY_TABLE',
    `${table} has no row of run ${run}, statement ${statement}: how far its batches came is not known`,
    {
      facts: { table, run, statement },
      hint: `Put the row back (run ${run}, statement ${statement}, last_key and until_key as they were), or restore ${table} from a backup. Nothing was run.`,
    },
  )
}

/**
 * Notes one batch, in its own transaction; `finished`: there is none after it; `before`: what goes first, in
 * the same round trip.
 * @throws {GateError} HISTORY_CHANGED where another gate has noted one meanwhile; HISTORY_TABLE
 */
export async function noteBatch(
  session: Session,
  names: TableNames,
  {
    at,
    after,
    before,
  }: {
    readonly at: BatchProgress
    readonly after: BatchProgress & { readonly finished: boolean }
    readonly before: readonly string[]
  },
): Promise<void> {
  const table = batchTable(names)
  const { rowCount } = await writeProgress(
    session,
    table,
    {
      text: `update ${table} set last_key = $4::pg_catalog.text[], keys = $5, rows = $6, batches = $7, checksum = $8,
        updated = pg_catalog.clock_timestamp(), finished = case when $9 then pg_catalog.clock_timestamp() end
      where run operator(pg_catalog.=) $1 and statement operator(pg_catalog.=) $2 and batches operator(pg_catalog.=) $3`,
      values: [
        ...[at.run, at.statement, at.batches, after.lastKey, after.keys],
        ...[after.rows, after.batches, after.checksum, after.finished],
      ],
    },
    before,
  )
  if (rowCount === 1) return
  throw new GateError('HISTORY_CHANGED', `${table} says that another gate has run these batches`, {
    facts: { table, run: at.run, statement: at.statement },
    hint: 'Run pgate again: it continues where that one stopped.',
  })
}

async function writeProgress(
  session: Session,
  table: string,
  statement: Parameters<typeof writeOwn>[2],
  before?: Parameters<typeof writeOwn>[3],
) {
  return onTables([table], () => writeOwn(session, table, statement, before))
}
