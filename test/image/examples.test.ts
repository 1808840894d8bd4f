import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dockerOutput } from '../support/docker/docker.ts'
import { ROOT, uniqueName } from '../support/docker/image.ts'
import { share } from '../support/run/long.ts'

/** The image of the gate is built from the whole tree, which the copy of an example lacks. */
const OVERRIDE = JSON.stringify({ services: { pgate: { build: { context: ROOT } } } })

interface Example {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/** Lends a copy of an example; what its compose file made is removed whatever happens. */
async function withExample(name: string, use: (example: Example) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-example-'))
  const env = { COMPOSE_PROJECT_NAME: uniqueName(), COMPOSE_FILE: 'compose.yml:override.json' }
  try {
    await cp(join(ROOT, 'examples', name), folder, { recursive: true })
    await writeFile(join(folder, 'override.json'), OVERRIDE)
    try {
      await use({ folder, env })
    } finally {
      const down = ['compose', 'down', '--volumes', '--rmi', 'local', '--timeout', '1']
      await dockerOutput(down, { cwd: folder, env })
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The one block of that language in an example's README.md, or none. */
async function blockOf({ folder }: Example, language: 'sh' | 'text'): Promise<string> {
  const page = await readFile(join(folder, 'README.md'), 'utf8')
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1] ?? ''
}

const EXAMPLES = ['scoping', 'memory', 'agents', 'ragchat', 'zero-downtime']

describe("an example's README", () => {
  it.each(share(EXAMPLES, { part: 0, of: 2 }))('of %s runs as it is written', async (name) => {
    await withExample(name, async (example) => {
      const script = await blockOf(example, 'sh')
      expect(script).toContain('docker compose run --build --rm pgate')
      const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', script], {
        cwd: example.folder,
        env: { ...process.env, ...example.env },
        encoding: 'utf8',
        timeout: 240_000,
      })
      expect({ status, stderr }).toMatchObject({ status: 0 })
      expect(stdout).toContain('gate open (exit 0)')
      expect(stdout).toContain(await blockOf(example, 'text'))
    })
  })
})
