import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { loadFolder } from '../../src/formats/formats.ts'
import { withAlembicProject } from '../support/alembic/alembic.ts'
import { scriptOf } from '../support/alembic/files.ts'
import { LAYOUTS, versionFile } from '../support/alembic/layouts.ts'
import { askScriptDirectories, writeFiles } from '../support/alembic/script-directory.ts'
import { runPgate } from '../support/cli/cli.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { type Links, randomLinks } from '../support/graphs/random-graph.ts'
import { withTurnCounter } from '../support/network/turns.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

// The real Alembic is a container, and starts Python.
vi.setConfig({ testTimeout: 120_000 })

const SHAPES = join(import.meta.dirname, '../fixtures/alembic/shapes')
const SEED = Number(process.env.TEST_GRAPHS_SEED ?? 20_251_018)
const GRAPHS = fc.sample(randomLinks({ most: 30 }), { seed: SEED, numRuns: 25 })

describe.each(anyServer({ docker: true }))('the real Alembic', () => {
  it(`finds the same graph in every shape, layout and random graph (TEST_GRAPHS_SEED=${SEED})`, async () => {
    await withAlembicProject([], async (project) => {
      await cp(SHAPES, join(project.path, 'shapes'), { recursive: true })
      for (const [index, { files }] of LAYOUTS.entries()) {
        await writeFiles(join(project.path, `layout${index}`), files)
      }
      for (const [index, links] of GRAPHS.entries()) {
        await writeFiles(join(project.path, `graph${index}`), filesOf(links))
      }
      const folders = [
        'shapes',
        ...LAYOUTS.map((_, index) => `layout${index}`),
        ...GRAPHS.map((_, index) => `graph${index}`),
      ]
      const theirs = await askScriptDirectories(project, folders)
      for (const [index, name] of folders.entries()) {
        expect(await ours(join(project.path, name)), name).toEqual(graphOf(theirs[index]))
      }
      expect(theirs[0]).toEqual(JSON.parse(await readFile(join(SHAPES, 'recorded.json'), 'utf8')))
    })
  })
})

function filesOf(links: readonly Links[]): Readonly<Record<string, string>> {
  const named = links.map((link) => {
    return [`versions/${link.id}.py`, scriptOf({ ...link, message: `Revision ${link.id}` })]
  })
  return Object.fromEntries(named)
}

function graphOf(said: Awaited<ReturnType<typeof askScriptDirectories>>[number] | undefined) {
  const revisions = Object.entries(said?.revisions ?? {}).map(([id, { doc: _, ...links }]) => {
    return [id, links]
  })
  return { ...said, revisions: Object.fromEntries(revisions) }
}

async function ours(migrations: string) {
  const { heads, bases, order } = await loadFolder({ format: 'alembic', migrations })
  const revisions = order.map(({ id, revises, dependsOn, branchLabels }) => [
    id,
    {
      revises: revises.toSorted(),
      dependsOn: dependsOn.toSorted(),
      labels: branchLabels.toSorted(),
    },
  ])
  return {
    heads: heads.toSorted(),
    bases: bases.toSorted(),
    revisions: Object.fromEntries(revisions),
  }
}

/** A project whose Python is never run here: what Alembic did to the database is done by hand. */
const PROJECT = {
  'alembic.ini': '[alembic]\nscript_location = %(here)s/alembic\n',
  'alembic/env.py': 'raise SystemExit("nobody is to run this")\n',
  'alembic/versions/one.py': versionFile('one'),
  'alembic/versions/two.py': versionFile('two', 'one'),
  'alembic/versions/three.py': versionFile('three', 'two'),
}

describe.each(anyServer())("Alembic's folder on $name", (server) => {
  it('is asked, waited for and gated, and never run', async () => {
    await withRevisionFolder(async ({ path }) => {
      await writeFiles(path, PROJECT)
      await withDatabase(server, async ({ url }) => {
        const env = {
          DATABASE_URL: url,
          PGATE_MIGRATIONS: path,
          PGATE_EXTENSIONS: '',
          PGATE_LOG_LEVEL: 'error',
        }
        const pgate = (...args: readonly string[]) => runPgate(args, { env })
        const lines = async (...args: readonly string[]) => (await pgate(...args)).stdout.trim()
        await queryRows(
          url,
          'create table alembic_version (version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))',
        )
        await queryRows(url, "insert into alembic_version values ('two')")

        expect(await lines('heads')).toBe('three (head)')
        expect(await lines('history')).toBe(
          'two -> three (head), Add three\none -> two, Add two\n<base> -> one, Add one',
        )
        expect(await lines('current')).toBe('two')
        expect(await lines('show', 'two')).toContain('alembic/versions/two.py')
        const pending = await pgate('check')
        expect(pending).toMatchObject({ exitCode: 51 })
        expect(pending.stdout + pending.stderr).toContain('pgate -- alembic upgrade head')
        expect(await lines('status')).toMatch(
          /A gate would shut \(exit 50, REVISION_OPAQUE\): .*three/,
        )
        const around = await runPgate(['status', '--', 'alembic', 'upgrade', 'head'], { env })
        expect(around.stdout).toContain(
          'A gate would start alembic for 1 revision, verify, and open.',
        )
        const late = await runPgate(['wait', '--for', 'head'], {
          env: { ...env, PGATE_WAIT_TIMEOUT: '1s' },
        })
        expect(late).toMatchObject({ exitCode: 30 })

        const shut = await pgate()
        expect(shut.exitCode).toBe(50)
        expect(shut.stdout + shut.stderr).toContain('REVISION_OPAQUE')
        expect(shut.stdout + shut.stderr).toContain('three is Python')
        expect(shut.stdout + shut.stderr).toContain('pgate -- alembic upgrade head')
        expect(await pgate('downgrade', '-1')).toMatchObject({ exitCode: 50 })

        await queryRows(url, "update alembic_version set version_num = 'gone'")
        const unknown = await pgate('check')
        expect(unknown).toMatchObject({ exitCode: 51 })
        expect(unknown.stdout + unknown.stderr).not.toContain('--from-journal')
        await queryRows(url, "update alembic_version set version_num = 'three'")
        expect(await pgate()).toMatchObject({ exitCode: 0 })
        expect(await pgate('manifest', '--from-database')).toMatchObject({ exitCode: 0 })
        expect(await pgate()).toMatchObject({ exitCode: 0 })
        const idle = await withTurnCounter(url, async (counter) => {
          const again = { env: { ...env, DATABASE_URL: counter.url } }
          expect(await runPgate([], again)).toMatchObject({ exitCode: 0 })
          return counter.connections()
        })
        expect(idle.map(({ after }) => after.length)).toEqual([1])
        expect(await pgate('check')).toMatchObject({ exitCode: 0 })
        expect(await pgate('wait', '--for', 'head')).toMatchObject({ exitCode: 0 })
        expect(await pgate('stamp', 'one', '--no-verify')).toMatchObject({ exitCode: 0 })
        expect(await queryRows(url, 'table alembic_version')).toEqual([{ version_num: 'one' }])
      })
    })
  })
})
