import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli.ts'
import { withPgbouncer } from '../support/pgbouncer.ts'
import { MAI_MIGRATIONS } from '../support/project.ts'
import { queryRows } from '../support/query.ts'
import { servers, withDatabase } from '../support/servers.ts'

describe.each(servers({ docker: true, vector: true }).slice(0, 1))(
  'the gate through PgBouncer on $name',
  (server) => {
    it.each(['session', 'transaction'] as const)(
      'refuses to migrate by %s pooling, changes nothing, and opens where nothing is pending',
      async (mode) => {
        await withPgbouncer(server, mode, (pooler) =>
          withDatabase(server, async ({ url, name }) => {
            const through = { DATABASE_URL: pooler.urlOf(name), PGATE_MIGRATIONS: MAI_MIGRATIONS }
            const refused = await runPgate([], { env: through })
            expect(refused.exitCode).toBe(20)
            expect(refused.stdout).toContain('CONFIG_POOLER')
            expect(
              await queryRows(url, `select to_regclass('alembic_version') as versions`),
            ).toEqual([{ versions: null }])
            const direct = { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS }
            expect(await runPgate([], { env: direct })).toMatchObject({ exitCode: 0 })
            expect(await runPgate([], { env: through })).toMatchObject({ exitCode: 0 })
          }),
        )
      },
    )
  },
)
