/** What the gate and the process of the built-in PostgreSQL send each other. */
export type ToEmbedded =
  | ({ readonly kind: 'start'; readonly id: number } & EmbeddedStart)
  /** Messages of PostgreSQL's protocol, as they go over a socket. */
  | { readonly kind: 'protocol'; readonly id: number; readonly bytes: Uint8Array }
  /** Puts the one backend back to what a new connection would find. */
  | { readonly kind: 'session'; readonly id: number }
  | { readonly kind: 'close'; readonly id: number }

export interface EmbeddedStart {
  /** Absolute; absent: in memory. */
  readonly folder?: string | undefined
  /** The prepared cluster. */
  readonly template: string
  /** Extensions that may be wanted. */
  readonly extensions: readonly string[]
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
