import { formatDuration } from '../base/duration.ts'
import { oneLine } from '../base/words.ts'
import type { Config } from '../config/config.ts'
import { observe } from '../postgres/session/observe.ts'
import type { Session } from '../postgres/session/session.ts'
import { type LeaseHolder, leaseTableExists, readLease } from '../store/lease-table.ts'
import { HOLDERS, lockName } from './advisory-lock.ts'
import { cleanTransaction } from './session-state.ts'

/** A session that holds the advisory lock. */
interface LockSession {
  readonly pid: number
  /** The role that it has logged in as: any may take the lock that may connect. */
  readonly role: string
  readonly application: string
  readonly address: string
  /** `null` where this role may not see other roles' sessions. */
  readonly seconds: number | null
}

/** Who holds the gate's lock: a gate behind a pooler, or a session. */
export type Holder = LeaseHolder | LockSession

/** Who holds it at this moment; undefined where nobody does any more, or nobody can be seen. */
export async function readHolder(session: Session, config: Config): Promise<Holder | undefined> {
  if (await leaseTableExists(session, config)) {
    const lease = await cleanTransaction(session, config, () => readLease(session, config))
    if (lease !== undefined) return lease
  }
  const [holder] = await observe<LockSession>(session, SESSION_SQL, [lockName(config)])
  return holder
}

const SESSION_SQL = `
  select l.pid, coalesce(a.usename::text, 'unknown') as role,
         case when length(a.application_name) > 0 then a.application_name
              else 'unnamed' end as application,
         coalesce(host(a.client_addr), 'local socket') as address,
         extract(epoch from now() - a.backend_start)::integer as seconds
    from (${HOLDERS}) l
    join pg_stat_activity a on a.pid = l.pid`

/** `pgate from 10.0.0.7 (pid 99, role app, connected 3s ago)`, `pgate 0.1.0 on web-1 (…)`. Pure. */
export function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'another session'
  if ('expired' in holder) {
    const { version, host, seconds, expired } = holder
    const state = expired ? ', silent since' : ''
    return `pgate ${oneLine(`${version} on ${host}`)} (through a pooler, since ${formatDuration(seconds * 1000)}${state})`
  }
  const { application, role, address, pid, seconds } = holder
  const age = seconds === null ? '' : `, connected ${formatDuration(seconds * 1000)} ago`
  return `${application} from ${address} (pid ${pid}, role ${role}${age})`
}
