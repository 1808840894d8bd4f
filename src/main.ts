import { homedir, hostname, userInfo } from 'node:os'
import process from 'node:process'
import type { Host, Stream } from './cli/host.ts'
import { SYSTEM_CLOCK } from './clock.ts'
import { GateError } from './errors.ts'

process.exitCode = await main()

/** The edge: the only code that touches the process. The exit code is set, never forced. */
async function main(): Promise<number> {
  const host: Host = {
    args: process.argv.slice(2),
    env: process.env,
    home: homedir(),
    userName: userNameOrEmpty(),
    hostName: hostname(),
    pid: process.pid,
    isAlive,
    ask,
    readInput,
    clock: SYSTEM_CLOCK,
    interrupt: interruptSignal(),
    stdout: streamOf(process.stdout),
    stderr: streamOf(process.stderr),
    terminationLog: '/dev/termination-log',
  }
  if (host.args.length > 0) {
    const { runProgram } = await import('./cli/program.ts')
    return runProgram(host)
  }
  // The image's own call, at every pod start: no argument, so nothing that reads arguments.
  const [{ gate }, { runCommand }] = await Promise.all([
    import('./cli/commands/gate.ts'),
    import('./cli/run.ts'),
  ])
  return runCommand(host, gate, {})
}

/** As PID 1 there is no default handler: without these a container would wait for its SIGKILL. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    // Once: a second signal finds the default handler and ends the process on the spot.
    process.once(name, () => controller.abort(interrupted(name)))
  }
  return controller.signal
}

function interrupted(name: 'SIGTERM' | 'SIGINT'): GateError {
  return new GateError(`INTERRUPTED_${name}`, `interrupted by ${name}`, {
    facts: { signal: name },
    hint: 'Nothing was left half-done; run pgate again when it is wanted.',
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

function isAlive(pid: number): boolean {
  try {
    // Signal 0 is only asked about, not sent; a process of somebody else's refuses and is alive.
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function streamOf(stream: NodeJS.WriteStream): Stream {
  // A reader that went away (`pgate history | head`) is no failure of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return {
    write: (text) => stream.write(text),
    isTerminal: stream.isTTY === true,
    hasColors: stream.isTTY === true && stream.hasColors(),
  }
}

/** A numeric user without an entry in /etc/passwd, usual in containers, has no name. */
function userNameOrEmpty(): string {
  try {
    return userInfo().username
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SYSTEM_ERROR') return ''
    throw error
  }
}
