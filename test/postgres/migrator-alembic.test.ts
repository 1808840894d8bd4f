import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import {
  addAlembicRevision,
  alembicCommand,
  withAlembicProject,
} from '../support/alembic/alembic.ts'
import { runPgate } from '../support/cli/cli.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

// The real Alembic is a container, and starts Python.
vi.setConfig({ testTimeout: 120_000 })

const [FIRST, SECOND] = [
  { id: 'aaaaaaaaaaaa', message: 'First', upgrade: [`op.execute('create table one ()')`] },
  {
    id: 'bbbbbbbbbbbb',
    message: 'Second',
    revises: ['aaaaaaaaaaaa'],
    upgrade: [`op.execute('create table two ()')`],
  },
] as const

describe.each(anyServer({ docker: true }))(
  'the real Alembic as a migrator, on $name,',
  (server) => {
    it('is started by one of five gates, by none where nothing has changed, and held to its heads', async () => {
      await withAlembicProject([FIRST], (project) =>
        withDatabase(server, async ({ url }) => {
          // Its URL is of another network than pgate's.
          const words = await alembicCommand(project, ['alembic'], { server, url })
          const script = join(project.path, 'alembic.sh')
          await writeFile(script, `exec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`)
          const upgrade = ['sh', script, 'upgrade', 'head']
          const env = {
            DATABASE_URL: url,
            PGATE_EXTENSIONS: '',
            PGATE_MIGRATIONS: join(project.path, 'versions'),
            PGATE_MIGRATE_INPUTS: join(project.path, 'env.py'),
          }
          const gate = (command = upgrade) => runPgate(['--', ...command], { env })
          const five = await Promise.all([1, 2, 3, 4, 5].map(() => gate()))
          expect(
            five.map(({ exitCode }) => exitCode),
            five[0]?.stdout,
          ).toEqual([0, 0, 0, 0, 0])
          const said = five.map(({ stderr }) => stderr)
          expect(said.filter((one) => one.includes('sh done, now at aaaaaaaaaaaa'))).toHaveLength(1)
          expect(said.filter((one) => one.includes('sh not started'))).toHaveLength(4)

          await addAlembicRevision(project, SECOND)
          const asIs = await gate(['sh', script, 'current'])
          expect(asIs.exitCode).toBe(60)
          expect(asIs.stdout).toContain('is at aaaaaaaaaaaa: bbbbbbbbbbbb of')
          expect((await gate()).stderr).toContain('sh done, now at bbbbbbbbbbbb')
          expect((await gate()).stderr).toContain('sh not started')
          const checked = await runPgate(['check'], {
            env: { ...env, PGATE_MIGRATE_COMMAND: 'alembic upgrade head' },
          })
          expect(checked.exitCode, checked.stdout).toBe(0)

          await queryRows(url, `update alembic_version set version_num = 'aaaaaaaaaaaa'`)
          const again = await gate()
          expect(again.exitCode).toBe(53)
          expect(again.stdout).toContain('already exists')
        }),
      )
    })
  },
)
