import { randomBytes } from 'node:crypto'
import type { Log } from '../base/log.ts'
import type { Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import { isConnectionLost } from '../postgres/sql/sqlstate.ts'

/** Where a database was before a run wrote to it: where a restore can stop. */
export interface RestorePoint {
  /** ISO 8601 in UTC with microseconds, by the server's clock. */
  readonly at: string
  /** The end of the write-ahead log then: what began there or later is not to be replayed. */
  readonly lsn: string | null
  readonly timeline: number | null
  /** Of a named restore point; `null` where this role may not make one. */
  readonly name: string | null
}

/** PostgreSQL keeps this much of a restore point's name. */
const NAME_BYTES = 63

/** `pgate_1f3a9c07_972fc63ffb69`: one of a kind on the whole server, and nothing to be quoted in a setting. */
function pointName(before: string): string {
  const plain = before.replace(/[^A-Za-z0-9_.-]/g, '_')
  return `pgate_${randomBytes(4).toString('hex')}_${plain}`.slice(0, NAME_BYTES)
}

/**
 * Asks where the write-ahead log is now, and makes a named restore point where this role may; one round
 * trip, outside a transaction. What is not available is `null`, and why is in the log at debug: on some
 * servers each of these functions is forbidden by itself.
 * @param before what is to be run, for the name
 * @returns null where the server answers nothing at all
 * @throws the socket's error, unchanged
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-BACKUP
 */
export async function takeRestorePoint(
  session: Session,
  log: Pick<Log, 'debug'>,
  before: string,
): Promise<RestorePoint | null> {
  const { results, failure } = await session.pipeline([
    { text: "select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)" },
    { text: `do ${quoteLiteral(takeBlock(pointName(before)))}` },
    { text: "select current_setting('pgate.restore_point')::jsonb as taken" },
  ])
  if (failure !== undefined && isConnectionLost(failure.error)) throw failure.error
  const taken = results.at(-1)?.rows[0]?.taken
  const point = failure === undefined ? asRestorePoint(taken) : null
  const missing = failure === undefined ? missingIn(taken) : String(failure.error)
  if (missing !== '') log.debug('restore.missing', `Of the restore point is missing: ${missing}`)
  return point
}

/**
 * A right to call a function is asked for when an expression is prepared, not when it is reached: so
 * each call has a block of its own. The log's end as it is inserted, not as it is written: commits
 * that do not wait for the disk (synchronous_commit = off) are before it, too.
 */
function takeBlock(name: string): string {
  return `declare
    taken_at text := to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    lsn pg_lsn; timeline integer; named text; missing text := '';
  begin
    begin
      lsn := pg_create_restore_point(${quoteLiteral(name)});
      named := ${quoteLiteral(name)};
    exception when others then missing := concat('a name (', sqlerrm, ')'); end;
    begin
      if lsn is null then lsn := pg_current_wal_insert_lsn(); end if;
      timeline := concat('x', left(pg_walfile_name(lsn), 8))::bit(32)::integer;
    exception when others then missing := concat_ws(', ', nullif(missing, ''), concat('the log (', sqlerrm, ')')); end;
    perform set_config('pgate.restore_point', json_build_object(
      'at', taken_at, 'lsn', lsn, 'timeline', timeline, 'name', named, 'missing', missing)::text, true);
  end`
}

function missingIn(taken: unknown): string {
  const isKnown = typeof taken === 'object' && taken !== null && 'missing' in taken
  return isKnown ? String(taken.missing) : ''
}

/** One that the journal or a failure's facts hold; null for what is none: who may write the journal may write anything. */
export function asRestorePoint(value: unknown): RestorePoint | null {
  if (typeof value !== 'object' || value === null) return null
  const { at, lsn, timeline, name } = value as Readonly<Record<string, unknown>>
  if (typeof at !== 'string' || !/^[0-9T:.-]{19,26}Z$/.test(at)) return null
  return Object.freeze({
    at,
    lsn: typeof lsn === 'string' && /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/.test(lsn) ? lsn : null,
    timeline: typeof timeline === 'number' ? timeline : null,
    name: typeof name === 'string' && /^[A-Za-z0-9_.-]{1,63}$/.test(name) ? name : null,
  })
}

/** `2026-11-26 13:00:01.123456 UTC, LSN 0/1A2B3C8, timeline 1, name pgate_1f3a9c07_972fc63ffb69` */
export function describeRestorePoint({ at, lsn, timeline, name }: RestorePoint): string {
  return [
    at.replace('T', ' ').replace('Z', ' UTC'),
    lsn === null ? 'no LSN' : `LSN ${lsn}`,
    ...(timeline === null ? [] : [`timeline ${timeline}`]),
    ...(name === null ? [] : [`name ${name}`]),
  ].join(', ')
}

/** What brings a restored copy of a server of one's own to the point, in its postgresql.conf. Pure. */
export function recoverySettings({ at, lsn, timeline, name }: RestorePoint): readonly string[] {
  const line = timeline === null ? [] : [`recovery_target_timeline = '${timeline}'`]
  // By LSN or time, what begins there is not to be replayed; a name is a place before it.
  const before = ['recovery_target_inclusive = off']
  if (name !== null) return [`recovery_target_name = '${name}'`, ...line]
  if (lsn !== null) return [`recovery_target_lsn = '${lsn}'`, ...before, ...line]
  return [
    `recovery_target_time = '${at.replace('T', ' ').replace('Z', '+00')}'`,
    ...before,
    ...line,
  ]
}
