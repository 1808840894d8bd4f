import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { alembicSays, withAlembicProject } from '../support/alembic/alembic.ts'
import { importProject, passed } from '../support/alembic/import-project.ts'
import { BRANCHED, LINEAR, TWO_BASES } from '../support/alembic/projects.ts'
import { allSaid, RECORDINGS } from '../support/alembic/recordings.ts'
import { stateOf } from '../support/alembic/state-of.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { share } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

// Each call of Alembic is a container, and starts Python.
vi.setConfig({ testTimeout: 180_000 })

const FIXTURES = join(import.meta.dirname, '../fixtures/alembic')

const IMPORTED = servers({ docker: true, vector: true })

describe.each(IMPORTED.map((server, part) => ({ name: server.name, server, part })))(
  'imported revisions on $name',
  ({ server, part }) => {
    const projects = [
      ['a line', LINEAR, ['c0b7d0e366e7'], ['567cc0f251e5', 'base']],
      ['branches and their merge', BRANCHED, ['eee555'], ['ddd444', 'aaa111', 'base']],
      ['two bases', TWO_BASES, ['102', '002'], ['reports@base', 'base']],
    ] as const
    it.each(share(projects, { part, of: IMPORTED.length }))(
      'of %s make what Alembic makes, and unmake it',
      async (_, revisions, heads, ways) => {
        await withAlembicProject(revisions, (project) =>
          withRevisionFolder(async ({ path }) => {
            passed(await importProject(project, path, heads))
            await withDatabase(server, ({ url: theirs }) =>
              withDatabase(server, async ({ url: ours }) => {
                const env = { DATABASE_URL: ours, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
                await alembicSays(project, ['upgrade', 'heads'], { server, url: theirs })
                passed(await runPgateHere(['upgrade', 'heads'], { env }))
                const made = await stateOf(ours)
                expect(made.objects.size).toBeGreaterThan(1)
                expect(made).toEqual(await stateOf(theirs))
                for (const target of ways) {
                  await alembicSays(project, ['downgrade', target], { server, url: theirs })
                  passed(await runPgateHere(['downgrade', target], { env }))
                  expect(await stateOf(ours)).toEqual(await stateOf(theirs))
                }
              }),
            )
          }),
        )
      },
    )
  },
)

describe.each(servers({ docker: true }).slice(0, 1))('the recorded output of Alembic', () => {
  it.each(RECORDINGS)('is what it writes of $name', async ({ revisions, files }) => {
    await withAlembicProject(revisions, async (project) => {
      for (const [name, calls] of Object.entries(files)) {
        const text = await readFile(join(FIXTURES, name), 'utf8')
        expect([name, await allSaid(project, calls)]).toEqual([name, text])
      }
    })
  })
})
