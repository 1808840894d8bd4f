import { styleText } from 'node:util'
import { pino } from 'pino'
import { type Log, type LogFields, type LogLevel, logTo } from '../../base/log.ts'
import type { StyledLine } from '../command.ts'
import { LINE_FORMATS, type LineFormat } from './line-formats.ts'
import { indented, type Terminal } from './terminal.ts'

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LineFormat | 'pretty'
  /** Where a line is written: standard error, or a command's own output. */
  readonly write: Terminal['printError']
  /** Of the lines for people. */
  readonly colors?: boolean
  /** Of every line. */
  readonly fields?: LogFields
}

/** No line has a secret; should one ever be given such a field, it is not shown. */
const SECRETS = ['password', 'secret', 'token', 'authorization', 'connectionString', 'databaseUrl']

/**
 * pino's lines, written synchronously so that the last one is never lost: one JSON
 * object a line, or for people.
 * @see docs/decisions/0069-log-lines-are-pinos.md
 */
export function createLog(log: LogOptions): Log {
  const { level, format, write, colors = false, fields = {} } = log
  const shown = format === 'pretty' ? prettyLine(colors) : (line: string) => line
  const { base, fieldName, ...own } = LINE_FORMATS[format === 'pretty' ? 'json' : format]
  const secrets = SECRETS.map((name) => `["${fieldName?.(name) ?? name}"]`)
  const options = {
    ...own,
    level,
    base: { ...base, ...fields },
    redact: [...secrets, ...SECRETS.map((name) => `*.${name}`)],
  }
  return logTo(pino(options, { write: (line) => write(shown(line.trimEnd())) }))
}

const COLORS = { debug: 'blue', info: 'green', warn: 'yellow', error: 'red' } as const

/** Makes a JSON line one for people: time, level and message. */
function prettyLine(colors: boolean): (line: string) => StyledLine {
  const styled = (style: Parameters<typeof styleText>[0], text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text
  return (line) => {
    const { level, time, msg, target }: Line = JSON.parse(line)
    const isNamed = [' ', ':'].some((after) => msg.startsWith(`${target}${after}`))
    const shown = target === undefined || isNamed ? msg : `${target}: ${msg}`
    const name = styled(COLORS[level], level.toUpperCase())
    const at = new Date(time).toTimeString().slice(0, 8)
    return { styled: `[${at}] ${name}: ${styled('cyan', indented(shown))}` }
  }
}

/** As far as it is shown. */
interface Line {
  readonly level: keyof typeof COLORS
  readonly time: string
  readonly msg: string
  /** Of a fleet. */
  readonly target?: string
}
