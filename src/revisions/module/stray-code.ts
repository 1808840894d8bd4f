import { fileURLToPath } from 'node:url'
import { IS_BUILT } from '../../base/version.ts'
import { GateError, messageOf } from '../../errors/error.ts'

/**
 * The failure of an error in the modules' process that nobody waited for or caught.
 * @param file the module that ran, for where no call of a module is in its stack
 * @param program the URL of the folder that pgate's own code was loaded from
 */
export function strayFailure(error: unknown, file?: string, program = PROGRAM): GateError {
  const found = modulePlace(error, program)
  const place = found && `${found.file}:${found.line}:${found.column}`
  return new GateError(
    'REVISION_MODULE',
    `${place ?? file ?? "a revision's module"}: an error that the module neither awaited nor caught: ${messageOf(error)}`,
    { facts: { place: place ?? file ?? null } },
  )
}

/**
 * The failure of a module that has ended the process that it runs in.
 * @param how by a call, or by a wait with nothing left that could end it, or by a SIGKILL, which is what
 *   a container without memory left sends
 */
export function endedByModule(how: 'called' | 'waits' | 'killed', file?: string): GateError {
  if (how === 'killed') return killed(file)
  const what =
    how === 'waits'
      ? 'waits for what never comes, which would have ended the process before pgate was done'
      : 'ended the process instead of returning'
  return new GateError('REVISION_MODULE', `${file ?? "a revision's module"} ${what}`, {
    facts: { place: file ?? null },
  })
}

function killed(file: string | undefined): GateError {
  return new GateError(
    'REVISION_MODULE',
    `${file ?? "a revision's module"} was ended by SIGKILL, which is most often a want of memory`,
    {
      facts: { place: file ?? null, signal: 'SIGKILL' },
      hint: 'Let the container have more memory, or let the module take less of it at a time; then run pgate again.',
    },
  )
}

/** Where in a file; absolute, and from 1. */
export interface CodePlace {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** All of the program: whatever else stands in a stack is a module's. */
const PROGRAM = new URL(IS_BUILT ? '..' : '../..', import.meta.url).href

/** Of errors that were not made in the modules' process: the calls there that they came out of. */
const callsOf = new WeakMap<Error, string>()

/** Notes that it was thrown to a module, which had asked for it by these calls. */
export function noteCalls(error: unknown, stack: string | undefined): void {
  if (error instanceof Error && stack !== undefined) callsOf.set(error, stack)
}

/** The calls in a module that an error came out of; V8's own form of a stack. */
export function moduleStack(error: Error): string {
  return callsOf.get(error) ?? error.stack ?? ''
}

/** Where a module was when it threw, or asked for what failed: its topmost call. */
export function modulePlace(error: unknown, program = PROGRAM): CodePlace | undefined {
  if (!(error instanceof Error)) return undefined
  const stack = moduleStack(error)
  const [, unparsed, row, , indent] = UNPARSED.exec(stack) ?? []
  const called = [...stack.matchAll(CALL)].map(([, file = '', line, column]) => ({
    file: pathOf(file),
    line: Number(line),
    column: Number(column),
  }))
  const all =
    unparsed === undefined
      ? called
      : [
          { file: pathOf(unparsed), line: Number(row), column: (indent ?? '').length + 1 },
          ...called,
        ]
  return all.find(({ file }) => !file.startsWith(pathOf(program)))
}

const CALL = /^ {4}at (?:.*?\()?((?:file:\/\/)?\/[^)\n]*?):(\d+):(\d+)\)?$/gm
/** What V8 could not parse: file and line, the line itself, and a mark below the place. */
const UNPARSED = /^((?:file:\/\/)?\/[^\n]*?):(\d+)\n([^\n]*)\n( *)\^/

function pathOf(name: string): string {
  return name.startsWith('file:') ? fileURLToPath(name.replace(/[?#].*$/, '')) : name
}
