import type { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const FIRST = revisionText({ id: 'aaa', upgrade: 'create table one (id int);' })
const SECOND = revisionText({
  id: 'bbb',
  revises: 'aaa',
  upgrade: 'select pg_advisory_xact_lock(42);\ncreate table two (id int);',
})

const GATE_LOCK = `select pg_advisory_lock(${gateLockKey()})`
const DONE_BY_ANOTHER = 'another gate did it, at bbb'

interface Place {
  readonly env: Readonly<Record<string, string>>
  readonly url: string
  /** A session of the test. */
  readonly rival: Client
}

describe.each(anyServer())('what another gate does meanwhile, on $name,', (server) => {
  /** A database at the first of two revisions. */
  function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
    return withRevisionFolder((folder) =>
      withDatabase(server, async ({ url }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        await folder.write('a.sql', FIRST)
        expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
        await folder.write('b.sql', SECOND)
        await withClient(url, (rival) => use({ env, url, rival }))
      }),
    )
  }

  it('is proved once: the gate that waited believes the proof of the one that worked', async () => {
    await withPlace(async ({ env, url, rival }) => {
      await rival.query('select pg_advisory_lock(42)')
      const worker = startPgate([], { env })
      await worker.says(/Running upgrade/)
      const waiter = startPgate([], { env })
      await waiter.says(/lock\.wait/)
      await rival.query('select pg_advisory_unlock(42)')
      const [worked, waited] = await Promise.all([worker.ended, waiter.ended])
      expect([worked.exitCode, waited.exitCode]).toEqual([0, 0])
      expect(worked.stderr).toContain('1 revision applied, now at bbb')
      expect(waited.stderr).toContain(DONE_BY_ANOTHER)
      expect(waited.stderr).toContain('unchanged since the last verify')
      const verified = `select from pgate_journal where action = 'verify'`
      expect(await queryRows(url, verified)).toHaveLength(2)
    })
  })

  it.each([
    ['at once where there is a proof to look at', '', 0],
    ['after two seconds where none comes', 'delete from pgate_journal', 2_000],
  ])('needs no lock, and is looked at %s', async (_, before, patienceMs) => {
    await withPlace(async ({ env, rival }) => {
      await rival.query(GATE_LOCK)
      const waiter = startPgate([], { env })
      await waiter.says(/lock\.wait/)
      const startedAt = performance.now()
      await rival.query(
        `begin; create table two (id int); update alembic_version set version_num = 'bbb'; ${before}; commit`,
      )
      const { exitCode, stderr } = await waiter.ended
      expect(exitCode).toBe(0)
      expect(stderr).toContain(DONE_BY_ANOTHER)
      expect(stderr).toMatch(/verify done: structure sound, .* objects/)
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(patienceMs)
    })
  })
})
