import { setTimeout as delay } from 'node:timers/promises'
import { serialize } from 'pg-protocol'
import type { LoggedIn } from '../connect/log-in.ts'
import { withoutSecrets } from '../sql/sql-secrets.ts'
import { serverErrorOf, sqlstateOf } from '../sql/sqlstate.ts'
import { ConnectionLostError, codeOf } from './connection-lost.ts'
import { copyMessages, sendCopyData } from './copy-in.ts'
import { type Exchange, type ExchangeOptions, pipelineMessages, startExchange } from './exchange.ts'
import type {
  Notice,
  PipelineResult,
  PipelineStatement,
  QueryResult,
  ServerVersion,
  Session,
} from './session.ts'
import type { Message, RawNotice, Wire } from './wire.ts'

/** How long the goodbye may take, in milliseconds. */
const CLOSE_MS = 2000

/** What a session is made of besides the wire that is logged in. */
export interface SessionOptions {
  readonly requestCancel: () => Promise<void>
  /**
   * `at once`: a COPY's data goes with its statement, where nobody asks for it: the built-in
   * PostgreSQL answers each write before it reads the next.
   */
  readonly copies: 'as asked for' | 'at once'
}

/**
 * The session over a wire that is logged in. Values come as pg makes them by default: `int8` and
 * `numeric` as strings (a JavaScript number would lose digits), `timestamptz` as Date, `json` parsed.
 */
export function serverSession(
  { wire, parameters, key }: LoggedIn,
  { requestCancel, copies }: SessionOptions,
): Session {
  const listeners: ((notice: Notice) => void)[] = []
  const state = watch(wire, (notice) => {
    for (const listener of listeners) listener(notice)
  })
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = queue.then(act)
    queue = result.catch(() => {})
    return result
  }
  return {
    server: serverVersion(parameters.get('server_version') ?? ''),
    processId: key.processId,
    query: (text, values) => inTurn(() => run(state, text, values)),
    copyIn: (text, data) => inTurn(() => copyIn(state, { text, data, copies })),
    pipeline: (statements, onResult) => inTurn(() => pipeline(state, statements, onResult)),
    transactionStatus: () =>
      (state.lost === undefined ? STATUS[state.status] : 'unknown') ?? 'unknown',
    onNotice: (listener) => void listeners.push(listener),
    cancel: requestCancel,
    close: (options) => close(state, options?.waitFor ?? 'server'),
  }
}

const STATUS: Readonly<Record<string, ReturnType<Session['transactionStatus']>>> = {
  I: 'idle',
  T: 'open',
  E: 'failed',
}

/** `17.5 (Debian 17.5-1)` and its major, 17. */
function serverVersion(text: string): ServerVersion {
  return { text, major: Number.parseInt(text, 10) || 0 }
}

interface State {
  readonly wire: Wire
  /** Why there is no connection any more; every later query fails with it. */
  lost?: Error
  /** What is under way. */
  exchange?: Exchange | undefined
  /** Of the last ReadyForQuery. */
  status: string
}

function watch(wire: Wire, report: (notice: Notice) => void): State {
  const state: State = { wire, status: 'I' }
  const message = (one: Message) => {
    if (one.name === 'notice') return report(noticeOf(one))
    if (one.name === 'readyForQuery') state.status = one.status
    if (state.exchange !== undefined) state.exchange.hear(one)
    else if (one.name === 'error') state.lost ??= asLoss(one)
  }
  const ended = (error?: Error) => {
    state.lost ??= asLoss(error)
    state.exchange?.end(state.lost)
  }
  wire.hear({ message, ended })
  return state
}

function asLoss(error: Error | undefined): Error {
  if (error !== undefined && codeOf(error) !== undefined) return error
  return new ConnectionLostError('the connection to the server was closed', error)
}

/** What warns that a COMMIT which was cancelled has been done here, and may not be on a standby. */
const WAIT_FOR_STANDBY = 'SyncRepWaitForLSN'

