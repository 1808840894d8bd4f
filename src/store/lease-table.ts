import { LEASE } from '../config/values.ts'
import type { Session } from '../postgres/session/session.ts'
import { qualifiedName, quoteLiteral } from '../postgres/sql/identifier.ts'
import { inspect } from './inspection.ts'
import type { Origin } from './journal.ts'
import { writeOwn } from './own-tables.ts'
import { revokeWrites, schemaDdl, type TablePlace, versionSchemaOf } from './tables.ts'

/** When a lease that is taken or renewed now expires without a heartbeat; on the server's clock. */
const NEXT_EXPIRY = "pg_catalog.clock_timestamp() operator(pg_catalog.+) interval '30 seconds'"

/**
 * Whether a lease counts no more. One that expires later than any that pgate writes was written by
 * something else, or before the server's clock was put back: it counts no more than one that has
 * expired, and a holder that is alive renews it within ten seconds.
 */
const IS_EXPIRED = `(expires_at operator(pg_catalog.<=) pg_catalog.clock_timestamp()
             or expires_at operator(pg_catalog.>) (pg_catalog.clock_timestamp() operator(pg_catalog.+) interval '1 minute'))`

/** Who holds the lease. */
export interface LeaseHolder {
  readonly host: string
  readonly version: string
  /** Since it was taken. */
  readonly seconds: number
  readonly expired: boolean
}

/** The lease's table, quoted and qualified; one row per version table. */
export function leaseTable(config: TablePlace): string {
  return qualifiedName(journalSchemaOf(config), LEASE)
}

/** What the lease's row is found by: the version table, with its schema where that is another. */
function leaseKey(config: TablePlace): string {
  const { versionTable } = config
  const schema = versionSchemaOf(config)
  return journalSchemaOf(config) === schema ? versionTable : qualifiedName(schema, versionTable)
}

function journalSchemaOf({ schema, journalSchema = schema }: TablePlace): string {
  return journalSchema
}

/**
 * Whether anybody ever went through a pooler here.
 * @throws {GateError} HISTORY_TABLE where the table must not be touched
 */
export async function leaseTableExists(session: Session, config: TablePlace): Promise<boolean> {
  const asked = { tables: [leaseTable(config)], role: config.role }
  return (await inspect(session, asked)).size > 0
}

/**
 * Creates the table, and the schema, where they are missing; nobody but the owner may write there.
 * The caller has a transaction.
 */
export async function ensureLeaseTable(session: Session, config: TablePlace): Promise<void> {
  if (await leaseTableExists(session, config)) return
  const journalSchema = journalSchemaOf(config)
  const { rows } = await session.query<{ there: boolean }>(
    'select pg_catalog.to_regnamespace(pg_catalog.quote_ident($1)) is not null as there',
    [journalSchema],
  )
  if (rows[0]?.there === false) await session.query(schemaDdl(journalSchema))
  const table = leaseTable(config)
  await session.query(`create table ${table} (
    version_table pg_catalog.text primary key,
    holder pg_catalog.uuid not null,
    host pg_catalog.text not null,
    pgate_version pg_catalog.text not null,
    taken_at timestamp with time zone not null,
    expires_at timestamp with time zone not null
  )`)
  await session.query(`comment on table ${table} is 'pgate lease, version 1'`)
  await session.query(revokeWrites(table))
}

/** Who holds it, or held it last and did not let go. */
export async function readLease(
  session: Session,
  config: TablePlace,
): Promise<LeaseHolder | undefined> {
  const { rows } = await session.query<LeaseHolder>(
    `select host, pgate_version as version,
            extract(epoch from pg_catalog.clock_timestamp() operator(pg_catalog.-) taken_at)::integer as seconds,
            ${IS_EXPIRED} as expired
       from ${leaseTable(config)} where version_table operator(pg_catalog.=) $1`,
    [leaseKey(config)],
  )
  return rows[0]
}

/**
 * Removes a lease that has expired, and returns whether there is none now. Called by the holder of the
 * advisory lock. A row that its holder has locked is about to be committed upon, and stays.
 */
export async function clearLease(session: Session, config: TablePlace): Promise<boolean> {
  const found = await readLease(session, config)
  if (found === undefined) return true
  if (!found.expired) return false
  const table = leaseTable(config)
  const { rowCount } = await writeOwn(session, leaseTable(config), {
    text: `with gone as (
       select version_table from ${table}
        where version_table operator(pg_catalog.=) $1 and ${IS_EXPIRED}
          for update skip locked
     )
     delete from ${table} l using gone where l.version_table operator(pg_catalog.=) gone.version_table`,
    values: [leaseKey(config)],
  })
  return rowCount === 1
}

/** Writes the row of a new holder; called after `clearLease`, in the same transaction. */
export async function insertLease(
  session: Session,
  config: TablePlace,
  { holder, origin }: { readonly holder: string; readonly origin: Origin },
): Promise<void> {
  await writeOwn(session, leaseTable(config), {
    text: `insert into ${leaseTable(config)}
       (version_table, holder, host, pgate_version, taken_at, expires_at)
     values ($1, $2, $3, $4, pg_catalog.clock_timestamp(), ${NEXT_EXPIRY})`,
    values: [leaseKey(config), holder, origin.host, origin.version],
  })
}

/**
 * Puts the expiry off, and returns whether the lease is still this holder's. Until the caller's
 * transaction ends nobody can take it away. One that has expired and that nobody took holds on.
 */
export async function renewLease(
  session: Session,
  config: TablePlace,
  holder: string,
): Promise<boolean> {
  const { rowCount } = await writeOwn(session, leaseTable(config), {
    text: `update ${leaseTable(config)} set expires_at = ${NEXT_EXPIRY}
      where version_table operator(pg_catalog.=) $1 and holder operator(pg_catalog.=) $2`,
    values: [leaseKey(config), holder],
  })
  return rowCount === 1
}

/** Whether a transaction holds the row at this moment, as one does that is to commit upon it. */
export async function isLeaseLocked(session: Session, config: TablePlace): Promise<boolean> {
  const { rowCount } = await session.query(
    `select from ${leaseTable(config)} where version_table operator(pg_catalog.=) $1 for update skip locked`,
    [leaseKey(config)],
  )
  return rowCount === 0
}

/** What a script asks instead of {@link clearLease}: it takes away one that has expired, then looks for another. */
export function leaseScript(config: TablePlace): {
  readonly clear: string
  readonly isHeld: string
} {
  const lease = leaseTable(config)
  const mine = `version_table operator(pg_catalog.=) ${quoteLiteral(leaseKey(config))}`
  return {
    clear: `delete from ${lease} where version_table operator(pg_catalog.=) any (array(
      select version_table from ${lease}
       where ${mine} and ${IS_EXPIRED}
         for update skip locked));`,
    isHeld: `exists (select from ${lease} where ${mine})`,
  }
}

/** Lets go, where it is still this holder's. */
export async function deleteLease(
  session: Session,
  config: TablePlace,
  holder: string,
): Promise<void> {
  await writeOwn(session, leaseTable(config), {
    text: `delete from ${leaseTable(config)} where version_table operator(pg_catalog.=) $1 and holder operator(pg_catalog.=) $2`,
    values: [leaseKey(config), holder],
  })
}
