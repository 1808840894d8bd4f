import { IS_BUILT } from '../base/version.ts'
import { type Guest, guestStarted } from '../helpers/guests.ts'
import { startHelper } from '../helpers/helper.ts'
import { ConnectionLostError } from '../postgres/session/connection-lost.ts'

/** What the gate and the process of the built-in PostgreSQL send each other. */
export type ToEmbedded =
  | ({ readonly kind: 'start'; readonly id: number } & EmbeddedStart)
  /** Messages of PostgreSQL's protocol, as they go over a socket. */
  | { readonly kind: 'protocol'; readonly id: number; readonly bytes: Uint8Array }
  /** Puts the one backend back to what a new connection would find. */
  | { readonly kind: 'session'; readonly id: number }
  /** Writes its data directory to a file, as an archive to start from. */
  | { readonly kind: 'archive'; readonly id: number; readonly file: string }
  /** Puts it back to what it was when it had started. */
  | { readonly kind: 'restore'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }

export interface EmbeddedStart {
  /** Absolute; absent: in memory. */
  readonly folder?: string | undefined
  /** The prepared cluster. */
  readonly template: string
  /** From where PGlite's packages are imported. */
  readonly place: string
  /** Extensions that may be wanted. */
  readonly extensions: readonly string[]
  /** Keeps what `restore` needs; in memory alone. */
  readonly restorable?: boolean
}

export type FromEmbedded =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'protocol'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'session'; readonly id: number; readonly greeting: Greeting }
  | {
      readonly kind: 'failed'
      readonly id: number
      readonly message: string
      readonly stack: string
    }

/** What a server says of itself when a session begins, and PGlite does not. */
export interface Greeting {
  readonly version: string
  readonly pid: number
}

/** The process of one built-in PostgreSQL, while it lives. All reject once it has ended. */
export interface EmbeddedProcess {
  readonly pid: number
  /** Before anything else. @throws what PostgreSQL's start throws */
  start(start: EmbeddedStart): Promise<void>
  protocol(bytes: Uint8Array): Promise<Uint8Array>
  session(): Promise<Greeting>
  archive(file: string): Promise<void>
  /** Of one that was started as `restorable`. */
  restore(): Promise<void>
  /** Ends it at once; what waits for it rejects with `reason`. Never rejects. */
  end(reason: unknown): Promise<void>
  /** Shuts PostgreSQL down and ends the process; resolves at once where that has ended. */
  close(): Promise<void>
}

const ENTRY = new URL(
  IS_BUILT ? '../helpers/embedded-helper.mjs' : '../embedded-helper.ts',
  import.meta.url,
)

interface PendingAnswer {
  readonly resolve: (answer: FromEmbedded) => void
  readonly reject: (error: unknown) => void
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

/** Starts the process that PostgreSQL is to run in. */
export function startEmbeddedProcess(): EmbeddedProcess {
  const helper = startHelper<ToEmbedded, FromEmbedded>(ENTRY)
  const waiting = new Map<number, PendingAnswer>()
  let requests = 0
  let over: { readonly reason: unknown } | undefined
  const finish = (reason: unknown) => {
    if (over !== undefined) return
    over = { reason }
    gone()
    for (const { reject } of waiting.values()) reject(reason)
    waiting.clear()
  }
  const ask = (message: Unnumbered<ToEmbedded>) =>
    new Promise<FromEmbedded>((resolve, reject) => {
      if (over !== undefined) return reject(over.reason)
      requests += 1
      waiting.set(requests, { resolve, reject })
      helper.send({ ...message, id: requests })
    })
  helper.onMessage((answer) => {
    const one = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.kind !== 'failed') return one?.resolve(answer)
    const error = new Error(answer.message)
    error.stack = answer.stack
    one?.reject(error)
  })
  helper.gone.then(() => finish(new ConnectionLostError('the built-in PostgreSQL has ended')))
  const guest: Guest = {
    settle: async () => {},
    end: async (reason) => {
      finish(reason)
      await helper.end()
    },
    kill: helper.kill,
  }
  const gone = guestStarted(guest)
  return {
    pid: helper.pid,
    end: guest.end,
    start: async (start) => void (await ask({ kind: 'start', ...start })),
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
    archive: async (file) => void (await ask({ kind: 'archive', file })),
    restore: async () => void (await ask({ kind: 'restore' })),
    close: async () => {
      if (over !== undefined) return
      try {
        await ask({ kind: 'close' })
      } finally {
        await guest.end(new ConnectionLostError('the built-in PostgreSQL has ended'))
      }
    },
  }
}
