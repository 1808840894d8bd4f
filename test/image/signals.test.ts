import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { docker, dockerOutput, lastLine } from '../support/docker/docker.ts'
import { uniqueName, useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

/** A container whose first process is in the midst of a statement. */
interface Held {
  readonly container: string
  /** Takes the server off the network: what was open stays open, and nothing is answered. */
  cutOff(): Promise<void>
  /** The container's exit code, and what was written to its termination log. */
  end(): Promise<{ readonly exitCode: string; readonly termination: unknown }>
  lastLine(): Promise<string>
  readonly url: string
}

// What the first process of a container does with a signal does not depend on the server.
describe.each(servers({ docker: true }).slice(0, 1))('as PID 1, with $name,', (server) => {
  it('docker stop cancels the statement and says so in the termination message', async () => {
    await withHeld(server, [], async ({ container, end, lastLine: last, url }) => {
      // Would the signal be ignored, `stop` killed it after its time, with 137.
      await dockerOutput(['stop', '--time', '30', container])
      const { exitCode, termination } = await end()
      expect(exitCode).toBe('143')
      expect(termination).toMatchObject({
        exitCode: 143,
        code: 'INTERRUPTED_SIGTERM',
        message: 'interrupted by SIGTERM',
      })
      expect(await last()).toContain('INTERRUPTED_SIGTERM): interrupted by SIGTERM. Next: ')
      const rows = 'select outcome from pgate_journal'
      expect(await queryRows(url, rows)).toEqual([{ outcome: 'interrupted' }])
      expect(await queryRows(url, SLEEPERS)).toEqual([])
    })
  })

  it('a second signal ends at once, and says what the server has not cancelled', async () => {
    // The last try to drop the throwaway database is the longest way to an end that there is.
    const args = ['manifest', '--shadow-url']
    await withHeld(server, args, async ({ container, cutOff, end, lastLine: last }) => {
      await cutOff()
      const kill = () => dockerOutput(['kill', '--signal', 'TERM', container])
      await Promise.all([kill(), delay(400).then(kill)])
      const { exitCode, termination } = await end()
      expect(exitCode).toBe('143')
      const message = expect.stringMatching(
        /^a second signal \(SIGTERM\) ended it at once.* has not answered yet .* session \d+ runs$/,
      )
      expect(termination).toMatchObject({ exitCode: 143, code: 'INTERRUPTED_SIGTERM', message })
      expect(await last()).toContain('a second signal (SIGTERM) ended it at once')
    })
  })
})

/** In whatever database: the throwaway one has a name of its own. */
const SLEEPERS = `select pid from pg_stat_activity where state = 'active'
   and (datname = current_database() or datname like 'pgate_shadow_%')
   and query like '%pg_sleep(601)%' and pid <> pg_backend_pid()`

/** Lends a container that runs `select pg_sleep(601)`; `args` end where the URL is to stand. */
async function withHeld(
  server: TestServer,
  args: readonly string[],
  use: (held: Held) => Promise<void>,
): Promise<void> {
  await withServerNetwork(server, (network) =>
    withDatabase(server, ({ url }) =>
      withRevisionFolder(async (folder) => {
        const upgrade = 'select pg_sleep(601);'
        await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
        const log = join(folder.path, 'termination-log')
        await writeFile(log, '')
        await chmod(log, 0o666)
        await chmod(folder.path, 0o755)
        const container = uniqueName()
        const urlInside = network.urlInside(url)
        await dockerOutput([
          ...['run', '--detach', '--name', container, '--network', network.name],
          ...['--read-only', '--volume', `${folder.path}:/migrations:ro`],
          ...['--volume', `${log}:/dev/termination-log`, '--env', 'PGATE_EXTENSIONS='],
          ...['--env', `DATABASE_URL=${urlInside}`, image.tag],
          ...(args.length > 0 ? [...args, urlInside] : []),
        ])
        try {
          await untilAsleep(url, container)
          const { container: postgres = '' } = server
          await use({
            container,
            url,
            cutOff: async () => {
              await dockerOutput(['network', 'disconnect', network.name, postgres])
            },
            end: async () => ({
              exitCode: await dockerOutput(['wait', container]),
              termination: JSON.parse(await readFile(log, 'utf8')),
            }),
            lastLine: async () => lastLine((await docker(['logs', container])).stdout),
          })
        } finally {
          await dockerOutput(['rm', '--force', '--volumes', container])
          // Where it is connected still this fails, and all is well.
          await docker(['network', 'connect', network.name, server.container ?? ''])
        }
        for (const { pid } of await queryRows<{ pid: number }>(url, SLEEPERS)) {
          await queryRows(url, 'select pg_terminate_backend($1)', [pid])
        }
      }),
    ),
  )
}

async function untilAsleep(url: string, container: string): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    if ((await queryRows(url, SLEEPERS)).length > 0) return
    await delay(100)
  }
  const { stdout, stderr } = await docker(['logs', container])
  throw new Error(`${container} does not sleep:\n${stdout}${stderr}`)
}
