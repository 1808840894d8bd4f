import { type ChildProcess, fork } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type GuestListener, guestListener } from './guests.ts'
import { cutLines } from './lines.ts'

/**
 * A process next to this one, for code that could not be interrupted here: a revision's module, or
 * WebAssembly.
 */
export interface Helper<In, Out> {
  readonly pid: number
  send(message: In): void
  /** Whether this process stays alive for what is still to come. */
  keepAlive(keep: boolean): void
  /** Ends it at once, whatever it does, without waiting for that. */
  kill(): void
  /** The same; resolves when it has ended and its last message was heard. */
  end(): Promise<void>
  /** Resolves then. */
  readonly gone: Promise<void>
  /** The signal that has ended it; `null` where none has. */
  endSignal(): NodeJS.Signals | null
  onMessage(listener: (message: Out) => void): void
}

const STDERR = 2

/**
 * Starts a helper with the module at `entry`, a file or in the executable. It has a process group of its own, so that a
 * terminal's Ctrl-C is this process's alone, and its standard output is standard error.
 */
export function startHelper<In extends object, Out>(entry: URL): Helper<In, Out> {
  const listener = guestListener()
  const output = listener === undefined ? STDERR : 'pipe'
  const child = fork(entry.protocol === 'file:' ? fileURLToPath(entry) : entry.href, [], {
    serialization: 'advanced',
    // Those of the process that has the library are for its own code: a loader, a text to evaluate.
    execArgv: [],
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
  })
  const pipes = [child.stdout, child.stderr].filter((pipe) => pipe !== null)
  if (listener !== undefined) for (const pipe of pipes) hearLines(pipe, listener)
  // What is sent to one that has just ended is of no use to it, and its end is heard of anyway.
  const sent = () => {}
  const gone = endOf(child)
  const keepAlive = (keep: boolean) => {
    if (keep) child.ref()
    else child.unref()
    if (keep) child.channel?.ref()
    else child.channel?.unref()
    for (const pipe of pipes) if (pipe instanceof Socket) pipe[keep ? 'ref' : 'unref']()
  }
  return {
    pid: child.pid ?? 0,
    send: (message) => {
      if (child.connected) child.send(message, sent)
    },
    keepAlive,
    kill: () => void child.kill('SIGKILL'),
    end: async () => {
      keepAlive(true)
      child.kill('SIGKILL')
      await gone
    },
    gone,
    endSignal: () => child.signalCode,
    onMessage: (listener) => void child.on('message', (message) => listener(message as Out)),
  }
}

function hearLines(pipe: Readable, { onLine, hide }: GuestListener): void {
  const lines = cutLines(onLine, hide)
  pipe.setEncoding('utf8')
  pipe.on('data', (piece: string) => lines.push(piece)).on('end', () => lines.flush())
}

/** How long the last messages of a process may take that has ended; in milliseconds. */
const LAST_MESSAGES_MS = 500

/** A program that it has started may keep the channel open: that is not waited for. */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false
    let lastMessages: NodeJS.Timeout | undefined
    const over = () => {
      if (isOver) {
        // It would keep this process from ending.
        clearTimeout(lastMessages)
        resolve()
      }
      isOver = true
    }
    child.once('exit', () => {
      lastMessages = setTimeout(resolve, LAST_MESSAGES_MS)
    })
    // What it has printed was heard.
    child.once('close', over)
    // One that has closed the channel has no more to say.
    child.once('disconnect', over).once('disconnect', () => child.kill('SIGKILL'))
    child.on('error', () => {
      if (child.pid === undefined) resolve()
    })
  })
}
