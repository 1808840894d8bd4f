import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { guestStarted } from './guests.ts'

/** How another program has ended: one of the two is `null`. */
export interface ProgramEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What a program gets to end by itself after SIGTERM, before SIGKILL; in milliseconds. */
const STOP_GRACE_MS = 5_000
/** How long the last lines may take of a program that has ended: what it started may keep them open. */
const LAST_LINES_MS = 500

/**
 * Runs a program, without a shell, to its end; it has this process's environment and no standard
 * input. Both of its outputs come line by line. An aborted signal ends it: by SIGTERM, and by SIGKILL
 * where it has not ended after 5 s.
 * @throws what the system says where it cannot be started; nothing for how it ends
 */
export async function runExternalProgram(
  [file = '', ...args]: readonly string[],
  { signal, onLine }: { readonly signal: AbortSignal; readonly onLine: (line: string) => void },
): Promise<ProgramEnd> {
  signal.throwIfAborted()
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = endOf(child)
  const gone = guestStarted({
    settle: async () => {},
    end: async () => void (await ended.catch(() => {})),
    kill: () => void child.kill('SIGKILL'),
  })
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
  }
  signal.addEventListener('abort', stop, { once: true })
  for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine)
  try {
    return await ended
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
    gone()
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine)
}

function endOf(child: ChildProcess): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
    child.once('exit', (code, signal) => {
      setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        resolve({ code, signal })
      }, LAST_LINES_MS).unref()
    })
  })
}
