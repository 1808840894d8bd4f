import { Worker } from 'node:worker_threads'
import { ConnectionLostError } from '../postgres/connection-lost.ts'
import { type Thread, threadStarted } from '../threads.ts'
import { IS_BUILT } from '../version.ts'
import type { EmbeddedStart, FromEmbedded, Greeting, ToEmbedded } from './messages.ts'

/** The thread of one built-in PostgreSQL, while it lives. All reject once it has ended. */
export interface EmbeddedThread {
  protocol(bytes: Uint8Array): Promise<Uint8Array>
  session(): Promise<Greeting>
  /** Shuts PostgreSQL down and ends the thread; resolves at once where that has ended. */
  close(): Promise<void>
}

const ENTRY = new URL(
  IS_BUILT ? '../workers/embedded-worker.mjs' : '../embedded-worker.ts',
  import.meta.url,
)

interface Waiting {
  readonly resolve: (answer: FromEmbedded) => void
  readonly reject: (error: unknown) => void
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

/** Starts PostgreSQL in a thread of its own. @throws what its start throws */
export async function startEmbeddedThread(start: EmbeddedStart): Promise<EmbeddedThread> {
  const worker = new Worker(ENTRY)
  const waiting = new Map<number, Waiting>()
  let requests = 0
  let over: { readonly reason: unknown } | undefined
  const finish = (reason: unknown) => {
    if (over !== undefined) return
    over = { reason }
    gone()
    for (const { reject } of waiting.values()) reject(reason)
    waiting.clear()
  }
  const ask = (message: Unnumbered<ToEmbedded>, moved: ArrayBuffer[] = []) =>
    new Promise<FromEmbedded>((resolve, reject) => {
      if (over !== undefined) return reject(over.reason)
      requests += 1
      waiting.set(requests, { resolve, reject })
      worker.postMessage({ ...message, id: requests }, moved)
    })
  worker.on('message', (answer: FromEmbedded) => {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.kind !== 'failed') return one?.resolve(answer)
    const error = new Error(answer.message)
    error.stack = answer.stack
    one?.reject(error)
  })
  worker.on('error', (error) =>
    finish(new ConnectionLostError('the built-in PostgreSQL has crashed', error)),
  )
  worker.on('exit', () => finish(new ConnectionLostError('the built-in PostgreSQL has ended')))
  const thread: Thread = {
    settle: async () => {},
    end: async (reason) => {
      finish(reason)
      await worker.terminate()
    },
  }
  const gone = threadStarted(thread)
  await ask({ kind: 'start', ...start })
  return {
    protocol: async (bytes) => {
      const answer = await ask({ kind: 'protocol', bytes })
      if (answer.kind !== 'protocol') throw new Error(`unexpected answer ${answer.kind}`)
      return answer.bytes
    },
    session: async () => {
      const answer = await ask({ kind: 'session' })
      if (answer.kind !== 'session') throw new Error(`unexpected answer ${answer.kind}`)
      return answer.greeting
    },
    close: async () => {
      if (over !== undefined) return
      try {
        await ask({ kind: 'close' })
      } finally {
        await thread.end(new ConnectionLostError('the built-in PostgreSQL has ended'))
      }
    },
  }
}
