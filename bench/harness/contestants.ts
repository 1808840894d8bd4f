import { withTurnCounter } from '../../test/support/network/turns.ts'
import type { Contestant, Measured, TurnCount } from './case.ts'
import { type Command, mustRun } from './command.ts'

/** The floor of whatever Node.js runs. */
export const NODE_FLOOR: Contestant = {
  name: 'node -e 0',
  kind: 'floor',
  measure: () => timed({ program: process.execPath, args: ['-e', '0'] }),
}

/** Runs psql, without its start-up file, on one script or command. */
export function psql(url: string, args: readonly string[]): Command {
  return { program: 'psql', args: ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, ...args] }
}

/**
 * Wall time of a command.
 * @throws Error with what it said, where it fails
 */
export async function timed(command: Command): Promise<Measured> {
  const { wallMs } = await mustRun(command)
  return { value: wallMs }
}

/** For a client on the same machine: long enough for it to send all that it sends unasked. */
const QUIET_MS = 8

/**
 * Round trips of one run through a proxy that counts them.
 * @throws Error with what the command said, where it fails
 */
export function turnsOf(url: string, command: (url: string) => Command): Promise<TurnCount> {
  const count = async (through: string, connections: () => readonly Counted[]) => {
    await mustRun(command(through))
    const total = (part: keyof Counted) =>
      connections().reduce((sum, connection) => sum + connection[part].length, 0)
    return { startUp: total('startUp'), after: total('after') }
  }
  return withTurnCounter(url, (counter) => count(counter.url, counter.connections), QUIET_MS)
}

interface Counted {
  readonly startUp: readonly unknown[]
  readonly after: readonly unknown[]
}
