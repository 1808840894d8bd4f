import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples/adopt')

describe.each(anyServer())('on $name', (server) => {
  it('a folder that was imported makes the same schema, and takes the database over by the command that is printed', async () => {
    await withRevisionFolder(async ({ path }) => {
      const [from, to] = [`${EXAMPLES}/dbmate/db/migrations`, `${path}/migrations`]
      await withDatabase(server, async ({ url }) => {
        const run = (migrations: string, ...args: readonly string[]) =>
          runPgateHere(args, {
            env: {
              DATABASE_URL: url,
              PGATE_MIGRATIONS: migrations,
              PGATE_EXTENSIONS: '',
              PGATE_LOG_FORMAT: 'pretty',
            },
          })
        expect(await run(from, 'upgrade')).toMatchObject({ exitCode: 0 })
        const imported = await run(to, 'import', 'dbmate', from)
        expect(imported, imported.stderr).toMatchObject({ exitCode: 0 })
        // What the new files make is what the database has: stamp and gate compare.
        expect(await run(to, 'manifest', '--shadow-url', server.url)).toMatchObject({ exitCode: 0 })
        expect(await readFile(`${to}/manifest.json`, 'utf8')).toContain('invoices')
        const refused = await run(to)
        expect([refused.exitCode, refused.stdout + refused.stderr]).toEqual([
          51,
          expect.stringContaining('HISTORY_ELSEWHERE'),
        ])
        const [, command = ''] = /pgate (stamp \w+)/.exec(imported.stdout + imported.stderr) ?? []
        const stamped = await run(to, ...command.split(' '))
        expect(stamped, stamped.stderr).toMatchObject({ exitCode: 0 })
        expect(await run(to)).toMatchObject({ exitCode: 0 })
        expect(await run(to, 'downgrade', 'base')).toMatchObject({ exitCode: 0 })
        const left = `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`
        expect(await queryRows(url, left)).toEqual([
          { relname: 'alembic_version' },
          { relname: 'pgate_journal' },
          { relname: 'schema_migrations' },
        ])
        expect(await run(to)).toMatchObject({ exitCode: 0 })
      })
    })
  })
})
