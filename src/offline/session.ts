import type { Config } from '../config/config.ts'
import { SURROUNDINGS, schemaFirst } from '../lock/session-state.ts'
import { quoteIdentifier, quoteLiteral } from '../postgres/sql/identifier.ts'
import { timeouts as settings } from '../steps/migrate/settings.ts'
import { doBlock } from './block.ts'

/** What of the configuration a script depends on. */
export type OfflineConfig = Pick<
  Config,
  | 'phase'
  | 'schema'
  | 'journalSchema'
  | 'versionTable'
  | 'versionSchema'
  | 'role'
  | 'extensions'
  | 'adminConnection'
  | 'ddlLockTimeoutMs'
  | 'statementTimeoutMs'
  | 'batchRows'
  | 'batchPauseMs'
>

/**
 * The file is UTF-8 and was cut into statements by the rules of standard strings; psql goes by what
 * the session says. To be said again after every RESET ALL.
 */
export const READING = "set client_encoding = 'UTF8'; set standard_conforming_strings = on;"

/** The session as every revision finds it; as `resetSession` makes it online. */
export function freshSession({ role, schema }: OfflineConfig): string {
  return [
    'reset session authorization; reset role; reset all;',
    READING,
    ...(role === undefined ? [] : [`set role ${quoteIdentifier(role)};`]),
    // As a query it would print a row each time.
    ...SURROUNDINGS.map(([name, value]) => `set ${name} = ${quoteLiteral(value)};`),
    doBlock([`perform ${schemaFirst(schema, 'session')};`]),
  ].join(' ')
}

/** `set lock_timeout = 3000;` */
export function timeouts(config: OfflineConfig, scope: 'set' | 'set local'): string {
  return settings(config)
    .map((setting) => `${scope} ${setting};`)
    .join(' ')
}
