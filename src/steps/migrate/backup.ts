import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { libpqEnvironment } from './program-environment.ts'
import type { Run } from './run.ts'
import { commandName, type ProgramUse, runProgram, runUnderLock } from './run-program.ts'

const BACKUP: ProgramUse = { word: 'backup', failed: 'BACKUP_FAILED', notFound: 'BACKUP_FAILED' }

const NOTHING_APPLIED = 'The backup was under way, and nothing was applied.'

/**
 * Runs PGATE_BACKUP_COMMAND, if there is one, to its end. It gets the connection as libpq's variables, so
 * that `pg_dump` needs no URL in its arguments.
 * @throws {GateError} BACKUP_FAILED, LOCK_LOST, MIGRATION_CONNECTION_LOST, or the reason of the aborted signal
 */
export async function backUp(run: Run): Promise<void> {
  const { backupCommand: words, connection } = run.context.config
  if (words === undefined || connection === undefined) return
  const { clock, log } = run.context
  const name = commandName(words)
  const startedAt = clock.now()
  const environment = libpqEnvironment(connection, run.context.environment ?? {})
  const back = (context: StepContext) =>
    runProgram({ ...context, environment }, words, undefined, BACKUP)
  try {
    await runUnderLock(run, name, back)
  } catch (error) {
    throw untouched(error)
  }
  const durationMs = Math.round(clock.now() - startedAt)
  log.info('backup.done', `${name} has made the backup`, { backup: name, durationMs })
}

/** What ended it from outside does not know that nothing was begun. */
function untouched(error: unknown): unknown {
  if (!(error instanceof GateError) || error.code === 'BACKUP_FAILED') return error
  const { code, message, facts, hint, cause } = error
  const next = code.startsWith('INTERRUPTED') ? 'Run pgate again when it is wanted.' : hint
  return new GateError(code, message, { facts, hint: `${NOTHING_APPLIED} ${next}`, cause })
}
