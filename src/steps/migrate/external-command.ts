import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { StepContext } from '../../config/context.ts'
import { GateError, messageOf } from '../../errors/error.ts'
import { tableNames } from '../../formats/formats.ts'
import { type ProgramEnd, runExternalProgram } from '../../helpers/program.ts'
import { readMigrationState } from '../../store/state.ts'
import type { Migrator } from './migrator.ts'

/** How many lines of its output a failure repeats. */
const LAST_LINES = 10

/**
 * A migrator that is another program: it is started under the gate's lock, connects by itself, and
 * has done its work where it ends with 0. What it would do only it knows, so it is always started.
 * @see docs/decisions/0074-any-migrator.md
 */
export function externalCommand(words: readonly string[]): Migrator {
  // Its arguments may hold a secret.
  const name = basename(words[0] ?? '')
  return {
    fingerprint: () => createHash('sha256').update(JSON.stringify(words)).digest('hex'),
    expected: () => undefined,
    pending: async () => undefined,
    apply: async (context, session, { lock }) => {
      await lock.acquire()
      const signal = AbortSignal.any([context.signal, lock.held().lost])
      await run({ ...context, signal }, name, words)
      const { versions } = await readMigrationState(session, tableNames(context.config))
      return Object.freeze({ applied: [], versions, ahead: false, command: name })
    },
  }
}

async function run(context: StepContext, name: string, words: readonly string[]): Promise<void> {
  const { log, signal } = context
  const hide = hidingPasswords(context)
  const last: string[] = []
  const onLine = (text: string) => {
    const line = hide(text)
    last.push(line)
    if (last.length > LAST_LINES) last.shift()
    log.info('migrator.output', line, { migrator: name })
  }
  log.info('migrator.started', `Running ${name}`, { migrator: name })
  let end: ProgramEnd
  try {
    end = await runExternalProgram(words, { signal, onLine })
  } catch (error) {
    throw notStarted(name, error)
  }
  // Ended by us: what it ended with says nothing.
  signal.throwIfAborted()
  if (end.code !== 0) throw failed(name, end, last)
}

/** The passwords of the connections, out of what the program says. */
function hidingPasswords({ config }: StepContext): (line: string) => string {
  const passwords = [config.connection, config.adminConnection].flatMap((target) =>
    target?.password === undefined || target.password === '' ? [] : [target.password],
  )
  const spelled = passwords.flatMap((one) => [one, encodeURIComponent(one)])
  return (line) => spelled.reduce((text, one) => text.replaceAll(one, '***'), line)
}

function notStarted(name: string, error: unknown): GateError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
  const reason = REASONS[code] ?? messageOf(error)
  return new GateError('MIGRATOR_NOT_FOUND', `${name} cannot be started: ${reason} (${code})`, {
    facts: { migrator: name, reason: code },
    cause: error,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such program on the PATH',
  EACCES: 'it is not executable for this user',
}

function failed(name: string, { code, signal }: ProgramEnd, last: readonly string[]): GateError {
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
  const memory = signal === 'SIGKILL' ? ', which is most often because memory ran out' : ''
  const output = last.map((line) => `  ${line}`)
  const message = [`${name} ${how}${memory}${last.length === 0 ? '' : ':'}`, ...output].join('\n')
  return new GateError('MIGRATOR_FAILED', message, {
    facts: { migrator: name, code, signal },
  })
}
