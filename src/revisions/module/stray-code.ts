import { fileURLToPath } from 'node:url'
import { GateError, wordsOf } from '../../errors/error.ts'

/**
 * The failure of an error in the modules' process that nobody waited for or caught.
 * @param program the URL of the folder that pgate's own code was loaded from; the topmost call from
 *   elsewhere is where the module is at fault
 * @param file the module that ran, for where there is no such call
 */
export function strayFailure(error: unknown, program: string, file?: string): GateError {
  const place = error instanceof Error ? foreignPlace(error.stack ?? '', program) : undefined
  return new GateError(
    'REVISION_MODULE',
    `${place ?? file ?? "a revision's module"}: an error that the module neither awaited nor caught: ${wordsOf(error)}`,
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

/** File, line and column of the topmost call outside the program; V8's own form of a stack. */
function foreignPlace(stack: string, program: string): string | undefined {
  const calls = stack.matchAll(/^ {4}at .*?(file:\/\/[^)\s?]+)(?:\?[^)\s]*?)?(:\d+:\d+)\)?$/gm)
  for (const [, url, position] of calls) {
    if (url !== undefined && !url.startsWith(program)) return fileURLToPath(url) + position
  }
  return undefined
}
