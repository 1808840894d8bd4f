import { styleText } from 'node:util'
import { formatDuration } from '../../base/duration.ts'
import type { StepListener, StepRecord } from '../../base/steps.ts'
import type { Host } from '../host.ts'
import { indented, printable } from './printable.ts'

/** A line that is colored, and {@link printable} in all that came from elsewhere: printed as it is. */
export interface StyledLine {
  readonly styled: string
}

/** What people see: lines on standard output, and one passing line on a terminal. */
export interface Terminal {
  /** A line of the command's own output, made {@link printable}. */
  print(line: string | StyledLine): void
  /** Output for another program: every character as it is, unless a terminal shows it. */
  printData(text: string): void
  /** A line beside it, made printable: logs, and failures of commands whose output is data. */
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
