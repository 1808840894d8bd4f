import Result from 'pg/lib/result.js'
import { prepareValue } from 'pg/lib/utils.js'
import type { PipelineResult, PipelineStatement } from './session.ts'

/** The messages of the extended protocol that a pipeline is made of; pg's connection sends them. */
export interface PipelineConnection {
  readonly stream: { cork?(): void; uncork?(): void }
  close(message: { readonly type: 'S'; readonly name: string }): void
  parse(message: { readonly text: string; readonly name?: string }): void
  bind(message: {
    readonly statement?: string
    readonly values: readonly unknown[]
    readonly valueMapper: (value: unknown) => unknown
  }): void
  describe(message: { readonly type: 'P' }): void
  execute(message: object): void
  flush(): void
  sync(): void
  sendCopyFail(reason: string): void
}

/** What `client.query` takes instead of a text: it writes and reads its messages itself. */
export interface Pipeline {
  submit(connection: PipelineConnection): null
  handleRowDescription(message: { readonly fields: readonly unknown[] }): void
  handleDataRow(message: { readonly fields: readonly unknown[] }): void
  handleCommandComplete(message: { readonly text: string }): void
  handleEmptyQuery(): void
  handleCopyInResponse(connection: PipelineConnection): void
  handleError(error: unknown): void
  handleReadyForQuery(): void
  /** Resolves when all has been answered, or at the first error. */
  readonly ended: Promise<PipelineResult>
}

/**
 * Statements that leave together, with one Sync behind the last: the server runs them in order and
 * answers as it goes; at the first error it passes over the rest by itself, so that nothing behind
 * it takes effect. `onResult` is called with the index of each that was completed, at once.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export function createPipeline(
  statements: readonly PipelineStatement[],
  onResult: ((index: number) => void) | undefined,
): Pipeline {
  const { promise, resolve } = Promise.withResolvers<PipelineResult>()
  const results: Result[] = []
  let current = new Result()
  const completed = () => {
    results.push(current)
    current = new Result()
    onResult?.(results.length - 1)
  }
  const answers = () => results.map(({ rows, rowCount }) => ({ rows, rowCount: rowCount ?? 0 }))
  return {
    ended: promise,
    submit: (connection) => send(connection, statements, onResult !== undefined),
    handleRowDescription: ({ fields }) => current.addFields(fields),
    handleDataRow: ({ fields }) => current.addRow(current.parseRow(fields)),
    handleCommandComplete: (message) => {
      current.addCommandComplete(message)
      completed()
    },
    handleEmptyQuery: completed,
    handleCopyInResponse: (connection) => connection.sendCopyFail('nothing is there to be copied'),
    handleError: (error) =>
      resolve({ results: answers(), failure: { index: results.length, error } }),
    handleReadyForQuery: () => resolve({ results: answers() }),
  }
}

/** One write for all of it. With `flushes`, each answer is sent as soon as it is there. */
function send(
  connection: PipelineConnection,
  statements: readonly PipelineStatement[],
  flushes: boolean,
): null {
  const parsed = new Set<string>()
  connection.stream.cork?.()
  for (const { text, values = [], name = '', flush = true } of statements) {
    if (!parsed.has(name)) parse(connection, { text, name })
    if (name !== '') parsed.add(name)
    connection.bind({ statement: name, values, valueMapper: prepareValue })
    connection.describe({ type: 'P' })
    connection.execute({})
    if (flushes && flush) connection.flush()
  }
  connection.sync()
  connection.stream.uncork?.()
  return null
}

/** A name may be taken by an earlier pipeline, whose statement need not be there any more. */
function parse(
  connection: PipelineConnection,
  { text, name }: { readonly text: string; readonly name: string },
): void {
  if (name !== '') connection.close({ type: 'S', name })
  connection.parse({ text, name })
}
