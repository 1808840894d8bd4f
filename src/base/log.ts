import type { EventName } from './events.ts'

/** Fields of one log line: numbers, strings and lists; never a secret, never row data. */
export type LogFields = Readonly<Record<string, unknown>>

/** What every line of a run says, so that each line of several pods has its run. */
export type RunFields = { readonly [Field in 'service' | 'version' | 'run']: string }

/**
 * Where acts are reported. Each line has an `event` (`revision.applied`: stable, for machines), a
 * message (for people) and fields. Passed in wherever it is needed; there is no global log.
 */
export interface Log {
  debug(event: EventName, message: string, fields?: LogFields): void
  info(event: EventName, message: string, fields?: LogFields): void
  warn(event: EventName, message: string, fields?: LogFields): void
  error(event: EventName, message: string, fields?: LogFields): void
  /** A log whose lines have these fields, too. */
  child(fields: LogFields): Log
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What pgate uses of a pino: a caller's own may be handed in. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: LogFields): Logger
}

/** The log that writes its lines to a logger. */
export function logTo(logger: Logger): Log {
  return Object.freeze<Log>({
    debug: (event, message, fields) => logger.debug({ event, ...fields }, message),
    info: (event, message, fields) => logger.info({ event, ...fields }, message),
    warn: (event, message, fields) => logger.warn({ event, ...fields }, message),
    error: (event, message, fields) => logger.error({ event, ...fields }, message),
    child: (fields) => logTo(logger.child(fields)),
  })
}
