import { spawn } from 'node:child_process'

export interface DockerOptions {
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Standard input; absent: empty. */
  readonly input?: string
  /** Then it is ended, and the exit code is null; 240 000 by default, below a test's own limit. */
  readonly timeoutMs?: number
}

export interface DockerResult {
  /** The container's own, where the command is `run` or `wait`. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the `docker` command to its end. Never rejects for an exit code. */
export function docker(
  args: readonly string[],
  { env = {}, cwd, input = '', timeoutMs = 240_000 }: DockerOptions = {},
): Promise<DockerResult> {
  const child = spawn('docker', args, {
    cwd,
    env: { ...process.env, ...env },
    timeout: timeoutMs,
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk
    })
  }
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, ...said }))
  })
}

/**
 * What the command says on standard output, trimmed.
 * @throws Error with all that it said, where it fails
 */
export async function dockerOutput(
  args: readonly string[],
  options?: DockerOptions,
): Promise<string> {
  const { exitCode, stdout, stderr } = await docker(args, options)
  if (exitCode === 0) return stdout.trim()
  throw new Error(`docker ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`)
}

/** The last line with anything on it. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
