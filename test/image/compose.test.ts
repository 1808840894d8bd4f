import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readmeBlock } from '../support/cli/readme.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { type ComposeProject, withComposeProject } from '../support/docker/compose.ts'
import { lastLine } from '../support/docker/docker.ts'
import { ROOT, useImage } from '../support/docker/image.ts'
import { share } from '../support/run/long.ts'

const image = useImage()

const TABLES = ['conversations', 'memories', 'messages', 'user_sessions', 'users']

async function psql(project: ComposeProject, sql: string): Promise<void> {
  const command = ['psql', '-h', '127.0.0.1', '-U', 'mai', '-d', 'mai_framework', '-c', sql]
  const env = ['--env', 'PGPASSWORD=mai-dev']
  const { exitCode, stderr } = await project.compose(['exec', '-T', ...env, 'postgres', ...command])
  if (exitCode !== 0) throw new Error(stderr)
}

/** The compose file with the gate's image as it was built once, and other services changed. */
function prebuilt(services: object = {}): object {
  return { services: { pgate: { image: image.tag }, ...services } }
}

interface Shut {
  readonly exitCode: number
  readonly code: string
  /** What the last line says to do. */
  readonly remedy: RegExp
}

/** Starts all three, and expects the gate to stay shut and the API never to start. */
async function expectShut(
  project: ComposeProject,
  { exitCode, code, remedy }: Shut,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const up = await project.compose(['up', '--detach', '--wait'], env)
  expect(up.exitCode).not.toBe(0)
  const services = await project.services()
  expect(services.get('pgate')).toMatchObject({ State: 'exited', ExitCode: exitCode })
  expect(services.get('mai-api')).toMatchObject({ State: 'created' })
  const verdict = lastLine(await project.gateLogs())
  expect(verdict).toContain(`gate shut (exit ${exitCode}, ${code})`)
  expect(verdict).toMatch(remedy)
}

const BROKEN = '20260101_0000_0badc0ffee00_broken.sql'

const SHUT: readonly (Shut & {
  readonly what: string
  readonly env?: Readonly<Record<string, string>>
  readonly services?: object
  readonly prepare?: (folder: string) => Promise<void>
})[] = [
  {
    exitCode: 53,
    code: 'MIGRATION_FAILED',
    what: 'a revision is broken',
    remedy: new RegExp(`Next: Fix /migrations/${BROKEN}:\\d+`),
    prepare: async (folder) => {
      const upgrade = 'ALTER TABLE nobody_made ADD COLUMN nickname text;'
      const text = revisionText({ id: '0badc0ffee00', revises: 'b83d5e0f6c21', upgrade })
      await writeFile(join(folder, 'migrations', BROKEN), text)
    },
  },
  {
    exitCode: 31,
    code: 'CONNECTION_REFUSED',
    what: 'the password is wrong',
    remedy: /Next: Check the password/,
    env: { DATABASE__URL: 'postgresql+asyncpg://mai:not-this@postgres:5432/mai_framework' },
  },
  {
    exitCode: 30,
    code: 'NOT_READY',
    what: 'the server never comes up',
    remedy: /Next: .*check that the server/,
    env: { PGATE_WAIT_TIMEOUT: '3s' },
    services: { postgres: { entrypoint: ['sleep', 'infinity'] } },
  },
  {
    exitCode: 40,
    code: 'EXTENSION_UNAVAILABLE',
    what: 'an extension is not available',
    remedy: /Next: .*nosuch/,
    env: { PGATE_EXTENSIONS: 'nosuch' },
  },
]

describe('docker compose up', () => {
  it("opens the gate and brings the API up, by README's own words", async () => {
    await withComposeProject({}, async (project) => {
      const script = readmeBlock('sh', 'docker compose').replace('localhost:8000', project.apiUrl)
      const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', script], {
        cwd: ROOT,
        env: { ...process.env, ...project.env },
        encoding: 'utf8',
      })
      expect({ status, stderr }).toMatchObject({ status: 0 })
      const { tables } = JSON.parse(lastLine(stdout))
      expect(tables).toEqual(expect.arrayContaining([...TABLES, 'alembic_version']))
      const services = await project.services()
      expect(services.get('pgate')).toMatchObject({ State: 'exited', ExitCode: 0 })
      expect(services.get('mai-api')).toMatchObject({ State: 'running' })
      expect(lastLine(await project.gateLogs())).toMatch(/^gate open \(exit 0\): .*may start$/)
    })
  })

  it.each(share(SHUT, { part: 0, of: 4 }))('ends with $exitCode where $what', async (shut) => {
    await withComposeProject(prebuilt(shut.services), async (project) => {
      await shut.prepare?.(project.folder)
      await expectShut(project, shut, shut.env)
    })
  })

  it('ends with 60 where an index was dropped by hand', async () => {
    await withComposeProject(prebuilt(), async (project) => {
      const first = await project.compose(['up', '--detach', '--wait'])
      expect(first.exitCode).toBe(0)
      await psql(project, 'drop index idx_users_username')
      // Down keeps the volume, and with it the damage.
      await project.compose(['down', '--timeout', '1'])
      const remedy = /Next: Put back what was changed by hand/
      await expectShut(project, { exitCode: 60, code: 'VERIFY_DRIFT', remedy })
      expect(await project.gateLogs()).toContain('idx_users_username')
    })
  })
})