function noticeOf({ severity, code, message, detail, routine }: RawNotice): Notice {
  const isShown = detail !== undefined && routine === WAIT_FOR_STANDBY
  return { severity, code, message, ...(isShown && { detail }) }
}

/** Sends messages and waits for all of their answers; never rejects. */
async function exchange(
  state: State,
  messages: readonly Buffer[],
  options: ExchangeOptions = {},
): Promise<PipelineResult> {
  if (state.lost !== undefined) return { results: [], failure: { index: 0, error: state.lost } }
  state.exchange = startExchange(state.wire, options)
  state.wire.send(messages)
  const result = await state.exchange.result
  state.exchange = undefined
  return result
}

async function run(
  state: State,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<QueryResult<never>> {
  const messages =
    values === undefined ? [serialize.query(text)] : pipelineMessages([{ text, values }], false)
  const sent = values === undefined ? {} : { statements: 1 }
  const { results, failure } = await exchange(state, messages, sent)
  if (failure !== undefined) throw reported(state, failure.error, text, values)
  return (results.at(-1) ?? { rows: [], rowCount: 0 }) as QueryResult<never>
}

interface Copy {
  readonly text: string
  readonly data: string
  readonly copies: SessionOptions['copies']
}

async function copyIn(state: State, { text, data, copies }: Copy): Promise<QueryResult<never>> {
  const query = serialize.query(text)
  const { results, failure } = await (copies === 'at once'
    ? exchange(state, [query, ...copyMessages(data)], { copy: () => {} })
    : exchange(state, [query], { copy: (isWanted) => sendCopyData(state.wire, data, isWanted) }))
  if (failure === undefined) return { rows: [], rowCount: results.at(-1)?.rowCount ?? 0 }
  throw sqlstateOf(failure.error) === undefined ? (state.lost ?? failure.error) : failure.error
}

async function pipeline(
  state: State,
  statements: readonly PipelineStatement[],
  onResult: ((index: number) => void) | undefined,
): Promise<PipelineResult> {
  const messages = pipelineMessages(statements, onResult !== undefined)
  const sent = { onResult, statements: statements.length }
  const { results, failure } = await exchange(state, messages, sent)
  if (failure === undefined) return { results }
  const { index, error } = failure
  const { text, values } = statements[index] ?? {}
  return { results, failure: { index, error: reported(state, error, text, values) } }
}

/** Routines of the server that report a timeout, a cancel or a deadlock, in words of their own alone. */
const QUOTES_NOTHING: ReadonlySet<string> = new Set(['ProcessInterrupts', 'DeadLockReport'])

/** What ended the connection, or the server's own error, without the password that it may quote. */
function reported(
  state: State,
  error: unknown,
  text: string | undefined,
  values: readonly unknown[] | undefined,
): unknown {
  if (sqlstateOf(error) === undefined) return state.lost ?? error
  if (QUOTES_NOTHING.has(serverErrorOf(error)?.routine ?? '')) return error
  for (const field of ['message', 'hint'] as const) {
    const said = error instanceof Error && Reflect.get(error, field)
    if (typeof said === 'string') {
      Reflect.set(Object(error), field, withoutSecrets(said, text ?? '', values))
    }
  }
  return error
}

async function close(state: State, waitFor: 'server' | 'flush'): Promise<void> {
  const isBusy = state.exchange !== undefined || state.lost !== undefined
  state.lost ??= new ConnectionLostError('the session was closed')
  const { stream } = state.wire
  if (!stream.closed) {
    const done = new AbortController()
    const patience = delay(CLOSE_MS, undefined, { signal: done.signal }).catch(() => {})
    const ended = new Promise<void>((resolve) => {
      stream.once('close', resolve)
      if (waitFor === 'flush') stream.once('finish', resolve)
    })
    if (isBusy) stream.destroy()
    else stream.end(serialize.end())
    await Promise.race([ended, patience])
    done.abort()
  }
  stream.destroy()
}
