import { type Clock, SYSTEM_CLOCK } from '../../../src/base/clock.ts'
import type { Log, LogFields } from '../../../src/base/log.ts'
import type { StepContext } from '../../../src/config/context.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { GateError } from '../../../src/errors/error.ts'
import { serverDatabase } from '../../../src/postgres/connect/connection.ts'
import { type Session, withSession } from '../../../src/postgres/session/session.ts'

export interface LoggedLine {
  readonly event: string
  readonly message: string
  readonly fields: LogFields
}

/** A step's context whose log is a list, and a promise of what will be logged. */
export interface TestContext extends StepContext {
  readonly logged: readonly LoggedLine[]
  /** Resolves with the first line that fits, logged already or to come. */
  readonly untilLogged: (fits: (line: LoggedLine) => boolean) => Promise<LoggedLine>
}

/** A context for one step, configured by these variables alone. */
export function stepContext(
  env: Readonly<Record<string, string>>,
  more: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): TestContext {
  const logged: LoggedLine[] = []
  const listeners = new Set<(line: LoggedLine) => void>()
  const report = (event: string, message: string, fields: LogFields = {}) => {
    const line = { event, message, fields }
    logged.push(line)
    for (const listener of listeners) listener(line)
  }
  const log: Log = { debug: report, info: report, warn: report, error: report, child: () => log }
  const system = {
    readFile: () => '',
    fileMode: () => 0o600,
    home: '/nowhere',
    userName: 'nobody',
  }
  return {
    config: loadConfig(env, {}, system),
    log,
    clock: more.clock ?? SYSTEM_CLOCK,
    signal: more.signal ?? new AbortController().signal,
    unanswered: new Set(),
    environment: process.env,
    progress: () => {},
    logged,
    untilLogged: (fits) =>
      new Promise((resolve) => {
        const look = (line: LoggedLine) => {
          if (fits(line)) resolve(line)
        }
        listeners.add(look)
        logged.forEach(look)
      }),
  }
}

/** The database that a context's configuration names. */
export function databaseOf(context: StepContext) {
  if (context.config.connection === undefined) throw new Error('no connection is configured')
  return serverDatabase(context.config.connection, { version: 'test', warn: () => {} })
}

/** Lends one of pgate's own sessions to the database of a URL. */
export async function withTestSession<T>(
  url: string,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const database = databaseOf(stepContext({ DATABASE_URL: url }))
  const options = { timeoutMs: 5_000, signal: new AbortController().signal }
  return withSession(database, options, use)
}

/** The GateError that a promise is rejected with; anything else fails the test. */
export async function gateError(promise: Promise<unknown>): Promise<GateError> {
  const outcome = await promise.catch((error: unknown) => error)
  if (outcome instanceof GateError) return outcome
  throw new Error('no GateError came of it', { cause: outcome })
}
