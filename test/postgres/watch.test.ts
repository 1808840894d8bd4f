import { describe, expect } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const ALTER = revisionText({ id: 'aaa', upgrade: 'ALTER TABLE busy ADD COLUMN note text;' })

describe.concurrent.each(anyServer())('a slow statement on $name', (server) => {
  const it = testOn(server)

  const env = (url: string, path: string, more: Record<string, string> = {}) => ({
    DATABASE_URL: url,
    PGATE_MIGRATIONS: path,
    PGATE_EXTENSIONS: '',
    ...more,
  })

  it('is reported with who is in its way, once, and goes on when the way is free', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', ALTER)

    await queryRows(url, 'create table busy (id int)')
    await withClient(url, async (reader) => {
      await reader.query("set application_name = 'a report'; begin; select id from busy")
      const gate = startPgate([], {
        env: env(url, folder.path, { PGATE_DDL_LOCK_TIMEOUT: '30s' }),
      })
      await gate.says(/statement\.watch/)
      await reader.query('commit')
      const result = await gate.ended
      expect(result.exitCode).toBe(0)
      const reported = result.stderr.split('\n').filter((line) => line.includes('statement.watch'))
      expect(reported).toHaveLength(1)
      expect(JSON.parse(reported[0] ?? '')).toMatchObject({
        blockers: [
          { application: 'a report', state: 'idle in transaction', query: expect.any(String) },
        ],
      })
      expect(reported[0]).toContain('select id from busy')
    })
  })

  it('is reported with who was in its way where the lock is never free', async ({
    folder,
    database: { url },
  }) => {
    await folder.write('a.sql', ALTER)

    await queryRows(url, 'create table busy (id int)')
    await withClient(url, async (reader) => {
      await reader.query("set application_name = 'a report'; begin; select id from busy")
      const result = await runPgate([], {
        env: env(url, folder.path, {
          PGATE_DDL_LOCK_TIMEOUT: '4s',
          PGATE_LOCK_TIMEOUT: '1s',
        }),
      })
      expect(result.exitCode).toBe(54)
      expect(result.stdout).toMatch(/it waits for pid \d+ \(postgres, a report, idle in trans/)
    })
  })

  it('that waits for an old transaction to build its index says so', async ({
    folder,
    database: { url },
  }) => {
    const upgrade = 'CREATE INDEX CONCURRENTLY busy_id ON busy (id);'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))

    await queryRows(url, 'create table busy (id int)')
    await withClient(url, async (writer) => {
      await writer.query('begin; insert into busy values (1)')
      const gate = startPgate([], {
        env: env(url, folder.path, { PGATE_DDL_LOCK_TIMEOUT: '100ms' }),
      })
      await gate.says(/waiting for writers before build/)
      await writer.query('commit')
      expect((await gate.ended).exitCode).toBe(0)
    })
  })
})
