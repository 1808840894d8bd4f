import { describe, expect, inject, it } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { lastLine } from '../support/docker/docker.ts'
import { withReplicatedServer } from '../support/servers/replicated-server.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Those that only read, and what of their output shows that they have looked. */
const READING = [
  ['wait --for head', /the database is at /],
  ['verify', /as the manifest promises/],
  ['check', /what the revisions promise/],
  ['current', /\(head\)/],
  ['current --verbose', /\(head\)/],
  ['history', /./],
  ['upgrade --dry-run', /nothing pending/],
  ['verify --repair --dry-run', /./],
] as const

const env = (url: string) => ({
  DATABASE_URL: url,
  PGATE_MIGRATIONS: MAI_MIGRATIONS,
  PGATE_WAIT_TIMEOUT: '3s',
})

const docker = inject('environment').docker ? ['a standby that streams from its primary'] : []

describe.each(docker)('%s', () => {
  it('is good enough for what only reads, and for nothing that writes', async () => {
    await withReplicatedServer(async ({ primary, standby, pauseReplay, resumeReplay }) => {
      await pauseReplay()
      const follower = startPgate(['wait', '--for', 'head'], {
        env: { ...env(standby), PGATE_WAIT_TIMEOUT: '60s' },
      })
      expect(await runPgate([], { env: env(primary) })).toMatchObject({ exitCode: 0 })
      const early = await runPgate(['check'], { env: env(standby) })
      expect(early).toMatchObject({ exitCode: 51 })
      await resumeReplay()
      expect(await follower.ended).toMatchObject({ exitCode: 0 })
      for (const [command, words] of READING) {
        const result = await runPgate(command.split(' '), { env: env(standby) })
        expect(result, `${command}\n${result.stderr}`).toMatchObject({ exitCode: 0 })
        expect(result.stdout, command).toMatch(words)
      }
      // Each waits for three seconds.
      const writing = ['gate', 'upgrade', 'downgrade -1', 'stamp head', 'wait'].map(
        async (command) => {
          const result = await runPgate(command.split(' '), { env: env(standby) })
          expect(result, command).toMatchObject({ exitCode: 30 })
          expect(lastLine(result.stdout)).toContain('the server is a standby in recovery')
        },
      )
      await Promise.all(writing)
      const wanted = { ...env(standby), PGTARGETSESSIONATTRS: 'standby' }
      expect(await runPgate(['wait'], { env: wanted })).toMatchObject({ exitCode: 0 })
    })
  }, 180_000)
})

describe.each(anyServer({ vector: true }))('a session that only reads on $name', (server) => {
  const it = testOn(server)

  it('is good enough for what only reads, and for nothing that writes', async ({
    database: { url, name },
  }) => {
    expect(await runPgate([], { env: env(url) })).toMatchObject({ exitCode: 0 })
    await queryRows(url, `alter database "${name}" set default_transaction_read_only = on`)
    for (const [command, words] of READING) {
      const result = await runPgate(command.split(' '), { env: env(url) })
      expect(result, `${command}\n${result.stderr}`).toMatchObject({ exitCode: 0 })
      expect(result.stdout, command).toMatch(words)
    }
    const shut = await runPgate([], { env: env(url) })
    expect(shut).toMatchObject({ exitCode: 30 })
    expect(lastLine(shut.stdout)).toContain('transactions are read-only')
  }, 120_000)
})
