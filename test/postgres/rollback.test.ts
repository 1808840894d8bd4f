import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { expectDone, pgateOf, RAGCHAT } from '../support/cli/systems.ts'
import { queryRows } from '../support/database/query.ts'
import { withReader } from '../support/database/reader-role.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Lends the revisions as the image before had them: without the last one, and its manifest. */
function withOlderFiles<T>(use: (migrations: string) => Promise<T>): Promise<T> {
  return withRevisionFolder(async ({ path }) => {
    for (const name of await readdir(path)) {
      if (!name.startsWith('20251101')) await rm(join(path, name))
    }
    return use(path)
  }, RAGCHAT.migrations)
}

const [first] = servers()
const oneServer = first === undefined ? [] : [first]

describe.each(oneServer)('an image that was rolled back, on $name,', (server) => {
  const it = testOn(server)

  it('shuts the gate of a database that is ahead, unless that is allowed', async ({
    database: { url },
  }) => {
    await withOlderFiles(async (older) => {
      expectDone(await pgateOf(RAGCHAT, url)('gate'))
      const old = pgateOf(RAGCHAT, url, older)
      expect(await old('gate')).toMatchObject({ exitCode: 51 })
      expect(await old('wait', '--for', 'head')).toMatchObject({ exitCode: 51 })
      expectDone(await old('gate', '--ahead', 'allow'))
      expectDone(await old('wait', '--for', 'head', '--ahead', 'allow'))
    })
  })

  it('lets a role that only reads follow a database that is ahead by the journal alone', async ({
    database: { url, name },
  }) => {
    await withOlderFiles(async (older) => {
      expectDone(await pgateOf(RAGCHAT, url)('gate'))
      const role = `r_${name}`.slice(0, 63)
      await withReader(url, { role, tables: ['alembic_version'] }, async (its) => {
        const follow = () =>
          pgateOf(RAGCHAT, its, older)('wait', '--for', 'head', '--ahead', 'allow')
        const refused = await follow()
        expect(refused.exitCode).toBe(51)
        expect(refused.stdout).toContain('SELECT on pgate_journal')
        await queryRows(url, `grant select on pgate_journal to "${role}"`)
        expectDone(await follow())
      })
    })
  })

  it('takes the database back by the SQL that the journal kept, and then opens', async ({
    database: { url },
  }) => {
    await withOlderFiles(async (older) => {
      expectDone(await pgateOf(RAGCHAT, url)('gate'))
      const old = pgateOf(RAGCHAT, url, older)
      const plan = await old('downgrade', '--from-journal', '--dry-run', '001')
      expect(plan.stdout).toContain('would run downgrade 002 -> 001')
      expectDone(await old('downgrade', '--from-journal', '001'))
      expectDone(await old('gate'))
    })
  })
})
