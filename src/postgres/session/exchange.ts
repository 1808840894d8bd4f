import { serialize } from 'pg-protocol'
import type { PipelineResult, PipelineStatement, QueryResult } from './session.ts'
import { parameterOf, rowReader } from './values.ts'
import type { Message, Wire } from './wire.ts'

/** What is sent and answered until the server is ready for the next. */
export interface Exchange {
  /** Takes one message of the server. */
  hear(message: Message): void
  /** Nothing more comes. */
  end(error: Error): void
  /** Resolves when all has been answered; never rejects. */
  readonly result: Promise<PipelineResult>
}

export interface ExchangeOptions {
  /** Called with the index of each statement as soon as it is completed. */
  readonly onResult?: ((index: number) => void) | undefined
  /** Sends the data that a COPY asks for, while `isWanted`; absent: there is nothing to be copied. */
  readonly copy?: (isWanted: () => boolean) => unknown
  /** How many statements have left with one Sync behind the last; absent for a simple query. */
  readonly statements?: number
}

/** Gathers the answers to what was sent. */
export function startExchange(
  wire: Wire,
  { onResult, copy, statements }: ExchangeOptions,
): Exchange {
  const { promise: result, resolve } = Promise.withResolvers<PipelineResult>()
  const results: QueryResult<Record<string, unknown>>[] = []
  let rows: Record<string, unknown>[] = []
  let read = rowReader([])
  let failure: PipelineResult['failure']
  const fail = (error: Error) => {
    failure ??= { index: results.length, error }
  }
  const complete = (tag: string) => {
    results.push({ rows, rowCount: Number(/\d+$/.exec(tag)?.[0] ?? 0) })
    rows = []
    onResult?.(results.length - 1)
  }
  const over = () => resolve({ results, ...(failure && { failure }) })
  const hear = (message: Message) => {
    if (message.name === 'rowDescription') read = rowReader(message.fields)
    else if (message.name === 'dataRow') rows.push(read(message.fields))
    else if (message.name === 'commandComplete') complete(message.text)
    else if (message.name === 'emptyQuery') complete('')
    else if (message.name === 'error') fail(message)
    else if (message.name === 'readyForQuery') over()
    else if (message.name === 'copyInResponse') {
      if (copy === undefined) {
        // The last statement's COPY has taken the Sync behind it for a part of the data.
        const isLast = statements === results.length + 1
        const refused = serialize.copyFail('nothing is there to be copied')
        wire.send(isLast ? [refused, serialize.sync()] : [refused])
      } else copy(() => failure === undefined)
    }
  }
  const end = (error: Error) => {
    fail(error)
    over()
  }
  return { hear, end, result }
}

/**
 * Statements that leave together, with one Sync behind the last: the server runs them in order and
 * answers as it goes; at the first error it passes over the rest by itself, so that nothing behind
 * it takes effect. With `flushes`, each answer is sent as soon as it is there.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export function pipelineMessages(
  statements: readonly PipelineStatement[],
  flushes: boolean,
): readonly Buffer[] {
  const parsed = new Set<string>()
  const messages = statements.flatMap(({ text, values = [], name = '', flush = true }) => {
    const parse = parsed.has(name) ? [] : parseMessages(text, name)
    if (name !== '') parsed.add(name)
    return [
      ...parse,
      serialize.bind({ statement: name, values: values.map(parameterOf) }),
      serialize.describe({ type: 'P' }),
      serialize.execute(),
      ...(flushes && flush ? [serialize.flush()] : []),
    ]
  })
  return [...messages, serialize.sync()]
}

/** A name may be taken by an earlier pipeline, whose statement need not be there any more. */
function parseMessages(text: string, name: string): readonly Buffer[] {
  const parse = serialize.parse({ text, name })
  return name === '' ? [parse] : [serialize.close({ type: 'S', name }), parse]
}
