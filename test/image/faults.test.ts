import { chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { docker, dockerOutput } from '../support/docker/docker.ts'
import { uniqueName, useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { checkFault, type Struck } from '../support/faults/check-fault.ts'
import type { Fault } from '../support/faults/fault.ts'
import { beginStory, type Story, timed, withStory } from '../support/faults/story.ts'
import { SURROUNDING_FAULTS } from '../support/faults/surrounding-faults.ts'
import { WAIT_FAULTS } from '../support/faults/wait-faults.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

const HARDENED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']

/** Takes 300 MB of memory after its first statement. */
const GREEDY = `export const revision = 'bbb'
export const revises = 'aaa'
export async function upgrade(db) {
  await db.query('create table second (id int)')
  const taken = []
  for (let mb = 0; mb < 300; mb += 1) taken.push(Buffer.alloc(2 ** 20, mb))
  await db.query('select $1::int', [taken.length])
}
`

describe.each(servers({ docker: true }).slice(0, 1))('the image on $name', (server) => {
  const { outOfMemory, readOnlyRoot } = SURROUNDING_FAULTS

  it(`is taken up where it was killed: ${outOfMemory.what}`, async () => {
    await withPlace(async ({ story, url, network, urlInside }) => {
      await beginStory(url, story)
      await rm(join(story.folder.path, 'b.sql'))
      await story.folder.write('b.mjs', GREEDY)
      const run = (memory: string) =>
        runImage(story, [...network, ...urlInside, `--memory=${memory}`, `--memory-swap=${memory}`])
      await check(outOfMemory, url, { strike: () => run('160m'), again: () => run('640m') })
    })
  })

  it(`opens: ${readOnlyRoot.what}`, async () => {
    await withPlace(async ({ story, url, network, urlInside }) => {
      const run = () => runImage(story, [...HARDENED, ...network, ...urlInside])
      await check(readOnlyRoot, url, { strike: run, again: run })
    })
  })

  it(`opens once it may: ${WAIT_FAULTS.lateName.what}`, async () => {
    await withPlace(async ({ story, url, urlInside }) => {
      await withNetwork(async (name) => {
        const options = [...volume(story), '--network', name, ...urlInside]
        const strike = async (): Promise<Struck> => {
          const gate = uniqueName()
          await dockerOutput(['run', '--detach', '--name', gate, ...options, image.tag])
          try {
            // The network's resolver says that there is no such name, or has nobody to ask and says nothing.
            await untilLogged(gate, /unknown host|unreachable/)
            const join = ['network', 'connect', '--alias', 'postgres', name, server.container ?? '']
            await dockerOutput(join)
            const joinedAt = performance.now()
            const exitCode = Number(await dockerOutput(['wait', gate]))
            const { stdout } = await docker(['logs', gate])
            return timed(joinedAt, { exitCode, stdout })
          } finally {
            await dockerOutput(['rm', '--force', '--volumes', gate])
          }
        }
        const again = () => image.run(options)
        await check(WAIT_FAULTS.lateName, url, { strike, again })
      })
    })
  })

  interface Place {
    readonly story: Story
    readonly url: string
    readonly network: readonly string[]
    readonly urlInside: readonly string[]
  }

  async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
    await withServerNetwork(server, (network) =>
      withDatabase(server, ({ url }) =>
        withStory('runs', async (story) => {
          // For the image's own user.
          await chmod(story.folder.path, 0o755)
          const urlInside = ['--env', `DATABASE_URL=${network.urlInside(url)}`]
          await use({ story, url, network: ['--network', network.name], urlInside })
        }),
      ),
    )
  }

  async function withNetwork(use: (name: string) => Promise<void>): Promise<void> {
    const name = uniqueName()
    await dockerOutput(['network', 'create', '--internal', name])
    try {
      await use(name)
    } finally {
      await docker(['network', 'disconnect', '--force', name, server.container ?? ''])
      await dockerOutput(['network', 'rm', name])
    }
  }

  function check(
    fault: Fault,
    url: string,
    runs: { strike: () => Promise<Struck>; again: () => Promise<Omit<Struck, 'tookMs'>> },
  ): Promise<void> {
    return checkFault(fault, { url: () => url, ...runs })
  }
})

function volume({ folder }: Story): readonly string[] {
  const env = ['--env', 'PGATE_EXTENSIONS=', '--env', 'PGATE_LOG_FORMAT=pretty']
  return ['--volume', `${folder.path}:/migrations:ro`, ...env]
}

async function runImage(story: Story, options: readonly string[]): Promise<Struck> {
  const startedAt = performance.now()
  return timed(startedAt, await image.run([...volume(story), ...options]))
}

async function untilLogged(container: string, words: RegExp): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    const { stdout, stderr } = await docker(['logs', container])
    if (words.test(`${stdout}${stderr}`)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${container} did not say: ${words}`)
}
