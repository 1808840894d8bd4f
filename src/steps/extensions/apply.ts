import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { cancellable } from '../../postgres/session/cancel.ts'
import type { Session } from '../../postgres/session/session.ts'
import { liftSessionLimits, sessionEnd } from '../../postgres/session/session-limits.ts'
import {
  INSUFFICIENT_PRIVILEGE,
  isConnectionLost,
  type ServerError,
  serverErrorOf,
} from '../../postgres/sql/sqlstate.ts'
import { type Asker, actionFailed, type ExtensionRefusal, notPermitted } from './failures.ts'
import type { ExtensionAction, SkippedExtension } from './plan.ts'
import { describeAction, statementFor } from './statement.ts'

/** What became of one action. */
interface AppliedExtension {
  readonly name: string
  /** `present`: another session came first. */
  readonly outcome: 'created' | 'updated' | 'present'
  readonly durationMs: number
}

/** What became of the actions; frozen. */
export interface AppliedActions {
  readonly applied: readonly AppliedExtension[]
  /** Optional extensions that could not be set up after all. */
  readonly skipped: readonly SkippedExtension[]
}

/** What the actions are run with. */
interface Executor {
  readonly context: StepContext
  readonly session: Session
  /** Looks again at what one action was for: what is still to be done of it. */
  readonly replan: (action: ExtensionAction) => Promise<readonly ExtensionAction[]>
}

/**
 * Runs the actions in order, each in a transaction of its own, and goes on after one that the role
 * may not do, so that the failure names all of those at once. An optional one that fails is skipped.
 * @throws {GateError} EXTENSION_NOT_PERMITTED, EXTENSION_FAILED, CONNECTION_LOST, or the reason of
 *   the context's signal
 */
export async function runActions(
  executor: Executor,
  actions: readonly ExtensionAction[],
): Promise<AppliedActions> {
  const applied: AppliedExtension[] = []
  const skipped: SkippedExtension[] = []
  const refusals: ExtensionRefusal[] = []
  for (const action of actions) {
    const result = await runAction(executor, action)
    if (!('error' in result)) applied.push(result)
    else if (action.declared.optional === true) skipped.push(skip(executor, result))
    else if (result.error.sqlstate === INSUFFICIENT_PRIVILEGE) refusals.push(result)
    else throw actionFailed(action, result.error)
  }
  if (refusals.length > 0) throw notPermitted(refusals, await askerOf(executor))
  return Object.freeze({ applied, skipped })
}

function skip({ context }: Executor, { action, error }: ExtensionRefusal): SkippedExtension {
  const { name } = action
  const { sqlstate, message } = error
  const reason = sqlstate === INSUFFICIENT_PRIVILEGE ? 'not permitted' : 'failed'
  const said = `${describeAction(action)}: ${message} (SQLSTATE ${sqlstate}); it is optional, and left out`
  context.log.info('extension.skipped', said, { extension: name, reason, sqlstate })
  return Object.freeze({ name, reason })
}

/**
 * Runs one action. Where the server fails, looks whether another session came first, and tries
 * what remains to be done once more.
 */
async function runAction(
  executor: Executor,
  action: ExtensionAction,
  retried = false,
): Promise<AppliedExtension | ExtensionRefusal> {
  const { clock } = executor.context
  const started = clock.now()
  const error = await attempt(executor, action)
  const durationMs = Math.round(clock.now() - started)
  if (error === undefined) return logged(executor.context, action, durationMs)
  if (error.sqlstate === INSUFFICIENT_PRIVILEGE) return { action, error }
  const [left] = await executor.replan(action)
  if (left === undefined) return { name: action.name, outcome: 'present', durationMs }
  return retried ? { action, error } : runAction(executor, left, true)
}

/** Resolves with what the server had against it, or with undefined. */
async function attempt(
  { context, session }: Executor,
  action: ExtensionAction,
): Promise<ServerError | undefined> {
  context.progress(describeAction(action))
  try {
    await cancellable(session, context.signal, () =>
      session.query(`${liftSessionLimits(session, 'transaction')}; ${statementFor(action)}`),
    )
    return undefined
  } catch (error) {
    if (isConnectionLost(error)) throw connectionLost(action, error)
    const said = serverErrorOf(error)
    if (said === undefined) throw error
    return said
  }
}

function logged(
  { log }: StepContext,
  action: ExtensionAction,
  durationMs: number,
): AppliedExtension {
  const { name, kind } = action
  const outcome = kind === 'create' ? 'created' : 'updated'
  const more = kind === 'create' ? { brings: action.brings } : { from: action.from, to: action.to }
  log.info(`extension.${outcome}`, describeAction(action), { extension: name, ...more, durationMs })
  return Object.freeze({ name, outcome, durationMs })
}

function connectionLost(action: ExtensionAction, cause: unknown): GateError {
  const { reason, facts } = sessionEnd(cause)
  const said = reason === undefined ? '' : `; the server said: ${reason}`
  return new GateError(
    'CONNECTION_LOST',
    `the connection was lost: ${describeAction(action)}${said}`,
    {
      facts: { extension: action.name, action: action.kind, ...facts },
      cause,
    },
  )
}

async function askerOf({ context, session }: Executor): Promise<Asker> {
  const { rows } = await session.query<{ role: string; database: string }>(/* SQL */ `
    select
      current_user::pg_catalog.text as "role",
      pg_catalog.current_database()::pg_catalog.text as "database"
  `)
  const { role = '', database = '' } = rows[0] ?? {}
  return { role, database, admin: context.config.adminConnection !== undefined }
}
