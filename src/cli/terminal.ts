import { styleText } from 'node:util'
import { formatDuration } from '../duration.ts'
import type { StepListener, StepRecord } from '../steps.ts'
import type { Host } from './host.ts'

/** What people see: lines on standard output, and one passing line on a terminal. */
export interface Terminal {
  /** A line of the command's own output. */
  print(line: string): void
  /** A line beside it: logs, and failures of commands whose output is data. */
  printError(line: string): void
  /** A line that the next one replaces; nothing where there is no terminal. */
  progress(line: string): void
  readonly colors: boolean
}

const CLEAR_LINE = '\r\u001b[2K'
/** A progress line longer than a narrow terminal would wrap and could not be cleared. */
const PROGRESS_WIDTH = 79

export function terminalOf({ stdout, stderr }: Host): Terminal {
  let pending = false
  const clear = () => {
    if (pending) stderr.write(CLEAR_LINE)
    pending = false
  }
  return {
    colors: stdout.hasColors,
    print: (line) => {
      clear()
      stdout.write(`${line}\n`)
    },
    printError: (line) => {
      clear()
      stderr.write(`${line}\n`)
    },
    progress: (line) => {
      if (!stderr.isTerminal) return
      clear()
      stderr.write(line.slice(0, PROGRESS_WIDTH))
      pending = true
    },
  }
}

/** Prints each step when it ends: state, name, time and what it did. */
export function stepPrinter(terminal: Terminal): StepListener {
  return {
    started: (name) => terminal.progress(`  ${name} …`),
    ended: (record) => terminal.print(stepLine(record, terminal.colors)),
  }
}

/** `ok    migrate        85ms  2 revisions applied`. Pure. */
export function stepLine(record: StepRecord, colors: boolean): string {
  const done = record.state === 'done'
  const mark = (done ? 'ok' : 'failed').padEnd(6)
  const shown = colors ? styleText(done ? 'green' : 'red', mark, { validateStream: false }) : mark
  const time = formatDuration(record.durationMs).padStart(8)
  return `${shown} ${record.name.padEnd(11)}${time}  ${record.summary}`.trimEnd()
}
