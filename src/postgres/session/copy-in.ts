/** Characters sent at a time, up to the end of a line. */
const PIECE = 64 * 1024

/** The parts of pg's connection that send a COPY's data. */
export interface CopyConnection {
  readonly stream: {
    readonly writableNeedDrain?: boolean
    write(bytes: Buffer): unknown
    once?(event: 'drain' | 'close', listener: () => void): unknown
  }
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** What `client.query` takes instead of a text. */
export interface CopyIn {
  submit(connection: CopyConnection): null
  handleCopyInResponse(connection: CopyConnection): void
  handleCommandComplete(message: { readonly text: string }): void
  handleError(error: unknown): void
  handleReadyForQuery(): void
  /** The number of rows; rejects with the server's or the socket's error. */
  readonly copied: Promise<number>
}

/**
 * One COPY … FROM STDIN with its data, which is sent as fast as the server takes it; or `at once`, with
 * the statement, where there is nobody who could ask for it: the built-in PostgreSQL answers each
 * write before it reads the next.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export function createCopyIn(text: string, data: string, sends: 'as taken' | 'at once'): CopyIn {
  const { promise: copied, resolve, reject } = Promise.withResolvers<number>()
  let rows = 0
  let isOver = false
  const send = async (connection: CopyConnection) => {
    for (const piece of piecesOf(data)) {
      if (isOver) return
      connection.sendCopyFromChunk(Buffer.from(piece, 'utf8'))
      if (connection.stream.writableNeedDrain === true) await drained(connection)
    }
    if (!isOver) connection.endCopyFrom()
  }
  return {
    copied,
    submit: (connection) => {
      if (sends === 'as taken') connection.query(text)
      else connection.stream.write(allOf(text, data))
      return null
    },
    handleCopyInResponse: (connection) => {
      if (sends === 'as taken') send(connection).catch(reject)
    },
    handleCommandComplete: ({ text: tag }) => {
      rows = Number(tag.split(' ').at(-1))
    },
    handleError: (error) => {
      isOver = true
      reject(error)
    },
    handleReadyForQuery: () => {
      isOver = true
      resolve(rows)
    },
  }
}

function allOf(text: string, data: string): Buffer {
  const frames = [
    ['Q', `${text}\0`],
    ['d', data],
    ['c', ''],
  ] as const
  return Buffer.concat(
    frames.flatMap(([type, body]) => {
      const head = Buffer.alloc(5)
      head.write(type)
      head.writeInt32BE(Buffer.byteLength(body) + 4, 1)
      return [head, Buffer.from(body)]
    }),
  )
}

/** Cut where a line ends, so that no character is cut in two. */
function* piecesOf(data: string): Generator<string> {
  for (let start = 0; start < data.length; ) {
    const near = data.indexOf('\n', start + PIECE)
    const end = near === -1 ? data.length : near + 1
    yield data.slice(start, end)
    start = end
  }
}

async function drained({ stream }: CopyConnection): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.once?.('drain', resolve)
    stream.once?.('close', resolve)
  })
}
