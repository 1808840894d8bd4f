import type { Config } from '../../../config/config.ts'
import { KNOWN_TOOLS } from '../../../formats/known-tools.ts'
import { observe } from '../../../postgres/session/observe.ts'
import type { Session } from '../../../postgres/session/session.ts'

/** What decides whether a session may be ended. What this role may not see is `null`. */
export interface BlockerFacts {
  readonly pid: number
  readonly backendStart: string | null
  readonly state: string | null
  readonly application: string
  /** `client backend`, `autovacuum worker`, `walsender`. */
  readonly backendType: string | null
  readonly preventsWraparound: boolean
  readonly isSuperuser: boolean
  /** The database that it is connected to. */
  readonly database: string | null
  readonly isElsewhere: boolean
  readonly hasAdvisoryLock: boolean
  /** A table of applied migrations that it has locked, in whatever mode. */
  readonly historyTable: string | null
  /** Whether the server lets this role end it. */
  readonly mayEnd: boolean
  /** This role, as SQL writes it. */
  readonly self: string
}

/** Reads them for these sessions; one that is gone has no row. */
export function readBlockerFacts(
  session: Session,
  pids: readonly number[],
  historyTables: readonly string[],
): Promise<readonly BlockerFacts[]> {
  const tables = [...historyTables, ...KNOWN_TOOLS.map(({ table }) => table)]
  return observe<BlockerFacts>(session, FACTS_SQL, [pids, tables])
}

/** @see https://www.postgresql.org/docs/current/functions-admin.html: who may end whom */
const FACTS_SQL = /* SQL */ `
  select a.pid, a.backend_start::text as "backendStart", a.state,
         coalesce(a.application_name, '') as application,
         a.backend_type as "backendType",
         coalesce(a.query like 'autovacuum:%(to prevent wraparound)', false) as "preventsWraparound",
         coalesce(r.rolsuper, false) as "isSuperuser",
         a.datname::text as database,
         a.datname is distinct from current_database() as "isElsewhere",
         exists (select from pg_locks l
                  where l.pid = a.pid and l.locktype = 'advisory' and l.granted) as "hasAdvisoryLock",
         (select min(c.relname::text)
            from pg_locks l join pg_class c on c.oid = l.relation
           where l.pid = a.pid and l.granted and c.relname::text = any($2::text[])
             and l.database = (select oid from pg_database where datname = current_database())
         ) as "historyTable",
         coalesce(pg_has_role(r.oid, 'usage'), false)
           or pg_has_role('pg_signal_backend', 'usage') as "mayEnd",
         quote_ident(current_user) as self
    from pg_stat_activity a
    left join pg_roles r on r.oid = a.usesysid
   where a.pid = any($1::integer[])`

/** Tools that name themselves so, and whose work would be lost. */
const DUMPS: readonly string[] = ['pg_dump', 'pg_dumpall', 'pg_restore']

/** What a role lacks for ending sessions: logged once for all sessions. */
export interface Reason {
  readonly text: string
  readonly isRight?: true
}

/**
 * Why a session is not ended however long it is in the way; undefined where it may be. Pure.
 * @see docs/decisions/0095-who-is-ended.md
 */
export function whyNotEnded(facts: BlockerFacts, mode: Config['blockers']): Reason | undefined {
  const text = whyNever(facts)
  if (text !== undefined) return { text }
  const { backendType, mayEnd, self, state } = facts
  const seesIt = backendType !== null
  if (!seesIt || !mayEnd) {
    const cannot = seesIt ? 'may not end it' : 'may not see what it does'
    const rights = [
      ...(mayEnd ? [] : ['pg_signal_backend']),
      ...(seesIt ? [] : ['pg_read_all_stats']),
    ]
    return { text: `${self} ${cannot}: GRANT ${rights.join(', ')} TO ${self}`, isRight: true }
  }
  if (mode === 'terminate' || state === 'active') return undefined
  return { text: 'a cancel does not end a transaction that is idle, PGATE_BLOCKERS=terminate does' }
}

function whyNever(facts: BlockerFacts): string | undefined {
  const { application, backendType, historyTable } = facts
  if (/^pgate\b/.test(application)) return "it is pgate's own"
  if (backendType === 'autovacuum worker') {
    return facts.preventsWraparound
      ? 'autovacuum that prevents wraparound has to run to its end'
      : 'autovacuum gives way by itself'
  }
  if (backendType !== null && backendType !== 'client backend') {
    return `it is a ${backendType} of the server`
  }
  if (facts.isSuperuser) return "it is a superuser's"
  if (facts.isElsewhere) return `it is connected to another database, ${facts.database}`
  if (DUMPS.includes(application)) return `it is ${application}`
  if (facts.hasAdvisoryLock)
    return 'it holds an advisory lock, as migration tools do while they run'
  if (historyTable !== null)
    return `it has locked ${historyTable}, as a migration tool does while it runs`
  return undefined
}
