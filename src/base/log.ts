/** Fields of one log line: numbers, strings and lists; never a secret, never row data. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Where acts are reported. Each line has an `event` (`revision.applied`: stable, for machines), a
 * message (for people) and fields. Passed in wherever it is needed; there is no global log.
 */
export interface Log {
  debug(event: string, message: string, fields?: LogFields): void
  info(event: string, message: string, fields?: LogFields): void
  warn(event: string, message: string, fields?: LogFields): void
  error(event: string, message: string, fields?: LogFields): void
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
