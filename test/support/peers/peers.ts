import { execFile } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inject } from 'vitest'

const run = promisify(execFile)

/** The folder of the other tools that npm has; each version is pinned in its package.json. */
export const PEERS = join(import.meta.dirname, '../../peers')

/**
 * The real tools, installed once into test/peers by npm. Of the programs of dbmate and squawk, which they
 * have for all platforms as optional packages, the ones for this machine.
 * @returns the folder of their commands; undefined where npm has them not for this machine, or cannot
 *   be asked
 */
export async function findPeers(): Promise<string | undefined> {
  const { dependencies } = JSON.parse(await readFile(join(PEERS, 'package.json'), 'utf8'))
  const platform = `${process.platform}-${process.arch}`
  const programs = { [`@dbmate/${platform}`]: 'dbmate', [`@squawk-cli/${platform}`]: 'squawk-cli' }
  const wanted = [...Object.keys(dependencies), ...Object.keys(programs)]
  if (!(await areThere(wanted))) {
    const options = ['--no-save', '--no-package-lock', '--omit=optional', '--fetch-retries=0']
    const exact = Object.entries(programs).map(([name, tool]) => `${name}@${dependencies[tool]}`)
    await run('npm', ['install', '--prefix', PEERS, ...options, ...exact], {
      timeout: 120_000,
    }).catch(() => undefined)
  }
  return (await areThere(wanted)) ? join(PEERS, 'node_modules/.bin') : undefined
}

async function areThere(packages: readonly string[]): Promise<boolean> {
  const found = packages.map((name) => access(join(PEERS, 'node_modules', name, 'package.json')))
  return Promise.all(found).then(
    () => true,
    () => false,
  )
}

/** Whether they are there for this run. */
export function peersAreThere(): boolean {
  return inject('environment').peers !== undefined
}

/** The PATH on which their commands are found first. */
export function pathOfPeers(): string {
  return `${inject('environment').peers}:${process.env.PATH}`
}

/** Runs one in a project; rejects, with what it said, where it fails. */
export async function runPeer(
  { folder, url }: { readonly folder: string; readonly url: string },
  [program = '', ...args]: readonly string[],
): Promise<string> {
  const env = { PATH: pathOfPeers(), DATABASE_URL: url }
  const { stdout, stderr } = await run(program, args, { cwd: folder, env })
  return `${stdout}${stderr}`
}
