import { describe, expect, it, vi } from 'vitest'
import {
  type AlembicProject,
  addAlembicRevision,
  alembicSays,
  withAlembicProject,
} from '../support/alembic/alembic.ts'
import type { AlembicRevision } from '../support/alembic/files.ts'
import { importProject, passed } from '../support/alembic/import-project.ts'
import { BRANCHED, LINEAR } from '../support/alembic/projects.ts'
import { runPgateHere } from '../support/cli/call.ts'
import type { PgateResult } from '../support/cli/cli.ts'
import { type RevisionFolder, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

// Each call of Alembic is a container, and starts Python.
vi.setConfig({ testTimeout: 180_000 })

const FOURTH: AlembicRevision = {
  id: 'd4d4d4d4d4d4',
  revises: ['c0b7d0e366e7'],
  message: 'Add notes',
  created: '2025-11-01 08:00:00',
  upgrade: ['op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))'],
  downgrade: ['op.drop_table("notes")'],
}

const FOURTH_FILE = `-- Add notes
-- revision: d4d4d4d4d4d4
-- revises: c0b7d0e366e7
-- created: 2025-11-01T08:00:00Z
-- pgate: upgrade
CREATE TABLE notes (id serial PRIMARY KEY);
-- pgate: downgrade
DROP TABLE notes;
`

/** One database, and both tools pointed at it with equal revisions. */
interface Both {
  readonly url: string
  readonly project: AlembicProject
  readonly folder: RevisionFolder
  readonly alembic: (...args: string[]) => Promise<string>
  readonly pgate: (...args: string[]) => Promise<PgateResult>
  readonly versions: () => Promise<readonly string[]>
}

function withBoth(
  server: TestServer,
  [revisions, head]: readonly [revisions: readonly AlembicRevision[], head: string],
  use: (both: Both) => Promise<void>,
): Promise<void> {
  return withAlembicProject(revisions, (project) =>
    withRevisionFolder((folder) =>
      withDatabase(server, async ({ url }) => {
        passed(await importProject(project, folder.path, [head]))
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        await use({
          url,
          project,
          folder,
          alembic: (...args) => alembicSays(project, args, { server, url }),
          pgate: (...args) => runPgateHere(args, { env }),
          versions: () => versionsIn(url),
        })
      }),
    ),
  )
}

async function versionsIn(url: string): Promise<readonly string[]> {
  const text = 'select version_num as id from alembic_version order by 1'
  return (await queryRows<{ id: string }>(url, text)).map(({ id }) => id)
}

describe.each(anyServer({ docker: true, vector: true }))('Alembic and pgate on $name', (server) => {
  it('take turns on one database, with no step between them', async () => {
    await withBoth(server, [LINEAR, 'c0b7d0e366e7'], async (both) => {
      const { url, alembic, pgate, versions } = both
      await alembic('upgrade', 'head')
      const before = await queryRows(url, 'select xmin::text, * from alembic_version')
      passed(await pgate('gate'))
      expect(await queryRows(url, 'select xmin::text, * from alembic_version')).toEqual(before)

      await both.folder.write('fourth.sql', FOURTH_FILE)
      passed(await pgate('gate'))
      expect(await versions()).toEqual(['d4d4d4d4d4d4'])
      await addAlembicRevision(both.project, FOURTH)
      expect(await alembic('current')).toBe('d4d4d4d4d4d4 (head)\n')
      await alembic('upgrade', 'head')

      await alembic('downgrade', '-1')
      expect((await pgate('current')).stdout).toBe('c0b7d0e366e7\n')
      passed(await pgate('upgrade', 'head'))
      expect(await alembic('current')).toBe('d4d4d4d4d4d4 (head)\n')
    })
  })

  it.each([
    ['a line', LINEAR, ['567cc0f251e5', 'c0b7d0e366e7'], asItStands],
    ['branches and their merge', BRANCHED, ['bbb222', 'eee555'], inAnyOrder],
  ] as const)('say the same of %s, half-way and at the end', async (_, revisions, ends, read) => {
    await withBoth(server, [revisions, ends[1]], async ({ alembic, pgate }) => {
      for (const target of ends) {
        passed(await pgate('upgrade', target))
        for (const command of ['current', 'heads', 'history', 'branches']) {
          expect(read((await pgate(command)).stdout)).toEqual(read(await alembic(command)))
        }
      }
    })
  })

  it('agree on the schema, object by object, by the manifest of the imported files', async () => {
    await withBoth(server, [LINEAR, 'c0b7d0e366e7'], async ({ url, alembic, pgate }) => {
      await alembic('upgrade', 'head')
      passed(await pgate('manifest', '--shadow-url', server.url))
      passed(await pgate('verify', '--strict'))
      await queryRows(url, 'drop index ix_users_email')
      expect(await pgate('verify')).toMatchObject({
        exitCode: 60,
        stdout: expect.stringContaining('ix_users_email'),
      })
    })
  })

  it('undo what the other one did', async () => {
    await withBoth(server, [BRANCHED, 'eee555'], async ({ url, alembic, pgate, versions }) => {
      const tables = () =>
        queryRows(url, `select tablename from pg_tables where schemaname = 'public' order by 1`)
      await alembic('upgrade', 'head')
      passed(await pgate('downgrade', 'ccc333'))
      const halfWay = await versions()
      passed(await pgate('upgrade', 'head'))
      await alembic('downgrade', 'ccc333')
      expect(await versions()).toEqual(halfWay)
      passed(await pgate('downgrade', 'base'))
      expect(await tables()).toEqual([
        { tablename: 'alembic_version' },
        { tablename: 'pgate_journal' },
      ])
      expect(await alembic('current')).toBe('')
    })
  })
})

function asItStands(text: string): string {
  return text
}

/** Alembic walks branches, and lists labels, in the order of Python's sets: in any. */
function inAnyOrder(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/\((\w+), (\w+)\)/, swapped))
  return lines.sort()
}

function swapped(_: string, one: string, other: string): string {
  return `(${[one, other].sort().join(', ')})`
}
