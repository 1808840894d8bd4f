import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import {
  alembicSays,
  runAlembic,
  runInAlembic,
  withAlembicProject,
} from '../support/alembic/alembic.ts'
import { passed } from '../support/alembic/import-project.ts'
import { stateOf } from '../support/alembic/state-of.ts'
import { runPgate } from '../support/cli/cli.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

// Each call of Alembic is a container, and starts Python.
vi.setConfig({ testTimeout: 120_000 })

/** Reads rows, sends parameters, leaves its transaction, rolls back to a savepoint, has % in patterns. */
const PROJECT = join(import.meta.dirname, '../fixtures/alembic/reads-rows')

const ROWS = 'select * from users order by id'
const SEQUENCE = 'select last_value, is_called from users_id_seq'

describe.each(anyServer({ docker: true }))('a project that reads rows, on $name', (server) => {
  it('is recorded on an empty database, and its files make the same of another', async () => {
    await withAlembicProject([], async (project) => {
      await cp(PROJECT, project.path, { recursive: true })
      const recorder = await runPgate(['import', 'alembic', '--record'])
      passed(recorder)
      await writeFile(join(project.path, 'record.py'), recorder.stdout)
      await withDatabase(server, ({ url: theirs }) =>
        withDatabase(server, async ({ url: ours }) => {
          const there = { server, url: theirs }
          const up = await runInAlembic(project, ['python3', 'record.py'], there)
          expect(up).toMatchObject({ exitCode: 0 })
          expect(up.stderr).toContain('migrating rows')
          expect(up.stderr).toContain('record.py: 3 revisions recorded')
          const made = await stateOf(theirs)
          const rows = await Promise.all([ROWS, SEQUENCE].map((sql) => queryRows(theirs, sql)))

          const both =
            'python3 record.py; echo "-- $?"; python3 record.py alembic downgrade base; echo "-- $?"'
          const down = await runInAlembic(project, ['sh', '-c', both], there)
          expect(down.stdout).toMatch(/^-- 1\nBEGIN;[\s\S]*COMMIT;\n-- 0\n$/)
          expect(down.stderr).toContain('no revision was run: is the database at its head already?')
          await writeFile(join(project.path, 'down.sql'), down.stdout)

          await withRevisionFolder(async ({ path }) => {
            const env = { DATABASE_URL: ours, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
            const args = ['import', 'alembic', '--downgrade', join(project.path, 'down.sql')]
            passed(await runPgate(args, { env, input: up.stdout }))
            passed(await runPgate(['upgrade'], { env }))
            expect(await stateOf(ours)).toEqual(made)
            expect(rows[0]).toHaveLength(3)
            expect(await Promise.all([ROWS, SEQUENCE].map((sql) => queryRows(ours, sql)))).toEqual(
              rows,
            )
            passed(await runPgate(['downgrade', 'base'], { env }))
            expect(await stateOf(ours)).toEqual(await stateOf(theirs))
          })
        }),
      )
    })
  })

  it('is not rendered offline, and the import says which revision it was', async () => {
    await withAlembicProject([], async (project) => {
      await cp(PROJECT, project.path, { recursive: true })
      const { stdout, exitCode } = await runAlembic(project, ['upgrade', 'head', '--sql'])
      expect(exitCode).not.toBe(0)
      await withRevisionFolder(async ({ path }) => {
        const refused = await runPgate(['import', 'alembic', '--output', path], { input: stdout })
        expect(refused.exitCode).toBe(50)
        expect(refused.stdout).toContain('Alembic could not render the upgrade of a1')
        expect(refused.stdout).toContain('the 1 revision before it is whole')
        // What the hint says runs as it stands.
        const before = await alembicSays(project, ['upgrade', 'base:a0', '--sql'])
        passed(await runPgate(['import', 'alembic', '--output', path], { input: before }))
        const env = { PGATE_MIGRATIONS: path }
        passed(await runPgate(['revision', '-m', 'Written by hand', '--rev-id', 'a1'], { env }))
      })
    })
  })
})
