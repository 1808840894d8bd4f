import process from 'node:process'
import { SYSTEM_CLOCK } from './base/clock.ts'
import { ownV8 } from './base/v8-flags.ts'
import type { Host, Stream } from './cli/command.ts'
import { gate } from './cli/commands/gate.ts'
import { endedEarly } from './cli/failures.ts'
import { runCommand } from './cli/run.ts'
import { GateError } from './errors/error.ts'
import { killGuests } from './helpers/guests.ts'
import { thisMachine } from './helpers/machine.ts'

/**
 * The edge: the only code that touches the process. Runs what its arguments say and sets the exit
 * code; see decision 0023.
 */
export async function runInProcess(): Promise<void> {
  ownV8()
  refuseDebugger()
  process.exitCode = await untilVerdict(main)
  endWhenDrained()
}

async function main(endings: Endings): Promise<number> {
  const host = hostOf(endings)
  if (!isPlainGate(host.args)) {
    const { runCommandLine } = await import('./cli/program.ts')
    return runCommandLine(host)
  }
  return runCommand(host, { name: 'gate', kind: 'act', command: gate, options: {} })
}

function hostOf({ interrupt, forceExit }: Endings): Host {
  return Object.assign(thisMachine(), {
    args: process.argv.slice(2),
    env: process.env,
    ask,
    readInput,
    clock: SYSTEM_CLOCK,
    stray: (error: unknown) => interrupt.abort(error),
    interrupt: interrupt.signal,
    forceExit: forceExit.signal,
    stdout: streamOf(process.stdout),
    stderr: streamOf(process.stderr),
    terminationLog: '/dev/termination-log',
    hearWarnings,
  })
}

/** The image's own call, at every pod start: what reads arguments would be a third of its time. */
function isPlainGate([name = 'gate', ...rest]: readonly string[]): boolean {
  return name === 'gate' && rest.length === 0
}

/** The two ways in which a run is ended from outside: in order, and at once. */
interface Endings {
  readonly interrupt: AbortController
  readonly forceExit: AbortController
}

/**
 * Runs the program to its verdict. What is thrown where nobody waits ends the run, with everything
 * rolled back, and a process that ends before does not end well: without a verdict there is no exit
 * code 0. Revisions' modules run in a process of their own and do not come here.
 */
async function untilVerdict(run: (endings: Endings) => Promise<number>): Promise<number> {
  const endings = { interrupt: new AbortController(), forceExit: new AbortController() }
  const { interrupt, forceExit } = endings
  let verdict: number | undefined
  process.on('uncaughtException', (error) => {
    interrupt.abort(error)
  })
  process.on('exit', () => {
    killGuests()
    if (verdict === undefined && !forceExit.signal.aborted) {
      const failure = endedEarly()
      forceExit.abort(failure)
      verdict = failure.exitCode
    }
    if (verdict !== undefined) process.exitCode = verdict
  })
  interruptSignals(endings)
  verdict = await run(endings)
  return verdict
}

/**
 * A shell sends Ctrl-C to all that it started and npm passes it on: the same signal so soon after
 * the first, in milliseconds, is its echo.
 */
const ECHO_MS = 100

/**
 * The first signal asks for an end, a second one ends the process at once. As PID 1 of a container
 * a process has no default handler: without these a container would wait for its SIGKILL.
 * @see docs/decisions/0023-a-second-signal-ends-at-once.md
 */
function interruptSignals({ interrupt, forceExit }: Endings): void {
  let first: { readonly name: string; readonly at: number } | undefined
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      const now = performance.now()
      if (first?.name === name && now - first.at < ECHO_MS) return
      if (first === undefined) {
        first = { name, at: now }
        interrupt.abort(interrupted(name))
        return
      }
      const failure = secondSignal(name)
      forceExit.abort(failure)
      process.exit(failure.exitCode)
    })
  }
}

/**
 * For SIGUSR1 Node.js opens a debugger, on a loopback address that all containers of a pod share. A
 * listener takes the signal away from it; what a signal opened before, at the start, is closed.
 */
function refuseDebugger(): void {
  process.on('SIGUSR1', () => {})
  const wanted = [...process.execArgv, process.env.NODE_OPTIONS ?? '']
  const end: unknown = Reflect.get(process, '_debugEnd')
  if (typeof end !== 'function' || wanted.some((option) => option.includes('--inspect'))) return
  end()
  // The signal is heard a second time by the event loop, and opens it again.
  setImmediate(() => end())
}

/** What is left open all the same, a timer or a socket, gets this long; in milliseconds. */
const LINGER_MS = 500

/** The verdict is printed: nothing that was forgotten keeps a container from ending. */
function endWhenDrained(): void {
  const end = () => {
    if (process.stdout.writableLength + process.stderr.writableLength > 0) endWhenDrained()
    else process.exit()
  }
  setTimeout(end, LINGER_MS).unref()
}

/** In place of Node.js's own listener, which writes a line of text. */
function hearWarnings(listener: (warning: Error) => void): void {
  process.removeAllListeners('warning')
  process.on('warning', listener)
}

type SignalName = 'SIGTERM' | 'SIGINT'

function interrupted(name: SignalName): GateError {
  return new GateError(`INTERRUPTED_${name}`, `interrupted by ${name}`, { facts: { signal: name } })
}

function secondSignal(name: SignalName): GateError {
  return new GateError(`INTERRUPTED_${name}`, `a second signal (${name}) ended it at once`, {
    facts: { signal: name, atOnce: true },
  })
}

async function ask(question: string): Promise<string | null> {
  if (!process.stdin.isTTY) return null
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    // Ctrl-C and Ctrl-D close it, and a question that nobody answers would never settle.
    const left = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)))
    return await Promise.race([terminal.question(question), left])
  } finally {
    terminal.close()
  }
}

async function readInput(signal: AbortSignal): Promise<Uint8Array | null> {
  if (process.stdin.isTTY) return null
  const [{ addAbortSignal }, { buffer }] = await Promise.all([
    import('node:stream'),
    import('node:stream/consumers'),
  ])
  try {
    return await buffer(addAbortSignal(signal, process.stdin))
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

function streamOf(stream: NodeJS.WriteStream): Stream {
  // A reader that went away (`pgate history | head`) is no failure of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return {
    write: (text) => stream.write(text),
    unsent: () => stream.writableLength,
    isTerminal: stream.isTTY === true,
    hasColors: stream.isTTY === true && stream.hasColors(),
  }
}
