import { inject } from 'vitest'
import { type Clock, SYSTEM_CLOCK } from '../../../src/base/clock.ts'
import type { Host, Stream } from '../../../src/cli/command.ts'
import { runCommandLine } from '../../../src/cli/program.ts'
import { type PgateOptions, type PgateResult, runPgate } from './cli.ts'

/** The wall clock of a call: what new files are named after. */
export const CALLED_AT = '2026-11-20T09:05:07.123Z'

export interface Called {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Calls pgate inside this process, from its sources: for commands that need no server. It sees
 * these variables alone, says nothing but errors in its log, and always has the same time.
 */
export function callPgate(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Called> {
  const quiet = { PGATE_LOG_LEVEL: 'error', PGATE_LOG_FORMAT: 'pretty', ...env }
  return call(args, quiet, { ...SYSTEM_CLOCK, date: () => new Date(CALLED_AT) })
}

/**
 * As `runPgate`, inside this process and from its sources, for a quarter of the processor time: for
 * what pgate does to a database. `onTerminal`: standard output is one, with colors. In the `long` project and with TEST_EXECUTABLE it is `runPgate`.
 */
export async function runPgateHere(
  args: readonly string[],
  { env = {}, onTerminal = false }: Pick<PgateOptions, 'env'> & { onTerminal?: boolean } = {},
): Promise<PgateResult> {
  const isApart = inject('long') || process.env.TEST_EXECUTABLE === '1'
  if (isApart && !onTerminal) return runPgate(args, { env })
  const start = performance.now()
  // The program takes no words for `gate`: src/edge.ts.
  const words = args.length === 0 ? ['gate'] : args
  const called = await call(tried(words, env), env, SYSTEM_CLOCK, onTerminal)
  return { ...called, signal: null, durationMs: performance.now() - start }
}

/** The commands that try something in a database of their own. */
const TRYING = ['manifest', 'accept']

/**
 * What is tried is tried on the server that the test talks to: for a tenth of what a start of the
 * built-in PostgreSQL costs, which the `long` project has, and a call without DATABASE_URL.
 */
function tried(words: readonly string[], env: Readonly<Record<string, string>>): readonly string[] {
  const chosen = words.some((word) => ['--shadow-url', '--from-database', '--'].includes(word))
  if (chosen || !TRYING.includes(words[0] ?? '')) return words
  const server = inject('servers').find(({ url }) => hostOf(url) === hostOf(env.DATABASE_URL))
  return server === undefined ? words : [...words, '--shadow-url', server.url]
}

function hostOf(url = ''): string | null {
  return URL.canParse(url) ? new URL(url).host : null
}

async function call(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  clock: Clock,
  onTerminal = false,
): Promise<Called> {
  const stdout = recorder(onTerminal)
  const stderr = recorder()
  const host: Host = {
    args,
    env,
    home: '/nowhere',
    userName: 'nobody',
    hostName: 'here',
    pid: process.pid,
    isAlive: () => false,
    ask: async () => null,
    readInput: async () => null,
    clock,
    interrupt: new AbortController().signal,
    forceExit: new AbortController().signal,
    stdout: stdout.stream,
    stderr: stderr.stream,
    terminationLog: '/nowhere/termination-log',
  }
  const exitCode = await runCommandLine(host)
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() }
}

function recorder(onTerminal = false): { readonly stream: Stream; readonly text: () => string } {
  const written: string[] = []
  const stream: Stream = {
    write: (text) => written.push(text),
    isTerminal: onTerminal,
    hasColors: onTerminal,
  }
  return { stream, text: () => written.join('') }
}
