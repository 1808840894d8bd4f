import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const MOVED = 'alter table t drop column a; alter table t add column a int'

describe.each(anyServer())('columns in another order on $name', (server) => {
  const it = testOn(server)

  function withTable(
    use: (on: {
      readonly url: string
      readonly pgate: (
        ...args: readonly string[]
      ) => Promise<{ exitCode: number | null; stderr: string }>
    }) => Promise<void>,
  ): Promise<void> {
    return withRevisionFolder(async (folder) => {
      const upgrade = 'CREATE TABLE t (a int, b int);'
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      await withDatabase(server, ({ url }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        return use({ url, pgate: (...args) => runPgateHere(args, { env }) })
      })
    })
  }

  it('shut the gate where the revisions have made them', () =>
    withTable(async ({ url, pgate }) => {
      expect((await pgate('manifest')).exitCode).toBe(0)
      expect((await pgate()).exitCode).toBe(0)
      await queryRows(url, MOVED)
      expect((await pgate()).exitCode).toBe(60)
      expect((await pgate('check')).exitCode).toBe(60)
    }))

  it('are warned of where two branches came in another order than in the manifest', async ({
    folder,
    database: { url },
  }) => {
    const file = (id: string, revises: string, upgrade: string) =>
      folder.write(`${id}.sql`, revisionText({ id, revises, upgrade }))
    await file('aaa', 'none', 'CREATE TABLE t (a int);')
    await file('zzz', 'aaa', 'ALTER TABLE t ADD COLUMN z int;')

    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect((await runPgateHere([], { env })).exitCode).toBe(0)
    await file('bbb', 'aaa', 'ALTER TABLE t ADD COLUMN b int;')
    await file('mmm', 'bbb, zzz', '')
    expect((await runPgateHere(['manifest'], { env })).exitCode).toBe(0)
    const { exitCode, stderr } = await runPgateHere([], { env })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('table public.t has its columns in another order')
  })

  it('are warned of each time where something else has made them, and were stamped', () =>
    withTable(async ({ url, pgate }) => {
      expect((await pgate('manifest')).exitCode).toBe(0)
      await queryRows(url, 'create table t (b int, a int)')
      expect((await pgate('stamp', 'head')).exitCode).toBe(0)
      for (const start of ['by a look at every object', 'by the proof that was kept']) {
        const { exitCode, stderr } = await pgate()
        expect(exitCode, start).toBe(0)
        expect(stderr, start).toContain('table public.t has its columns in another order')
      }
      expect((await pgate('check')).exitCode).toBe(0)
    }))
})
