import { describe, expect, it } from 'vitest'
import { mustHaveRunOnce, runFifty, writeMixedRevisions } from '../support/cli/fifty.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { share } from '../support/run/long.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const TIMEOUT_MS = 120_000

interface Place {
  readonly url: string
  readonly name: string
  readonly env: Readonly<Record<string, string>>
}

describe.each(servers({ docker: true }).slice(0, 1))('many gates at once on $name', (server) => {
  it(
    'each end with 0, and run each revision once',
    async () => {
      await withPlace(server, async ({ url, env }) => {
        await mustHaveRunOnce(url, await runFifty({ ...env, DATABASE_URL: url }))
      })
    },
    TIMEOUT_MS,
  )

  it.each(share(['transaction', 'session'] as const, { part: 0, of: 2 }))(
    'each end with 0 by %s pooling, and run each revision once',
    async (mode) => {
      await withPgbouncer(server, mode, (pooler) =>
        withPlace(server, async ({ url, name, env }) => {
          await mustHaveRunOnce(url, await runFifty({ ...env, DATABASE_URL: pooler.urlOf(name) }))
          expect(await queryRows(url, 'select * from pgate_lease')).toEqual([])
        }),
      )
    },
    TIMEOUT_MS,
  )
})

// The newest one.
describe.each(servers({ docker: true, vector: true }).slice(-1))(
  'many gates on $name',
  (server) => {
    it(
      'each end with 0 where the role may have no more than fifteen connections',
      async () => {
        await withPlace(server, async ({ url, name, env }) => {
          const role = `fifteen_${name}`
          await queryRows(url, `create role ${role} login password 'test only' connection limit 15`)
          await queryRows(url, `alter database ${name} owner to ${role}`)
          const limited = new URL(url)
          limited.username = role
          limited.password = 'test only'
          const gates = await runFifty({ ...env, DATABASE_URL: limited.href })
          await mustHaveRunOnce(url, gates)
          // 53300: not a refusal, but something to wait for.
          expect(gates.filter(({ stderr }) => stderr.includes('53300')).length).toBeGreaterThan(0)
        })
      },
      TIMEOUT_MS,
    )
  },
)

async function withPlace(server: TestServer, use: (place: Place) => Promise<void>): Promise<void> {
  await withDatabase(server, ({ url, name }) =>
    withRevisionFolder(async (folder) => {
      await writeMixedRevisions(folder)
      await use({
        url,
        name,
        env: { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: 'uuid-ossp' },
      })
    }),
  )
}
