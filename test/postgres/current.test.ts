import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import {
  anyServer,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Three revisions in a chain, and a database that is at the second. */
async function withDatabaseBehind(
  server: TestServer,
  use: (on: {
    readonly database: TestDatabase
    readonly pgate: (...args: readonly string[]) => ReturnType<typeof runPgateHere>
    readonly folder: RevisionFolder
  }) => Promise<void>,
): Promise<void> {
  await withRevisionFolder(async (folder) => {
    for (const [id, revises] of Object.entries({ aaa: 'none', bbb: 'aaa', ccc: 'bbb' })) {
      await folder.write(`${id}.sql`, revisionText({ id, revises, upgrade: 'SELECT 1;' }))
    }
    await withDatabase(server, async (database) => {
      const env = {
        DATABASE_URL: database.url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_LOG_LEVEL: 'warn',
      }
      const pgate = (...args: readonly string[]) => runPgateHere(args, { env })
      expect((await pgate('upgrade', 'bbb')).exitCode).toBe(0)
      await use({ database, pgate, folder })
    })
  })
}

describe.each(anyServer())('what the database is at, on $name', (server) => {
  it('is printed in the short form, the long form and as JSON', async () => {
    await withDatabaseBehind(server, async ({ pgate, database }) => {
      expect(await pgate('current')).toMatchObject({ exitCode: 0, stdout: 'bbb\n', stderr: '' })
      const long = await pgate('current', '--verbose')
      expect(long.stdout).toMatch(/^Current revision\(s\) for \S+ on [^\s:]+:\d+:\nRev: bbb\n/)
      expect(long.stdout).toContain(database.name)
      expect(long.stdout).not.toContain(new URL(database.url).password)
      const { current } = JSON.parse((await pgate('current', '--json')).stdout)
      expect(current).toEqual([{ revision: 'bbb', head: false, known: true }])
    })
  })

  it('is not every head, which --check-heads reports by its exit code', async () => {
    await withDatabaseBehind(server, async ({ pgate }) => {
      const behind = await pgate('current', '--check-heads')
      expect(behind).toMatchObject({ exitCode: 51, stdout: '' })
      expect(behind.stderr).toContain('HISTORY_PENDING')
      expect(behind.stderr).toContain('ccc is not applied')
      await pgate('upgrade')
      const there = await pgate('current', '--check-heads')
      expect(there).toMatchObject({ exitCode: 0, stdout: 'ccc (head)\n' })
    })
  })

  it('bounds the history and can be shown', async () => {
    await withDatabaseBehind(server, async ({ pgate }) => {
      const later = await pgate('history', '-r', 'current:')
      expect(later.stdout).toBe('bbb -> ccc (head), Revision ccc\naaa -> bbb, Revision bbb\n')
      expect((await pgate('show', 'current')).stdout).toMatch(/^Rev: bbb\n/)
    })
  })

  it('may be a revision that the files lack: it is printed, with what to do', async () => {
    await withDatabaseBehind(server, async ({ pgate, database }) => {
      await queryRows(database.url, "update alembic_version set version_num = 'zzz'")
      const { exitCode, stdout, stderr } = await pgate('current')
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'zzz (no file holds it)\n' })
      expect(stderr).toContain('pgate downgrade --from-journal')
      expect(await pgate('show', 'current')).toMatchObject({ exitCode: 50, stdout: '' })
    })
  })

  it('is taken on by a merge of two heads, and back again', async () => {
    await withDatabaseBehind(server, async ({ pgate, database, folder }) => {
      await pgate('revision', '-m', 'branch', '--head', 'bbb', '--splice', '--rev-id', 'ddd')
      const refused = await pgate('upgrade', 'head')
      expect(refused.exitCode).toBe(50)
      expect(refused.stdout).toContain('pgate merge ddd ccc -m "merge branches"')
      const merged = await pgate('merge', 'heads', '-m', 'merge branches', '--rev-id', 'mmm')
      expect(merged.stdout).toMatch(/_mmm_merge_branches\.sql\n$/)
      expect(merged.stdout.startsWith(`${folder.path}/`)).toBe(true)
      expect((await pgate('upgrade', 'head')).exitCode).toBe(0)
      const rows = await queryRows(database.url, 'select version_num from alembic_version')
      expect(rows).toEqual([{ version_num: 'mmm' }])
    })
  })
})

/** A head that another head depends on: Alembic, and so pgate, keeps the row of the other alone. */
const DEPENDENT = revisionText({ id: 'bbb', upgrade: 'CREATE TABLE b (id int);' }).replace(
  '-- revises: none',
  '-- revises: none\n-- depends-on: aaa',
)

describe.each(anyServer())('two heads with one row, on $name', (server) => {
  const it = testOn(server)

  it('are all heads, and what the manifest describes', async ({ folder, database: { url } }) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'CREATE TABLE a (id int);' }))
    await folder.write('b.sql', DEPENDENT)

    const env = {
      DATABASE_URL: url,
      PGATE_MIGRATIONS: folder.path,
      PGATE_EXTENSIONS: '',
      PGATE_TARGET: 'heads',
    }
    const pgate = (...args: readonly string[]) => runPgateHere(args, { env })
    await pgate('manifest')
    const gate = JSON.parse((await pgate('gate', '--json')).stdout)
    expect(gate).toMatchObject({ verdict: 'open', versions: ['bbb'] })
    expect(gate.verify).toMatchObject({ mode: 'manifest', notices: [] })
    expect(await pgate('current', '--check-heads')).toMatchObject({ exitCode: 0 })
    await queryRows(url, 'drop table a')
    expect(await pgate('gate')).toMatchObject({ exitCode: 60 })
    const stamped = await pgate('stamp', 'heads')
    expect(stamped).toMatchObject({ exitCode: 60 })
    expect(stamped.stdout).toMatch(/Next: No version was set\. .*--no-verify/)
  })
})
