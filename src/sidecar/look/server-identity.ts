import { observe } from '../../postgres/session/observe.ts'
import type { Database, Session } from '../../postgres/session/session.ts'
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import type { ServerStatus } from '../status/status.ts'

interface Standing {
  readonly recovery: boolean
  readonly address: string | null
}

interface ServerControl {
  readonly identifier: string
  readonly timeline: number
}

/** Which server this session is on; two round trips. The embedded one is no server among others. */
export async function readServer(session: Session, database: Database): Promise<ServerStatus> {
  const [standing] = await observe<Standing>(session, STANDING_SQL)
  const control = database.exclusive ? undefined : await readControl(session)
  return Object.freeze({
    version: session.server.text,
    address: standing?.address ?? null,
    systemIdentifier: control?.identifier ?? null,
    timeline: control?.timeline ?? null,
    inRecovery: standing?.recovery === true,
  })
}

/** Some hosted servers keep the control file to themselves. */
async function readControl(session: Session): Promise<ServerControl | undefined> {
  try {
    const [control] = await observe<ServerControl>(session, CONTROL_SQL)
    return control
  } catch (error) {
    if (sqlstateOf(error) === INSUFFICIENT_PRIVILEGE) return undefined
    throw error
  }
}

/** `host` gives IPv6 without brackets, as the label of an address wants them. */
const STANDING_SQL = /* SQL */ `
  select pg_is_in_recovery() as recovery,
         case
           when family(inet_server_addr()) = 4
           then concat(host(inet_server_addr()), ':', inet_server_port())
           when family(inet_server_addr()) = 6
           then concat('[', host(inet_server_addr()), ']:', inet_server_port())
         end as address`

/**
 * The timeline of a standby is the one that it replays; a promotion checkpoint writes the new one.
 * @see https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CONTROLDATA
 */
const CONTROL_SQL = /* SQL */ `
  select s.system_identifier::text as identifier, c.timeline_id as timeline
    from pg_control_system() s, pg_control_checkpoint() c`

/**
 * What makes the second answer that of another server, or of the same one in another role: a line
 * for people, or undefined where nothing does. What is `null` on one side says nothing. Pure.
 */
export function failoverBetween(before: ServerStatus, after: ServerStatus): string | undefined {
  const changes = [
    differs(before.systemIdentifier, after.systemIdentifier) &&
      `another database cluster answers (system identifier ${after.systemIdentifier}, before ${before.systemIdentifier})`,
    differs(before.timeline, after.timeline) &&
      `a standby was promoted (timeline ${after.timeline}, before ${before.timeline})`,
    before.inRecovery !== after.inRecovery &&
      (after.inRecovery ? 'a standby answers, which takes no writes' : 'a primary answers again'),
    differs(before.address, after.address) &&
      `another address answers (${after.address}, before ${before.address})`,
  ]
  const found = changes.filter((change) => change !== false)
  return found.length === 0 ? undefined : found.join('; ')
}

function differs(before: string | number | null, after: string | number | null): boolean {
  return before !== null && after !== null && before !== after
}
