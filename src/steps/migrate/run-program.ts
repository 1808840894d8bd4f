import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { useSmallHeap } from '../../base/v8-flags.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError, messageOf } from '../../errors/error.ts'
import type { FailureCode } from '../../errors/failures.ts'
import { type ProgramEnd, runExternalProgram } from '../../helpers/program.ts'
import { sessionEnd } from '../../postgres/session/session-limits.ts'
import { isConnectionLost } from '../../postgres/sql/sqlstate.ts'
import { hidePasswords, passwordsOf } from './hide-passwords.ts'
import { programEnvironment } from './program-environment.ts'
import { type Run, resetSession } from './run.ts'

/** How many lines of its output a failure repeats, a message above its stack among them, and how much of each. */
const LAST_LINES = 20
const LAST_LINE_LENGTH = 1_000
/** How often it is asked whether the session has the gate's lock still. */
const LOOK_MS = 2_000

/**
 * Lends a signal that aborts, too, when the lock is lost while nobody writes in the session.
 * @param name of the program that runs meanwhile
 * @throws {GateError} LOCK_LOST, MIGRATION_CONNECTION_LOST
 */
export async function runUnderLock(
  run: Run,
  name: string,
  use: (context: StepContext) => Promise<void>,
): Promise<void> {
  const { context } = run
  const checkLock = () => checkedLock(run, name)
  await checkLock()
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
    const { reason, facts } = sessionEnd(error)
    const said = reason === undefined ? '' : `; the server said: ${reason}`
    throw new GateError(
      'MIGRATION_CONNECTION_LOST',
      `the connection that holds the gate's lock was lost while ${name} ran, and it was stopped${said}`,
      { facts: { program: name, ...facts }, cause: error },
    )
  }
}

/** What a program is started for: the word of its log lines, and what its failures are. */
export interface ProgramUse {
  readonly word: 'migrator' | 'backup'
  readonly failed: FailureCode
  readonly notFound: FailureCode
  /** What to do where it has failed without a word; absent: the remedy of `failed`. */
  readonly silentHint?: string
}

const MIGRATOR: ProgramUse = {
  word: 'migrator',
  failed: 'MIGRATOR_FAILED',
  notFound: 'MIGRATOR_NOT_FOUND',
  silentHint:
    'It has said nothing: run it by hand, with what makes it say more. What it had committed stands; the next run starts it again.',
}

/** How a program is called in messages: its arguments may hold a secret. */
export function commandName([path = '']: readonly string[]): string {
  return basename(path)
}

/**
 * Runs it to its end, its output in the log.
 * @param onData gets its standard output instead
 * @throws {GateError} as `use` has it (MIGRATOR_FAILED, MIGRATOR_NOT_FOUND), or the reason of the context's signal
 */
export async function runProgram(
  context: StepContext,
  words: readonly string[],
  onData?: (piece: string) => void,
  use: ProgramUse = MIGRATOR,
): Promise<void> {
  const name = commandName(words)
  const { word } = use
  const { config, log, signal, unsent = () => 0 } = context
  const last: string[] = []
  const onLine = (line: string) => {
    const { length } = line
    last.push(length <= LAST_LINE_LENGTH ? line : `${line.slice(0, LAST_LINE_LENGTH)} …`)
    if (last.length > LAST_LINES) last.shift()
    log.info(`${word}.output`, line, { [word]: name })
  }
  log.info(`${word}.started`, `Running ${name}`, { [word]: name })
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
    throw signal.aborted ? error : notStarted(use, words, error)
  }
  // Ended by us: what it ended with says nothing.
  signal.throwIfAborted()
  if (end.leftRest) {
    const message = `${name} has ended, and something that it had started had not: that was ended, too`
    log.warn(`${word}.left`, message, { [word]: name })
  }
  if (end.code !== 0) throw failed(use, name, { ...end, last })
}

function notStarted(
  { word, notFound }: ProgramUse,
  words: readonly string[],
  error: unknown,
): GateError {
  const [path = ''] = words
  const name = commandName(words)
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  const known = code === 'EACCES' && isDirectory(path) ? 'it is a directory' : REASONS[code]
  const reason = known ?? messageOf(error)
  return new GateError(notFound, `${name} cannot be started: ${reason} (${code})`, {
    facts: { [word]: name, reason: code },
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

function failed(
  use: ProgramUse,
  name: string,
  { code, signal, last }: ProgramEnd & { readonly last: readonly string[] },
): GateError {
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
  const memory = signal === 'SIGKILL' ? ', which is most often because memory ran out' : ''
  const output = last.map((line) => `  ${line}`)
  const message = [`${name} ${how}${memory}${last.length === 0 ? '' : ':'}`, ...output].join('\n')
  return new GateError(use.failed, message, {
    facts: { [use.word]: name, code, signal },
    ...(last.length === 0 && use.silentHint !== undefined && { hint: use.silentHint }),
  })
}
