import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How it ended, and what it said. */
export interface DbmateResult {
  readonly exitCode: number
  readonly output: string
}

/** Runs dbmate on a folder and a database; never rejects for an exit code. */
export async function runDbmate(
  program: string,
  on: {
    readonly url: string
    readonly folder: string
    readonly env?: Readonly<Record<string, string>>
  },
  ...args: readonly string[]
): Promise<DbmateResult> {
  const url = new URL(on.url)
  url.protocol = 'postgres:'
  url.searchParams.set('sslmode', 'disable')
  const options = ['--no-dump-schema', '--migrations-dir', on.folder, '--url', url.href]
  const env = { ...process.env, ...on.env }
  return run(program, [...options, ...args], { env }).then(
    ({ stdout, stderr }) => ({ exitCode: 0, output: `${stdout}${stderr}` }),
    (error: { code?: unknown; stdout?: string; stderr?: string }) => {
      if (typeof error.code !== 'number') throw error
      return { exitCode: error.code, output: `${error.stdout}${error.stderr}` }
    },
  )
}
