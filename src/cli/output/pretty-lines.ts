import { prettyFactory } from 'pino-pretty'
import { indented, type StyledLine } from './terminal.ts'

/** Makes a JSON line one for people: time, level and message. */
export function prettyLines(colors: boolean): (line: string) => StyledLine {
  const format = prettyFactory({
    colorize: colors,
    hideObject: true,
    ignore: 'event',
    translateTime: 'SYS:HH:MM:ss',
    messageFormat: ({ msg }) => indented(String(msg)),
  })
  return (line) => ({ styled: String(format(line)).trimEnd() })
}
