import { spawn } from 'node:child_process'
import { basename } from 'node:path'

/** A program as it is to be started; it sees these variables, PATH, HOME and nothing else. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Then it is killed: a tool that waits for ever is no reason to wait with it; 15 minutes. */
  readonly timeoutMs?: number
}

export interface Ended {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null
  /** From just before it was started until it had ended. */
  readonly wallMs: number
  /** `performance.now()` when it had ended. */
  readonly endedAt: number
  readonly stdout: string
  /** Standard output and standard error, as they came. */
  readonly said: string
}

const TIMEOUT_MS = 15 * 60 * 1000

/** Runs a command to its end. Never rejects for an exit code. */
export function runCommand(command: Command): Promise<Ended> {
  const { program, args, env = {}, cwd, timeoutMs = TIMEOUT_MS } = command
  const startedAt = performance.now()
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  let [stdout, said] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    said += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  let endedAt = startedAt
  // Not `close`, which comes once the pipes have been read as well.
  child.once('exit', () => {
    endedAt = performance.now()
  })
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      clearTimeout(killer)
      reject(error)
    })
    child.once('close', (exitCode) => {
      clearTimeout(killer)
      resolve({ exitCode, wallMs: endedAt - startedAt, endedAt, stdout, said })
    })
  })
}

/**
 * What a tool said of its failure: from the first line that begins with an error on, else the last
 * line; stack frames are left out.
 */
export function lastWords(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
  const first = lines.findIndex((line) => /^\S*error\b/i.test(line))
  return lines.slice(first).join('\n')
}

/**
 * Runs a command that has to succeed.
 * @throws Error with what it said last, where it does not
 */
export async function mustRun(command: Command): Promise<Ended> {
  const ended = await runCommand(command)
  if (ended.exitCode === 0) return ended
  const said = lastWords(ended.said)
  throw new Error(`${basename(command.program)} ended with ${ended.exitCode}: ${said}`)
}
