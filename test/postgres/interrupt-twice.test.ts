import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type RunningPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withClient } from '../support/database/query.ts'
import { lastLine } from '../support/docker/docker.ts'
import { type RunningStatement, untilRuns } from '../support/faults/interrupt.ts'
import { freezable, throughListener, withListener } from '../support/network/network.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** Longer than an echo of the first signal takes, in milliseconds. */
const NO_ECHO_MS = 150

interface Silent {
  readonly gate: RunningPgate
  /** What goes on on the server. */
  readonly statement: RunningStatement
  /** Nothing passes between the two any more. */
  readonly freeze: () => void
}

describe.each(servers().slice(0, 1))('a second signal on $name', (server) => {
  it.each([
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGINT', 130],
  ] as const)('after %s, %s ends at once with %d and says what still runs', async (...by) => {
    const [first, second, exitCode] = by
    await withGate(server, async ({ gate, statement, freeze }) => {
      freeze()
      gate.kill(first)
      await gate.says(/"event":"interrupt"/)
      await delay(NO_ECHO_MS)
      gate.kill(second)
      const { stdout, ...result } = await gate.ended
      expect(result).toMatchObject({ exitCode, signal: null })
      expect(lastLine(stdout)).toContain(
        `gate shut (exit ${exitCode}, INTERRUPTED_${second}): a second signal (${second}) ended it at once during the step migrate; the server has not answered yet that it cancelled what session ${statement.pid} runs. Next: `,
      )
    })
  })

  it('is not needed where the server has fallen silent', async () => {
    await withGate(server, async ({ gate, freeze }) => {
      // By then a second connection watches the statement.
      await gate.says(/statement\.watch/)
      freeze()
      const sent = performance.now()
      gate.kill('SIGTERM')
      const { stdout, exitCode } = await gate.ended
      expect(performance.now() - sent).toBeLessThan(8_000)
      expect(exitCode).toBe(143)
      expect(lastLine(stdout)).toContain('INTERRUPTED_SIGTERM): interrupted by SIGTERM. Next: ')
    })
  })

  it('is none where it is the echo of the first', async () => {
    await withGate(server, async ({ gate }) => {
      gate.kill('SIGINT')
      gate.kill('SIGINT')
      const { stdout, exitCode } = await gate.ended
      expect(exitCode).toBe(130)
      expect(lastLine(stdout)).toContain('INTERRUPTED_SIGINT): interrupted by SIGINT. Next: ')
    })
  })
})

/** Lends a gate that runs a statement on the other side of a proxy. */
async function withGate(server: TestServer, use: (silent: Silent) => Promise<void>): Promise<void> {
  await withDatabase(server, ({ url }) =>
    withRevisionFolder(async (folder) => {
      const upgrade = 'select pg_sleep(600);'
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      const { serve, freeze } = freezable(url)
      await withListener(serve, async (listener) => {
        const DATABASE_URL = throughListener(url, listener)
        const env = { DATABASE_URL, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        const gate = startPgate([], { env })
        const find = (observer: Parameters<typeof untilRuns>[0]) =>
          untilRuns(observer, gate, { runs: 'pg_sleep' })
        await use({ gate, statement: await withClient(url, find), freeze })
      })
    }),
  )
}
