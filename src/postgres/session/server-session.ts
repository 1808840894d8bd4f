import { setTimeout as delay } from 'node:timers/promises'
import type Client from 'pg/lib/client.js'
import type { DriverResult } from 'pg/lib/client.js'
import type { LoggedIn } from '../connect/log-in.ts'
import { withoutSecrets } from '../sql/sql-secrets.ts'
import { sqlstateOf } from '../sql/sqlstate.ts'
import { ConnectionLostError, codeOf } from './connection-lost.ts'
import { type CopyIn, createCopyIn } from './copy-in.ts'
import { createPipeline } from './pipeline.ts'
import type {
  Notice,
  PipelineResult,
  PipelineStatement,
  QueryResult,
  ServerVersion,
  Session,
} from './session.ts'

/** How long the goodbye may take, in milliseconds. */
const CLOSE_MS = 2000

/**
 * The session over a client that is logged in. Values come as pg makes them by default: `int8` and
 * `numeric` as strings (a JavaScript number would lose digits), `timestamptz` as Date, `json` parsed.
 */
export function serverSession(
  { client, parameters }: LoggedIn,
  requestCancel: () => Promise<void>,
  copies: 'as taken' | 'at once' = 'as taken',
): Session {
  const state = watch(client)
  let queue: Promise<unknown> = Promise.resolve()
  // pg 9 will refuse a second query while one runs: they queue here.
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = queue.then(act)
    queue = result.catch(() => {})
    return result
  }
  return {
    server: serverVersion(parameters.get('server_version') ?? ''),
    processId: client.processID ?? 0,
    query: (text, values) => inTurn(() => run<never>(state, text, values)),
    copyIn: (text, data) => inTurn(() => copy(state, createCopyIn(text, data, copies))),
    pipeline: (statements, onResult) => inTurn(() => runPipeline(state, statements, onResult)),
    transactionStatus: () => {
      if (state.lost !== undefined) return 'unknown'
      return STATUS[client.getTransactionStatus() ?? 'none']
    },
    onNotice: (listener) => {
      client.on('notice', ({ severity, code, message, detail, routine }: RawNotice) => {
        const isShown = detail !== undefined && routine === WAIT_FOR_STANDBY
        listener({ severity, code, message, ...(isShown && { detail }) })
      })
    },
    cancel: requestCancel,
    close: ({ waitFor } = { waitFor: 'server' }) => close(state, waitFor),
  }
}

type RawNotice = Notice & { readonly routine?: string }

/** What warns that a COMMIT which was cancelled has been done here, and may not be on a standby. */
const WAIT_FOR_STANDBY = 'SyncRepWaitForLSN'

const STATUS = { I: 'idle', T: 'open', E: 'failed', none: 'unknown' } as const

/** `17.5 (Debian 17.5-1)` and its major, 17. */
export function serverVersion(text: string): ServerVersion {
  return { text, major: Number.parseInt(text, 10) || 0 }
}

interface State {
  readonly client: Client
  /** Why there is no connection any more; every later query fails with it. */
  lost?: Error
  /** Called at each ReadyForQuery, and when the connection ends. */
  answered: () => void
}

function watch(client: Client): State {
  const state: State = { client, answered: () => {} }
  client.on('error', (error: Error) => {
    state.lost ??= asLoss(error)
  })
  client.on('end', () => {
    state.lost ??= asLoss(undefined)
    state.answered()
  })
  client.connection.on('readyForQuery', () => state.answered())
  return state
}

function asLoss(error: Error | undefined): Error {
  if (error !== undefined && codeOf(error) !== undefined) return error
  return new ConnectionLostError('the connection to the server was closed', error)
}

async function run<Row>(
  state: State,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult<Row>> {
  if (state.lost !== undefined) throw state.lost
  try {
    const query = values === undefined ? text : { text, values, queryMode: 'extended' as const }
    const result = await state.client.query<Row>(query)
    const last = lastOf(result)
    return { rows: last?.rows ?? [], rowCount: last?.rowCount ?? 0 }
  } catch (error) {
    await untilAnswered(state)
    throw sqlstateOf(error) === undefined ? (state.lost ?? error) : discreet(error, text, values)
  }
}

async function copy(state: State, copying: CopyIn): Promise<QueryResult<never>> {
  if (state.lost !== undefined) throw state.lost
  state.client.query(copying)
  try {
    return { rows: [], rowCount: await copying.copied }
  } catch (error) {
    await untilAnswered(state)
    throw sqlstateOf(error) === undefined ? (state.lost ?? error) : error
  }
}

async function runPipeline(
  state: State,
  statements: readonly PipelineStatement[],
  onResult: ((index: number) => void) | undefined,
): Promise<PipelineResult> {
  if (state.lost !== undefined) return { results: [], failure: { index: 0, error: state.lost } }
  const pipeline = createPipeline(statements, onResult)
  state.client.query(pipeline)
  const { results, failure } = await pipeline.ended
  if (failure === undefined) return { results }
  await untilAnswered(state)
  const { index, error } = failure
  const { text = '', values } = statements[index] ?? {}
  const shown =
    sqlstateOf(error) === undefined ? (state.lost ?? error) : discreet(error, text, values)
  return { results, failure: { index, error: shown } }
}

/** The server's own error, which may quote the password that a statement sets. */
function discreet(error: unknown, text: string, values?: readonly unknown[]): unknown {
  for (const field of ['message', 'hint'] as const) {
    const said = error instanceof Error && Reflect.get(error, field)
    if (typeof said === 'string') {
      Reflect.set(Object(error), field, withoutSecrets(said, text, values))
    }
  }
  return error
}

function lastOf<Row>(
  result: DriverResult<Row> | readonly DriverResult<Row>[],
): DriverResult<Row> | undefined {
  return 'rows' in result ? result : result.at(-1)
}

/** pg rejects at the error; only ReadyForQuery, a moment later, reports the transaction's status. */
async function untilAnswered(state: State): Promise<void> {
  if (state.lost !== undefined || state.client.readyForQuery === true) return
  await new Promise<void>((resolve) => {
    state.answered = resolve
  })
}

async function close(state: State, waitFor: 'server' | 'flush'): Promise<void> {
  state.lost ??= new ConnectionLostError('the session was closed')
  const done = new AbortController()
  const patience = delay(CLOSE_MS, undefined, { signal: done.signal }).catch(() => {})
  const { stream } = state.client.connection
  const flushed = new Promise<void>((resolve) => {
    if (waitFor === 'flush') stream.once?.('finish', resolve)
  })
  await Promise.race([state.client.end(), flushed, patience])
  done.abort()
  stream.destroy()
}
