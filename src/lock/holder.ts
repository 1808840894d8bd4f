import { formatDuration } from '../base/duration.ts'
import { oneLine } from '../base/one-line.ts'
import type { Config } from '../config/config.ts'
import type { Session } from '../postgres/session/session.ts'
import { type LeaseHolder, leaseTableExists, readLease } from '../store/lease-table.ts'
import { type LockSession, readLockSession } from './advisory-lock.ts'
import { cleanTransaction } from './clean-transaction.ts'

/** Who holds the gate's lock: a gate behind a pooler, or a session. */
export type Holder = LeaseHolder | LockSession

/** Who holds it at this moment; undefined where nobody does any more, or nobody can be seen. */
export async function readHolder(session: Session, config: Config): Promise<Holder | undefined> {
  if (await leaseTableExists(session, config)) {
    const lease = await cleanTransaction(session, config, () => readLease(session, config))
    if (lease !== undefined) return lease
  }
  return readLockSession(session, config)
}

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
