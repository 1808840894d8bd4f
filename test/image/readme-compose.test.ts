import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readmeBlock } from '../support/cli/readme.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { dockerOutput } from '../support/docker/docker.ts'
import { uniqueName, useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

const [first] = servers({ docker: true, vector: true })
const oneServer = first === undefined ? [] : [first]

describe.each(oneServer)("README's compose file, on $name,", (server) => {
  it('takes the URL from a secret and starts the API behind the gate', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgate-readme-'))
    try {
      await cp(MAI_MIGRATIONS, join(folder, 'migrations'), { recursive: true })
      await writeFile(join(folder, 'docker-compose.yml'), readmeBlock('yaml', 'depends_on'))
      await withServerNetwork(server, (network) =>
        withDatabase(server, async ({ url }) => {
          await writeFile(join(folder, 'database_url'), network.urlInside(url))
          // The gate's user is not this one.
          await chmod(join(folder, 'database_url'), 0o644)
          await writeFile(join(folder, 'override.json'), override(network.name))
          await expectStart(folder)
        }),
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** The names that README leaves to its reader: two images and the database's network. */
function override(network: string): string {
  const api = { image: 'debian:trixie-slim', command: ['echo', 'the API has started'] }
  const networks = { default: { name: network, external: true } }
  return JSON.stringify({ services: { pgate: { image: image.tag }, api }, networks })
}

async function expectStart(folder: string): Promise<void> {
  const env = {
    COMPOSE_PROJECT_NAME: uniqueName(),
    COMPOSE_FILE: 'docker-compose.yml:override.json',
  }
  try {
    // In the foreground it ends when both have.
    await dockerOutput(['compose', 'up'], { cwd: folder, env })
    const logs = (service: string) =>
      dockerOutput(['compose', 'logs', '--no-log-prefix', service], { cwd: folder, env })
    // Two streams in one listing: which of their last lines comes last is chance.
    expect(await logs('pgate')).toMatch(/^gate open \(exit 0\)/m)
    expect(await logs('api')).toBe('the API has started')
  } finally {
    await dockerOutput(['compose', 'down', '--timeout', '1'], { cwd: folder, env })
  }
}
