import { fileURLToPath } from 'node:url'
import { GateError, wordsOf } from '../errors.ts'
import { sqlstateOf } from '../postgres/sqlstate.ts'

const HINT =
  'Await every promise of the module, catch in its callbacks, and let it return instead of ending the process; then run pgate again.'

/**
 * The failure of an error that nobody waited for or caught. A revision's module is the place of
 * others' code in this process: where the error comes from outside the program, or from a query that
 * was not awaited, the module is at fault. Any other is returned as it is, and is a fault of pgate.
 * @param program the URL of the folder that pgate's own code was loaded from
 */
export function strayFailure(error: unknown, program: string): unknown {
  const place = error instanceof Error ? foreignPlace(error.stack ?? '', program) : undefined
  if (place === undefined && isOwn(error)) return error
  const where = place === undefined ? "a revision's module" : place
  return new GateError(
    'REVISION_MODULE',
    `${where}: an error that the module neither awaited nor caught: ${wordsOf(error)}`,
    { facts: { place: place ?? null }, hint: HINT },
  )
}

/** The failure of a process that ends before pgate has told its verdict. */
export function endedByModule(): GateError {
  return new GateError(
    'REVISION_MODULE',
    "the process was ended before pgate was done: a revision's module ended it, or waits for what never comes",
    { facts: { place: null }, hint: HINT },
  )
}

/** pgate throws errors alone; for anything else Node.js makes one, which has this code. */
function isOwn(error: unknown): boolean {
  if (!(error instanceof Error) || sqlstateOf(error) !== undefined) return false
  return !('code' in error) || error.code !== 'ERR_UNHANDLED_REJECTION'
}

/** File, line and column of the topmost call outside the program; V8's own form of a stack. */
function foreignPlace(stack: string, program: string): string | undefined {
  const calls = stack.matchAll(/^ {4}at .*?(file:\/\/[^)\s?]+)(?:\?[^)\s]*?)?(:\d+:\d+)\)?$/gm)
  for (const [, url, position] of calls) {
    if (url !== undefined && !url.startsWith(program)) return fileURLToPath(url) + position
  }
  return undefined
}
