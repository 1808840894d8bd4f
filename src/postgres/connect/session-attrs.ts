import type { Session } from '../session/session.ts'
import type { TargetSessionAttrs } from './target.ts'

/** What one round through the hosts looks for. */
export type WantedSession = Exclude<TargetSessionAttrs, 'prefer-standby'>

/** `prefer-standby` goes round twice: for a standby, then for anything that answers. */
export function roundsFor(attrs: TargetSessionAttrs): readonly WantedSession[] {
  return attrs === 'prefer-standby' ? ['standby', 'any'] : [attrs]
}

/**
 * Whether the session is of the wanted kind.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */
export async function isWanted(session: Session, wanted: WantedSession): Promise<boolean> {
  if (wanted === 'any') return true
  const { rows } = await session.query<{ standby: boolean; readOnly: boolean }>(/* SQL */ `
    select
      pg_catalog.pg_is_in_recovery() as "standby",
      pg_catalog.current_setting('transaction_read_only') operator(pg_catalog.=) 'on' as "readOnly"
  `)
  const [found] = rows
  return found !== undefined && FITS[wanted](found)
}

interface Kind {
  readonly standby: boolean
  readonly readOnly: boolean
}

const FITS: Readonly<Record<Exclude<WantedSession, 'any'>, (kind: Kind) => boolean>> = {
  'read-write': ({ readOnly }) => !readOnly,
  'read-only': ({ readOnly }) => readOnly,
  primary: ({ standby }) => !standby,
  standby: ({ standby }) => standby,
}
