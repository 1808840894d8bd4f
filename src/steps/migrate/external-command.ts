import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { useSmallHeap } from '../../base/v8-flags.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError, messageOf } from '../../errors/error.ts'
import { tableNames } from '../../formats/formats.ts'
import { type ProgramEnd, runExternalProgram } from '../../helpers/program.ts'
import { sessionEnd } from '../../postgres/session/session-limits.ts'
import { isConnectionLost } from '../../postgres/sql/sqlstate.ts'
import { checkReached } from './check-reached.ts'
import { hidePasswords, passwordsOf } from './hide-passwords.ts'
import type { Migrator } from './migrator.ts'
import { programEnvironment } from './program-environment.ts'
import { type Run, resetSession, startRun } from './run.ts'
import { noteUnseen } from './watch/end-blockers.ts'

/** How many lines of its output a failure repeats, a message above its stack among them, and how much of each. */
const LAST_LINES = 20
const LAST_LINE_LENGTH = 1_000
/** How often it is asked whether the session has the gate's lock still. */
const LOOK_MS = 2_000

/**
 * A migrator that is another program: it is started under the gate's lock, connects by itself, and
 * has done its work where it ends with 0 and the folder's heads are reached. What it would do only it knows:
 * it is started where anything has changed since the last proof.
 * @see docs/decisions/0074-any-migrator.md
 */
export function externalCommand(words: readonly string[]): Migrator {
  const name = commandName(words)
  return {
    expected: () => undefined,
    apply: async (context, session, request) => {
      const { lock, isProved = async () => false, inputs } = request
      const outcome = { applied: [], ahead: false, command: name } as const
      const isHeld = await lock.acquire(async () => !(await isProved()))
      const { history } = tableNames(context.config)
      if (!isHeld || (await isProved())) {
        const versions = await history.read(session)
        return Object.freeze({ ...outcome, versions, byAnother: true, isUnstarted: true })
      }
      const run = startRun(context, session, request)
      noteUnseen(run)
      if (inputs === undefined) noteInputs(context, name)
      const checkLock = () => checkedLock(run, name)
      await checkLock()
      await runUnderLock(run.context, checkLock, (locked) => runProgram(locked, words))
      await checkReached(context, session, name)
      return Object.freeze({ ...outcome, versions: await history.read(session) })
    },
  }
}

/** Where nothing says what it works with, no start can spare it. */
function noteInputs({ log, config }: StepContext, name: string): void {
  if (config.migrateAlways) return
  log.warn(
    'migrator.inputs',
    `${name} is started every time: PGATE_MIGRATIONS (${config.migrations}) is no folder with files, and PGATE_MIGRATE_INPUTS names none. Name what it reads, and it is started where that has changed; PGATE_MIGRATE_ALWAYS=true says that this is meant`,
    { migrator: name },
  )
}

/** Lends a signal that aborts, too, when the lock is lost while nobody writes in the session. */
async function runUnderLock(
  context: StepContext,
  checkLock: () => Promise<void>,
  use: (context: StepContext) => Promise<void>,
): Promise<void> {
  const over = new AbortController()
  const lost = new AbortController()
  const watch = async () => {
    for (;;) {
      await context.clock.sleep(LOOK_MS, over.signal)
      await checkLock()
    }
  }
  const watching = watch().catch((error: unknown) => {
    if (!over.signal.aborted) lost.abort(error)
  })
  try {
    await use({ ...context, signal: AbortSignal.any([context.signal, lost.signal]) })
  } catch (error) {
    // What has ended the session may have ended the program, too.
    if (!context.signal.aborted && !lost.signal.aborted) await checkLock()
    throw error
  } finally {
    over.abort()
    await watching
  }
  await checkLock()
}

/** @throws {GateError} LOCK_LOST, MIGRATION_CONNECTION_LOST */
async function checkedLock(run: Run, name: string): Promise<void> {
  try {
    await resetSession(run)
  } catch (error) {
    if (!isConnectionLost(error)) throw error
    const { reason, sqlstate } = sessionEnd(error)
    const said = reason === undefined ? '' : `; the server said: ${reason}`
    throw new GateError(
      'MIGRATION_CONNECTION_LOST',
      `the connection that holds the gate's lock was lost while ${name} ran, and it was stopped${said}`,
      { facts: { migrator: name, sqlstate }, cause: error },
    )
  }
}

/** How a program is called in messages: its arguments may hold a secret. */
export function commandName([path = '']: readonly string[]): string {
  return basename(path)
}

/**
 * Runs it to its end, its output in the log.
 * @param onData gets its standard output instead
 * @throws {GateError} MIGRATOR_FAILED, MIGRATOR_NOT_FOUND, or the reason of the context's signal
 */
export async function runProgram(
  context: StepContext,
  words: readonly string[],
  onData?: (piece: string) => void,
): Promise<void> {
  const name = commandName(words)
  const { config, log, signal, unsent = () => 0 } = context
  const last: string[] = []
  const onLine = (line: string) => {
    const { length } = line
    last.push(length <= LAST_LINE_LENGTH ? line : `${line.slice(0, LAST_LINE_LENGTH)} …`)
    if (last.length > LAST_LINES) last.shift()
    log.info('migrator.output', line, { migrator: name })
  }
  log.info('migrator.started', `Running ${name}`, { migrator: name })
  let end: ProgramEnd
  try {
    // What it prints is dropped as soon as it is written.
    useSmallHeap()
    const hide = hidePasswords(passwordsOf(config))
    const env = programEnvironment(context)
    const graceMs = config.stopGraceMs
    const output = { onLine, hide, unsent, ...(onData && { onData }) }
    end = await runExternalProgram(words, { env, signal, graceMs, ...output })
  } catch (error) {
    throw signal.aborted ? error : notStarted(name, words, error)
  }
  // Ended by us: what it ended with says nothing.
  signal.throwIfAborted()
  if (end.leftRest) {
    const message = `${name} has ended, and something that it had started had not: that was ended, too`
    log.warn('migrator.left', message, { migrator: name })
  }
  if (end.code !== 0) throw failed(name, end, last)
}

function notStarted(name: string, [path = '']: readonly string[], error: unknown): GateError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  const known = code === 'EACCES' && isDirectory(path) ? 'it is a directory' : REASONS[code]
  const reason = known ?? messageOf(error)
  return new GateError('MIGRATOR_NOT_FOUND', `${name} cannot be started: ${reason} (${code})`, {
    facts: { migrator: name, reason: code },
    cause: error,
  })
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'not found, or the interpreter that it names is missing',
  EACCES: 'it is not executable for this user',
}

function failed(name: string, { code, signal }: ProgramEnd, last: readonly string[]): GateError {
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
  const memory = signal === 'SIGKILL' ? ', which is most often because memory ran out' : ''
  const output = last.map((line) => `  ${line}`)
  const message = [`${name} ${how}${memory}${last.length === 0 ? '' : ':'}`, ...output].join('\n')
  return new GateError('MIGRATOR_FAILED', message, {
    facts: { migrator: name, code, signal },
    ...(last.length === 0 && { hint: SILENT_HINT }),
  })
}

const SILENT_HINT =
  'It has said nothing: run it by hand, with what makes it say more. What it had committed stands; the next run starts it again.'
