import { type ChildProcess, spawn } from 'node:child_process'
import { platform } from 'node:os'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { guestStarted } from './guests.ts'
import { cutLines } from './lines.ts'

/** How another program has ended: one of the two is `null`. */
export interface ProgramEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** True where something that it had started did not end with it, and was ended then. */
  readonly leftRest?: true
}

/** How a program runs. */
interface Running {
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  /** How long it has to end by itself after SIGTERM, before SIGKILL; in milliseconds. */
  readonly graceMs: number
}

/** What becomes of its output. */
interface Output {
  readonly onLine: (line: string) => void
  /** Gets standard output as it comes, in place of `onLine`. */
  readonly onData?: (piece: string) => void
  /** Takes out of a line what must not be shown. */
  readonly hide: (line: string) => string
  /** How many bytes of what `onLine` wrote were not taken yet: it is read no faster than that. */
  readonly unsent: () => number
}

/** How long the last lines may take of a program that has ended: what it started may keep them open. */
const LAST_LINES_MS = 500
/** How often it is looked whether all that it started has ended. */
const LOOK_MS = 50

/**
 * Runs a program, without a shell, to its end; it has the environment that is given and no standard
 * input. Both of its outputs come line by line. An aborted signal ends it and all that it has started
 * (its process group): by SIGTERM, and by SIGKILL what has not ended after the grace. So ends what it leaves.
 * @throws what the system says where it cannot be started; nothing for how it ends
 */
export async function runExternalProgram(
  [file = '', ...args]: readonly string[],
  { signal, env, graceMs, ...output }: Running & Output,
): Promise<ProgramEnd> {
  signal.throwIfAborted()
  const detached = platform() !== 'win32'
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached })
  let isKilled = false
  const kill = () => {
    isKilled = true
    signalGroup(child, 'SIGKILL')
  }
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    signalGroup(child, 'SIGTERM')
    timer = setTimeout(kill, graceMs)
  }
  signal.addEventListener('abort', stop, { once: true })
  const untilGone = async () => {
    const end = await endOf(child, signal, output)
    const leftRest = !signal.aborted && signalGroup(child, 0)
    if (leftRest) stop()
    while (!isKilled && signalGroup(child, 0)) await delay(LOOK_MS)
    return leftRest ? { ...end, leftRest } : end
  }
  const ended = untilGone()
  const gone = guestStarted({
    settle: async () => {},
    end: async () => void (await ended.catch(() => {})),
    kill,
  })
  try {
    return await ended
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    gone()
  }
}

/** False where nothing of it is left. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false
  if (platform() === 'win32') return child.kill(signal)
  try {
    return process.kill(-child.pid, signal)
  } catch {
    return false
  }
}

/** One of its outputs, as it is read. */
interface Reading {
  readonly stream: Readable
  readonly flush: () => void
}

/** So much may wait for the reader of our own log, in bytes. */
const MOST_UNSENT = 1024 * 1024
const PAUSE_MS = 20

function read(stream: Readable, { onLine, onData, hide, unsent }: Output): Reading {
  const lines = cutLines(onLine, hide)
  const { push, flush } = onData === undefined ? lines : { push: onData, flush: () => {} }
  const resume = () => {
    if (unsent() > MOST_UNSENT) setTimeout(resume, PAUSE_MS)
    else stream.resume()
  }
  stream.setEncoding('utf8').on('end', flush)
  stream.on('data', (piece: string) => {
    push(piece)
    if (unsent() <= MOST_UNSENT) return
    stream.pause()
    setTimeout(resume, PAUSE_MS)
  })
  return { stream, flush }
}

function endOf(child: ChildProcess, signal: AbortSignal, output: Output): Promise<ProgramEnd> {
  const { onData: _, ...toLog } = output
  const readings = [
    ...(child.stdout === null ? [] : [read(child.stdout, output)]),
    ...(child.stderr === null ? [] : [read(child.stderr, toLog)]),
  ]
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, by) => resolve({ code, signal: by }))
    child.once('exit', (code, by) => {
      const over = () => {
        const isPaused = readings.some(({ stream }) => stream.isPaused())
        if (isPaused && !signal.aborted) return void setTimeout(over, LAST_LINES_MS)
        for (const { stream, flush } of readings) {
          flush()
          stream.destroy()
        }
        resolve({ code, signal: by })
      }
      setTimeout(over, LAST_LINES_MS).unref()
    })
  })
}
