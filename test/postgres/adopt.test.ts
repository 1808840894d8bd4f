import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dbmateProject } from '../support/adopt/dbmate.ts'
import { dieselProject } from '../support/adopt/diesel.ts'
import { drizzleProject } from '../support/adopt/drizzle.ts'
import { flywayProject } from '../support/adopt/flyway.ts'
import { golangMigrateProject } from '../support/adopt/golang-migrate.ts'
import { gooseProject } from '../support/adopt/goose.ts'
import { knexProject } from '../support/adopt/knex.ts'
import { nodePgMigrateProject } from '../support/adopt/node-pg-migrate.ts'
import { prismaProject } from '../support/adopt/prisma.ts'
import type { Place, Project } from '../support/adopt/project.ts'
import { alembicProject, djangoProject } from '../support/adopt/python.ts'
import { sqlxProject } from '../support/adopt/sqlx.ts'
import { runPgate } from '../support/cli/cli.ts'
import { withTurnCounter } from '../support/network/turns.ts'
import { PEERS, pathOfPeers } from '../support/peers/peers.ts'
import { share } from '../support/run/long.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

const PROJECTS: readonly Project[] = [
  alembicProject,
  dbmateProject,
  dieselProject,
  flywayProject,
  djangoProject,
  drizzleProject,
  golangMigrateProject,
  gooseProject,
  knexProject,
  nodePgMigrateProject,
  prismaProject,
  sqlxProject,
]

const EXAMPLES = join(import.meta.dirname, '../../examples/adopt')

describe.each(anyServer({ vector: true }))('on $name', (server) => {
  it.each(share(PROJECTS, { part: 0, of: 2 }))(
    'a project of $name comes through the gate and goes back',
    async (project) => {
      expect((await project.isThere?.()) ?? true, `${project.name} is not installed`).toBe(true)
      await withPlace(server, project, async (place) => {
        await project.made(place)
        expect((await project.applied(place)).length).toBeLessThan(project.all.length)
        await opens(project, place)
        expect(await project.applied(place)).toEqual(project.all)

        const idle = await withTurnCounter(place.url, async (counter) => {
          await opens(project, { ...place, url: counter.url })
          return counter.connections()
        })
        expect(idle.map(({ after }) => after.length)).toEqual([1])

        await project.back(place)
        const after = await project.applied(place)
        expect(after.slice(0, project.all.length)).toEqual(project.all)
        expect(after).toHaveLength(project.all.length + 1)
        await opens(project, place)
        expect(await project.applied(place)).toEqual(after)
      })
    },
  )
})

/** Starts the gate as the team's deploy does. */
async function opens({ env, command }: Project, place: Place): Promise<void> {
  const { folder, url } = place
  const { exitCode, stdout, stderr } = await runPgate(command ? ['--', ...command(place)] : [], {
    cwd: folder,
    env: { PATH: pathOfPeers(), DATABASE_URL: url, ...env },
  })
  expect(exitCode, `${stdout}${stderr}`).toBe(0)
}

async function withPlace(
  server: TestServer,
  { name }: Project,
  use: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-adopt-'))
  try {
    await cp(join(EXAMPLES, name), folder, { recursive: true })
    // Some of the tools look for themselves there.
    await symlink(join(PEERS, 'node_modules'), join(folder, 'node_modules'))
    await withDatabase(server, ({ url }) => use({ folder, url }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
