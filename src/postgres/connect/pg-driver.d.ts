/**
 * The two modules of pg that are used, by themselves so that its pool is not bundled, and with the
 * parts of them that its published types leave out. Everything here is proven by the tests that
 * run on real servers.
 * @see https://github.com/brianc/node-postgres/tree/pg%408.23.1/packages/pg/lib
 */
declare module 'pg/lib/client.js' {
  import type { EventEmitter } from 'node:events'

  /** pg's own connection, or one that the embedded PostgreSQL gives. */
  export interface ClientConnection extends EventEmitter {
    readonly stream: {
      destroy(): unknown
      /** Absent where there is no socket (embedded). */
      once?(event: 'finish', listener: () => void): unknown
    }
  }

  export interface DriverResult<Row> {
    readonly rows: readonly Row[]
    /** `null` for statements that count nothing. */
    readonly rowCount: number | null
  }

  export interface DriverQuery {
    readonly text: string
    readonly values?: readonly unknown[]
    readonly queryMode?: 'extended'
  }

  export default class Client extends EventEmitter {
    constructor(config: {
      readonly connection: ClientConnection
      readonly user: string
      readonly database: string
      readonly host: string
      readonly port: number
      readonly password: () => string
      readonly ssl: false
      readonly sslnegotiation: 'postgres'
      readonly enableChannelBinding: boolean
      /** Absent: 100000. */
      readonly scramMaxIterations?: number
    })
    /** Of BackendKeyData; null where the server sent none. */
    readonly processID: number | null
    readonly secretKey: number | null
    /** False from a statement's start until ReadyForQuery. */
    readonly readyForQuery?: boolean
    readonly connection: ClientConnection
    getStartupConf: () => Record<string, string>
    connect(): Promise<Client>
    query<Row>(
      query: string | DriverQuery,
    ): Promise<DriverResult<Row> | readonly DriverResult<Row>[]>
    /** One that writes and reads its own messages is given back as it is. */
    query(query: { submit(connection: never): null }): unknown
    getTransactionStatus(): 'I' | 'T' | 'E' | null
    end(): Promise<void>
  }
}

declare module 'pg/lib/connection.js' {
  import { EventEmitter } from 'node:events'
  import type { Socket } from 'node:net'

  /** All that the parser of pg uses of a stream. */
  export interface MessageSource {
    on(event: 'data' | 'end', listener: (chunk: Buffer) => void): unknown
  }

  export default class Connection extends EventEmitter {
    constructor(config: { readonly stream: Socket; readonly ssl: false })
    readonly stream: Socket
    attachListeners(stream: MessageSource): void
  }
}

declare module 'pg/lib/result.js' {
  /** The rows of one statement, as they come in. */
  export default class Result {
    readonly rows: Record<string, unknown>[]
    readonly rowCount: number | null
    addFields(fields: readonly unknown[]): void
    parseRow(fields: readonly unknown[]): Record<string, unknown>
    addRow(row: Record<string, unknown>): void
    addCommandComplete(message: { readonly text: string }): void
  }
}

declare module 'pg/lib/utils.js' {
  /** A value as the text that the server reads it from. */
  export function prepareValue(value: unknown): unknown
}

declare module 'pg/lib/type-overrides.js' {
  /** What makes values of the server's texts, by the types' oids. */
  export default class TypeOverrides {
    getTypeParser(oid: number): (text: string) => unknown
  }
}
