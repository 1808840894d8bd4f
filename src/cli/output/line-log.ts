import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '../../base/log.ts'
import type { StyledLine, Terminal } from './terminal.ts'

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'json' | 'pretty'
  readonly terminal: Terminal
}

/**
 * Lines on standard error, written synchronously so that the last one is never lost: one JSON
 * object a line, or for people.
 * @see docs/decisions/0026-log-lines-without-a-library.md
 */
export async function createLog({ level, format, terminal }: LogOptions): Promise<Log> {
  const render = format === 'pretty' ? await readable(terminal) : (line: string) => line
  const least = LOG_LEVELS.indexOf(level)
  const at = (name: 'debug' | 'info' | 'warn' | 'error') => {
    if (LOG_LEVELS.indexOf(name) < least) return () => {}
    return (event: string, message: string, fields: LogFields = {}) =>
      terminal.printError(render(logLine({ level: name, event, fields, message })))
  }
  return Object.freeze({
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  })
}

interface Line {
  readonly level: LogLevel
  readonly event: string
  readonly fields: LogFields
  readonly message: string
}

/** pino's keys and their order, which log collectors know. */
function logLine({ level, event, fields, message }: Line): string {
  return JSON.stringify({
    level,
    time: new Date().toISOString(),
    event,
    ...fields,
    msg: message,
  })
}

async function readable(terminal: Terminal): Promise<(line: string) => StyledLine> {
  const { prettyLines } = await import('./pretty-lines.ts')
  return prettyLines(terminal.colors)
}
