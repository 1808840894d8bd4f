import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pageBlock } from '../support/cli/readme.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { docker, dockerOutput, lastLine } from '../support/docker/docker.ts'
import { ROOT, uniqueName, useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

const COPIES = pageBlock('docs/install.md', 'dockerfile', 'COPY --from')

/** Builds an image of the Dockerfile, with revisions next to it, and removes it afterwards. */
async function withApplication<T>(
  dockerfile: string,
  use: (tag: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-application-'))
  const tag = uniqueName()
  try {
    await cp(MAI_MIGRATIONS, join(folder, 'migrations'), { recursive: true })
    const text = dockerfile.replaceAll(/(FROM |--from=)pgate\b/g, `$1${image.tag}`)
    await writeFile(join(folder, 'Dockerfile'), text)
    await dockerOutput(['build', '--quiet', '--tag', tag, folder])
    return await use(tag)
  } finally {
    await docker(['image', 'rm', '--force', tag])
    await rm(folder, { recursive: true })
  }
}

/** The pre-deploy command of docs/railway.md. */
function preDeployCommand(): string {
  const [, command] =
    /^preDeployCommand = \["(.*)"\]$/m.exec(pageBlock('docs/railway.md', 'toml', 'preDeploy')) ?? []
  if (command === undefined) throw new Error('docs/railway.md shows no preDeployCommand')
  return command
}

const [first] = servers({ docker: true, vector: true })
const oneServer = first === undefined ? [] : [first]

describe.each(oneServer)('an application with pgate copied into its image, on $name,', (server) => {
  it.each(['node:24-slim', 'debian:trixie-slim'])('opens the gate from %s', async (base) => {
    await withApplication(`FROM ${base}\n${COPIES}`, (tag) =>
      withServerNetwork(server, (network) =>
        withDatabase(server, async ({ url }) => {
          const env = ['--env', `DATABASE_URL=${network.urlInside(url)}`]
          const options = ['run', '--rm', '--network', network.name, ...env]
          // A platform runs the command by a shell, inside the application's own image.
          const command = ['sh', '-c', preDeployCommand()]
          const { exitCode, stdout } = await docker([...options, tag, ...command])
          expect(lastLine(stdout)).toMatch(/^gate open \(exit 0\)/)
          expect(exitCode).toBe(0)
        }),
      ),
    )
  })
})

describe('an image that took the executable alone', () => {
  const copy = `COPY --from=pgate /pgate/pgate /usr/local/bin/
COPY migrations /migrations
ENV PGATE_MIGRATIONS=/migrations`

  it('has all of pgate: its parser, and the built-in PostgreSQL on a file system without writes', async () => {
    await withApplication(`FROM debian:trixie-slim\n${copy}`, async (tag) => {
      const run = ['run', '--rm', '--read-only', tag, 'pgate']
      expect((await docker([...run, 'heads'])).stdout).toMatch(/\(head\)/)
      const { exitCode, stdout } = await docker([...run, 'gate', '--embedded'])
      expect(lastLine(stdout)).toMatch(/^gate open \(exit 0\)/)
      expect(exitCode).toBe(0)
    })
  })
})

describe("docs/image.md's Dockerfile", () => {
  const page = readFileSync(join(ROOT, 'docs/image.md'), 'utf8')
  const [, derived = ''] = /^```dockerfile\n(.*?)^```$/ms.exec(page) ?? []

  it("makes an image of one's own, with the revisions in it", async () => {
    await withApplication(derived, async (tag) => {
      expect(await dockerOutput(['run', '--rm', tag, 'heads'])).toContain('b83d5e0f6c21')
      const variables = await dockerOutput(['image', 'inspect', '--format', '{{.Config.Env}}', tag])
      expect(variables).toContain('PGATE_MIGRATIONS=/app/migrations')
    })
  })
})
