import { styleText } from 'node:util'
import { formatDuration } from '../../base/duration.ts'
import type { StepListener, StepRecord } from '../../base/steps.ts'
import type { Host, StyledLine } from '../command.ts'

/** What people see: lines on standard output, and one passing line on a terminal. */
export interface Terminal {
  /** A line of the command's own output, made {@link printable}. */
  print(line: string | StyledLine): void
  /** Output for another program: every character as it is, unless a terminal shows it. */
  printData(text: string): void
  /** A line on standard error, made printable: logs, and failures of commands whose output is data. */
  printError(line: string | StyledLine): void
  /** A line that the next one replaces; nothing where there is no terminal. */
  progress(line: string): void
  readonly colors: boolean
}

const CLEAR_LINE = '\r\u001b[2K'
/** A progress line longer than a narrow terminal would wrap and could not be cleared. */
const PROGRESS_WIDTH = 79

export function terminalOf({ stdout, stderr }: Pick<Host, 'stdout' | 'stderr'>): Terminal {
  let pending = false
  const clear = () => {
    if (pending) stderr.write(CLEAR_LINE)
    pending = false
  }
  return {
    colors: stdout.hasColors,
    print: (line) => {
      clear()
      stdout.write(`${shown(line)}\n`)
    },
    printData: (text) => {
      clear()
      stdout.write(`${stdout.isTerminal ? printable(text) : text}\n`)
    },
    printError: (line) => {
      clear()
      stderr.write(`${shown(line)}\n`)
    },
    progress: (line) => {
      if (!stderr.isTerminal) return
      clear()
      stderr.write(printable(line).replaceAll('\n', ' ').slice(0, PROGRESS_WIDTH))
      pending = true
    },
  }
}

/** Prints each step when it ends: state, name, time and what it did. */
export function stepPrinter(terminal: Terminal): StepListener {
  return {
    started: (name) => terminal.progress(`  ${name} …`),
    ended: (record) => terminal.print({ styled: stepLine(record, terminal.colors) }),
  }
}

function shown(line: string | StyledLine): string {
  return typeof line === 'string' ? indented(line) : line.styled
}

/** `ok    migrate        85ms  2 revisions applied`, printable. Pure. */
export function stepLine(record: StepRecord, colors: boolean): string {
  const done = record.state === 'done'
  const mark = (done ? 'ok' : 'failed').padEnd(6)
  const colored = colors ? styleText(done ? 'green' : 'red', mark, { validateStream: false }) : mark
  const time = formatDuration(record.durationMs).padStart(8)
  return `${colored} ${record.name.padEnd(11)}${time}  ${indented(record.summary)}`.trimEnd()
}

/**
 * Control characters but tab and line feed, what has no width or turns the direction of a line (Cf, but
 * for the two that join letters), line breaks of Unicode's own, and letters that are blank.
 */
const UNPRINTABLE =
  /(?!\t|\n|\u200c|\u200d)(?:[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5)/gu

/** Most texts are no more than this, and the classes of Unicode take a millisecond to compile. */
const ALL_PLAIN = /^[\t\n\x20-\x7e]*$/

/**
 * A text that moves no cursor, changes no colour and hides nothing: what a terminal would obey stands
 * as `\u001b`, as JSON writes it, so that a document of JSON keeps its meaning. Line feeds and tabs
 * stay. For everything shown that came from elsewhere: names of files and objects, messages of
 * PostgreSQL, values of variables.
 * @see https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 *
 * @example printable('a\u001b[2Kb') // 'a\\u001b[2Kb'
 */
export function printable(text: string): string {
  return ALL_PLAIN.test(text) ? text : text.replaceAll(UNPRINTABLE, escaped)
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/**
 * A printable text whose further lines are indented: nothing in it, a name or a server's message, makes
 * a line that could be taken for one of pgate's own.
 */
export function indented(text: string): string {
  return printable(text).replaceAll(/\n(?=\S)/g, '\n  ')
}
