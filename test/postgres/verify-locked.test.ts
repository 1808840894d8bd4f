import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { startPgate } from '../support/cli/cli.ts'
import { it } from '../support/cli/it.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { steeredImages, withSteeredServer } from '../support/servers/steered-server.ts'

const VIEW = revisionText({
  id: 'a',
  upgrade: 'CREATE TABLE base (id int PRIMARY KEY); CREATE VIEW vv AS SELECT id FROM base;',
})

describe.concurrent.each(anyServer())(
  'a lock that keeps verify from reading on $name',
  (server) => {
    function withLocked(
      use: (on: {
        env: Readonly<Record<string, string>>
        free: () => Promise<void>
      }) => Promise<void>,
    ): Promise<void> {
      return withRevisionFolder(async (folder) => {
        await folder.write('a.sql', VIEW)
        await withDatabase(server, async ({ url }) => {
          const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
          expect((await runPgateHere([], { env })).exitCode).toBe(0)
          // So that the kept proof does not hold.
          await queryRows(url, 'create table other (i int)')
          await withClient(url, async (rival) => {
            await rival.query("set application_name = 'a tool'; begin; lock table base")
            await use({ env, free: async () => void (await rival.query('commit')) })
          })
        })
      })
    }

    it.each([[[]], [['verify']], [['check']], [['wait', '--for', 'head']]])(
      'ends pgate %j with 54, who is in the way in the last line',
      async (args) => {
        await withLocked(async ({ env }) => {
          const settings = { ...env, PGATE_LOCK_TIMEOUT: '1s', PGATE_LOG_FORMAT: 'pretty' }
          const result = await runPgateHere(args, { env: settings })
          expect(result.exitCode, result.stdout + result.stderr).toBe(54)
          const last = result.stdout.trimEnd().split('\n').at(-1) ?? ''
          expect(last).toContain('VERIFY_LOCKED')
          expect(last).toMatch(/it waits for pid \d+ \(postgres, a tool, idle in transaction/)
        })
      },
    )

    it('is logged while it is waited for, and the gate opens when it goes', async () => {
      await withLocked(async ({ env, free }) => {
        const gate = startPgate([], { env })
        await gate.says(/Reading the schema has run for .*a tool/)
        await free()
        const result = await gate.ended
        expect(result.exitCode, result.stdout + result.stderr).toBe(0)
        expect(result.stderr).not.toContain('server.warning')
      })
    })
  },
)

describe.each(steeredImages())('a COMMIT that waits for a standby on %s', () => {
  it("is said to, and the server's warning is shown where it is interrupted", async ({
    folder,
  }) => {
    await folder.write('a.sql', VIEW)
    await withSteeredServer(async ({ url, start, stop }) => {
      await start({ synchronous_standby_names: 'missing' })
      const env = { DATABASE_URL: url, PGATE_EXTENSIONS: '', PGATE_MIGRATIONS: folder.path }
      const gate = startPgate([], { env })
      await gate.says(/COMMIT waits for a synchronous standby/)
      gate.kill('SIGTERM')
      const result = await gate.ended
      expect(result.exitCode).toBe(143)
      expect(result.stderr).toContain('might not have been replicated')
      await stop('immediate')
    })
  })
})
