import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const PEERS = join(import.meta.dirname, '../../peers')
const PROGRAM = join(PEERS, 'node_modules/.bin/dbmate')

/**
 * The real dbmate, installed once into test/peers by npm: its own dependencies name the programs of
 * all platforms, and this machine needs one.
 * @returns undefined where npm has none for this machine, or cannot be asked
 */
export async function findDbmate(): Promise<string | undefined> {
  if (await isThere()) return PROGRAM
  const { dependencies } = JSON.parse(await readFile(join(PEERS, 'package.json'), 'utf8'))
  const program = `@dbmate/${process.platform}-${process.arch}@${dependencies.dbmate}`
  const install = [
    'install',
    '--prefix',
    PEERS,
    '--no-save',
    '--no-package-lock',
    '--omit=optional',
    '--fetch-retries=0',
  ]
  return run('npm', [...install, program], { timeout: 60_000 }).then(
    async () => ((await isThere()) ? PROGRAM : undefined),
    () => undefined,
  )
}

async function isThere(): Promise<boolean> {
  return access(PROGRAM).then(
    () => true,
    () => false,
  )
}

/** How it ended, and what it said. */
export interface DbmateResult {
  readonly exitCode: number
  readonly output: string
}

/** Runs dbmate on a folder and a database; never rejects for an exit code. */
export async function runDbmate(
  program: string,
  on: { readonly url: string; readonly folder: string },
  ...args: readonly string[]
): Promise<DbmateResult> {
  const url = new URL(on.url)
  url.protocol = 'postgres:'
  url.searchParams.set('sslmode', 'disable')
  const options = ['--no-dump-schema', '--migrations-dir', on.folder, '--url', url.href]
  return run(program, [...options, ...args]).then(
    ({ stdout, stderr }) => ({ exitCode: 0, output: `${stdout}${stderr}` }),
    (error: { code?: unknown; stdout?: string; stderr?: string }) => {
      if (typeof error.code !== 'number') throw error
      return { exitCode: error.code, output: `${error.stdout}${error.stderr}` }
    },
  )
}
