import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * testcontainers, asked to do without its reaper where the reaper's image is not on this machine:
 * it would be pulled, which fails offline. So the code that starts a container has to stop it.
 * @see https://node.testcontainers.org/configuration/
 */
export async function containers(): Promise<typeof import('testcontainers')> {
  if (process.env.TESTCONTAINERS_RYUK_DISABLED === undefined && !(await hasReaper())) {
    process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  }
  return import('testcontainers')
}

async function hasReaper(): Promise<boolean> {
  const { stdout } = await run('docker', ['image', 'ls', '--quiet', 'testcontainers/ryuk'])
  return stdout.trim() !== ''
}
