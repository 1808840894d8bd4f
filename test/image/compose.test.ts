import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readmeBlock } from '../support/cli/readme.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { type ComposeProject, withComposeProject } from '../support/docker/compose.ts'
import { lastLine } from '../support/docker/docker.ts'
import { ROOT, useImage } from '../support/docker/image.ts'

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

  it('ends with 53 where a revision is broken', async () => {
    await withComposeProject(prebuilt(), async (project) => {
      const file = '20260101_0000_0badc0ffee00_broken.sql'
      const upgrade = 'ALTER TABLE nobody_made ADD COLUMN nickname text;'
      const text = revisionText({ id: '0badc0ffee00', revises: 'b83d5e0f6c21', upgrade })
      await writeFile(join(project.folder, 'migrations', file), text)
      const remedy = new RegExp(`Next: Fix /migrations/${file}:\\d+`)
      await expectShut(project, { exitCode: 53, code: 'MIGRATION_FAILED', remedy })
    })
  })

  it('ends with 31 where the password is wrong', async () => {
    await withComposeProject(prebuilt(), async (project) => {
      const url = 'postgresql+asyncpg://mai:not-this@postgres:5432/mai_framework'
      const shut = { exitCode: 31, code: 'CONNECTION_REFUSED', remedy: /Next: Check the password/ }
      await expectShut(project, shut, { DATABASE__URL: url })
    })
  })

  it('ends with 30 where the server never comes up', async () => {
    await withComposeProject(
      prebuilt({ postgres: { entrypoint: ['sleep', 'infinity'] } }),
      async (project) => {
        const shut = { exitCode: 30, code: 'NOT_READY', remedy: /Next: .*check that the server/ }
        await expectShut(project, shut, { PGATE_WAIT_TIMEOUT: '3s' })
      },
    )
  })

  it('ends with 40 where an extension is not available', async () => {
    await withComposeProject(prebuilt(), async (project) => {
      const remedy = /Next: .*nosuch/
      const shut = { exitCode: 40, code: 'EXTENSION_UNAVAILABLE', remedy }
      await expectShut(project, shut, { PGATE_EXTENSIONS: 'nosuch' })
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
