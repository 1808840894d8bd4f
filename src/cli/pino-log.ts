import type { Log, LogFields, LogLevel } from '../log.ts'
import { printable } from './printable.ts'
import type { StyledLine, Terminal } from './terminal.ts'

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'json' | 'pretty'
  readonly terminal: Terminal
}

/**
 * Lines on standard error, written synchronously so that the last one is never lost: JSON, or for
 * people. No worker and no transport: both break in a bundle.
 */
export async function createLog(options: LogOptions): Promise<Log> {
  const { pino } = await import('pino')
  const render = options.format === 'pretty' ? await prettyLines(options.terminal) : jsonLine
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => options.terminal.printError(render(line)) },
  )
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, message: string, fields: LogFields = {}) =>
      logger[level]({ event, ...fields }, message)
  return Object.freeze({
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  })
}

function jsonLine(line: string): string {
  return line.trimEnd()
}

async function prettyLines(terminal: Terminal): Promise<(line: string) => StyledLine> {
  const { prettyFactory } = await import('pino-pretty')
  const format = prettyFactory({
    colorize: terminal.colors,
    hideObject: true,
    ignore: 'event',
    translateTime: 'SYS:HH:MM:ss',
    messageFormat: ({ msg }) => printable(String(msg)),
  })
  return (line) => ({ styled: String(format(line)).trimEnd() })
}
