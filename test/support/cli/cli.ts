import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** With `TEST_EXECUTABLE=1` the tests run what the image runs in place of the module. */
const [PROGRAM, ...FIRST_ARGS] =
  process.env.TEST_EXECUTABLE === '1'
    ? [built('executable/pgate')]
    : [process.execPath, built('dist/pgate.mjs')]

/** The words that start it, for a script that calls it by another name. */
export const PGATE_WORDS: readonly string[] = [PROGRAM, ...FIRST_ARGS]

function built(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url))
}

export interface PgateOptions {
  /** All that the program sees besides PATH: nothing of the caller's own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Standard input; absent: empty and closed. */
  readonly input?: string
  /** Then it is killed, and `signal` is SIGKILL; 60 000 by default. */
  readonly timeoutMs?: number
}

export interface PgateResult {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

/** A pgate that runs. */
export interface RunningPgate {
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** Resolves when standard output or error has what is looked for; rejects when it ends before. */
  says(pattern: RegExp): Promise<void>
  /** What it said so far. */
  output(): { readonly stdout: string; readonly stderr: string }
  readonly ended: Promise<PgateResult>
}

/** Runs the built program to its end. Never rejects for an exit code. */
export function runPgate(
  args: readonly string[],
  options: PgateOptions = {},
): Promise<PgateResult> {
  return startPgate(args, options).ended
}

/** Starts the built program as a process of its own. */
export function startPgate(args: readonly string[], options: PgateOptions = {}): RunningPgate {
  const start = performance.now()
  const child = spawn(PROGRAM, [...FIRST_ARGS, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, ...options.env },
  })
  // A program that ends without reading its input closes the pipe: that is its right.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input ?? '')
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk
    })
  }
  const killer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000)
  const ended = new Promise<PgateResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => {
      clearTimeout(killer)
      resolve({ exitCode, signal, ...said, durationMs: performance.now() - start })
    })
  })
  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    says: (pattern) => untilSaid(child, said, pattern),
    output: () => ({ ...said }),
    ended,
  }
}

type Said = { readonly stdout: string; readonly stderr: string }

async function untilSaid(child: ChildProcess, said: Said, pattern: RegExp): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (pattern.test(said.stdout) || pattern.test(said.stderr)) resolve()
    }
    look()
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('close', () => {
      look()
      reject(new Error(`pgate ended without saying ${pattern}:\n${said.stdout}${said.stderr}`))
    })
  })
}
