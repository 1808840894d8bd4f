import type { LogFields, Logger as PinoLike } from '../base/log.ts'

/** What pgate logs to: a pino, `console`, or whatever has these four. */
export interface Logger {
  /** What helps to find a fault. */
  debug(fields: object, message: string): void
  /** What was done. */
  info(fields: object, message: string): void
  /** What somebody should look at, though the run goes on. */
  warn(fields: object, message: string): void
  /** What ends the run. */
  error(fields: object, message: string): void
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** True where all four are there. */
export function isLogger(value: unknown): value is Logger {
  return (
    typeof value === 'object' &&
    value !== null &&
    LEVELS.every((level) => typeof Reflect.get(value, level) === 'function')
  )
}

/**
 * The caller's logger, or silence. What it throws is handed on once, and it is left alone from then on: a
 * line is written from places that nobody could catch it in.
 */
export function guarded(logger: Logger | undefined, threw: (error: unknown) => void): PinoLike {
  let isLeftAlone = logger === undefined
  const write = (level: (typeof LEVELS)[number], fields: object, message: string) => {
    if (isLeftAlone) return
    try {
      logger?.[level](fields, message)
    } catch (error) {
      isLeftAlone = true
      threw(error)
    }
  }
  const withFields = (own: LogFields): PinoLike => ({
    debug: (fields, message) => write('debug', { ...own, ...fields }, message),
    info: (fields, message) => write('info', { ...own, ...fields }, message),
    warn: (fields, message) => write('warn', { ...own, ...fields }, message),
    error: (fields, message) => write('error', { ...own, ...fields }, message),
    child: (fields) => withFields({ ...own, ...fields }),
  })
  return withFields({})
}
