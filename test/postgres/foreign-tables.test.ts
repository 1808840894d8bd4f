import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import type { PgateResult } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** What another hand may do to pgate's two tables, and what every command then ends with. */
const CHANGES = [
  ['a journal that lacks a column', 'alter table pgate_journal drop column downgrade_sql'],
  ['a journal that lacks what is read', 'alter table pgate_journal drop column revises'],
  [
    'a journal with another type',
    "alter table pgate_journal alter statements_done type text using 'x'",
  ],
  ['a journal of somebody else', 'drop table pgate_journal; create table pgate_journal (id int)'],
  ['a type in its place', 'drop table pgate_journal; create type pgate_journal as (a int)'],
  [
    'a version table without its column',
    'alter table alembic_version rename column version_num to v',
  ],
  [
    'a version table of numbers',
    `delete from alembic_version;
     alter table alembic_version alter version_num type int using 1`,
  ],
] as const

/** One that goes on, and one that reads all that the journal holds. */
const COMMANDS = [['gate'], ['downgrade', 'base', '--from-journal']]

describe.each(servers().slice(0, 1))(
  "pgate's tables, changed by another hand on $name,",
  (server) => {
    it.each(CHANGES)('%s: named, and no fault of pgate', async (_, change) => {
      await withPlace(server, async ({ url, env, addRevision }) => {
        await queryRows(url, change)
        await addRevision()
        const ends: PgateResult[] = []
        for (const command of COMMANDS) ends.push(await runPgateHere(command, { env }))
        for (const { exitCode, stdout } of ends) expect([0, 51], stdout).toContain(exitCode)
        expect(ends[0]?.stdout).toContain('HISTORY_TABLE')
        const [changed = ''] = /alembic_version|pgate_journal/.exec(change) ?? []
        expect(ends[0]?.stdout).toContain(`"public"."${changed}"`)
      })
    })

    it.each([
      ['no parents', 'update pgate_journal set revises = null, depends_on = null'],
      ['no downgrade', 'update pgate_journal set downgrade_sql = null'],
    ])('a journal whose rows have %s: no fault of pgate', async (_, change) => {
      await withPlace(server, async ({ url, env }) => {
        await queryRows(
          url,
          `alter table pgate_journal alter revises drop not null, alter depends_on drop not null`,
        )
        await queryRows(url, change)
        for (const command of COMMANDS) {
          const { exitCode, stdout } = await runPgateHere(command, { env })
          expect([0, 51], stdout).toContain(exitCode)
        }
      })
    })

    it.each([
      ['more statements done than there are', 'statements_done = 99'],
      ['fewer than none', 'statements_done = -5'],
      ['no number', 'statements_done = null, statements_done_checksum = null'],
    ])('an unfinished row with %s: gone on with, or refused', async (_, set) => {
      await withPlace(server, async ({ url, env }) => {
        await queryRows(url, `update pgate_journal set outcome = 'running', ${set}`)
        await queryRows(url, 'delete from alembic_version')
        const { exitCode, stdout } = await runPgateHere(['upgrade'], { env })
        expect([0, 51], stdout).toContain(exitCode)
      })
    })
  },
)

interface Place {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  readonly addRevision: () => Promise<void>
}

/** A database with one revision that has run by statements. */
async function withPlace(server: TestServer, use: (place: Place) => Promise<void>): Promise<void> {
  await withRevisionFolder(async (folder) => {
    const upgrade = 'select 1;\nvacuum;\nselect 2;'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade, downgrade: 'select 3;' }))
    await withDatabase(server, async ({ url }) => {
      const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      expect(await runPgateHere(['upgrade'], { env })).toMatchObject({ exitCode: 0 })
      const next = revisionText({ id: 'bbb', revises: 'aaa', upgrade: 'select 4;', downgrade: '' })
      await use({ url, env, addRevision: () => folder.write('b.sql', next) })
    })
  })
}
