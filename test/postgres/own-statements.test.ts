import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { share } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const FROZEN = `create function frozen() returns event_trigger language plpgsql as
    $$ begin raise exception 'DDL is frozen' using hint = 'ask the DBA'; end $$;
  create event trigger frozen on ddl_command_start execute function frozen()`

/** Of the journal; what writes and reads rows wants them. */
const COLUMNS = [
  'downgrade_sql',
  'version_table',
  'checksum',
  'host',
  'started_at',
  'finished_at',
  'action',
  'id',
  'error',
]

describe.each(servers().slice(0, 1))(
  "what the server says to pgate's own statements on $name",
  (server) => {
    interface Scene {
      readonly url: string
      readonly write: (name: string, text: string) => Promise<void>
      readonly pgate: (args?: readonly string[]) => Promise<{
        readonly exitCode: number | null
        readonly output: string
      }>
    }

    async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
      await withDatabase(server, ({ url }) =>
        withRevisionFolder(async ({ path, write }) => {
          const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
          await write('a.sql', revisionText({ id: '001', upgrade: 'SELECT 1;', downgrade: '' }))
          const pgate: Scene['pgate'] = async (args = []) => {
            const { exitCode, stdout, stderr } = await runPgateHere(args, { env })
            return { exitCode, output: stdout + stderr }
          }
          await use({ url, write, pgate })
        }),
      )
    }

    it('is a refusal with its words and hint, and no fault of pgate: DDL is frozen', async () => {
      await withScene(async ({ url, pgate }) => {
        await queryRows(url, FROZEN)
        for (const args of [[], ['stamp', '001', '--no-verify']]) {
          const { exitCode, output } = await pgate(args)
          expect(exitCode, output).toBe(53)
          expect(output).toContain('SERVER_REFUSED')
          expect(output).toContain('DDL is frozen (SQLSTATE P0001)')
          expect(output).toContain('ask the DBA')
          expect(output).toContain('"retriable":false')
        }
        await queryRows(url, 'drop event trigger frozen')
        expect(await pgate()).toMatchObject({ exitCode: 0 })
      })
    })

    it.each([
      ['53200', 30],
      ['40001', 30],
      ['XX000', 30],
      ['0A000', 53],
      ['23505', 53],
      ['42501', 53],
      ['42601', 53],
      ['55000', 53],
    ])(
      'is never a fault of pgate, and retriable only where its class passes: %s',
      async (code, exit) => {
        await withScene(async ({ url, pgate }) => {
          await queryRows(url, FROZEN.replace('using', `using errcode = '${code}',`))
          const { exitCode, output } = await pgate()
          expect(exitCode, output).toBe(exit)
          expect(output).toContain(`DDL is frozen (SQLSTATE ${code})`)
          expect(output).toContain(`"retriable":${exit === 30}`)
          if (code !== '42501') expect(output).toContain('ask the DBA')
          await queryRows(url, 'drop event trigger frozen')
        })
      },
    )

    it.each(share(COLUMNS, { part: 0, of: 3 }))(
      'is HISTORY_TABLE for a journal without the column %s, whatever is to be done',
      async (column) => {
        await withScene(async ({ url, write, pgate }) => {
          expect(await pgate()).toMatchObject({ exitCode: 0 })
          // Nothing is pending: the proof alone is to be written.
          await queryRows(
            url,
            `alter table pgate_journal drop column ${column} cascade; create table unproved (i int)`,
          )
          const proof = await pgate()
          expect(proof.exitCode, proof.output).toBe(51)
          expect(proof.output).toContain('HISTORY_TABLE')
          await write(
            'b.sql',
            revisionText({ id: '002', revises: '001', upgrade: 'SELECT 2;', downgrade: '' }),
          )
          for (const args of [[], ['stamp', '002', '--no-verify'], ['downgrade', 'base']]) {
            const { exitCode, output } = await pgate(args)
            expect(exitCode, output).toBe(51)
            expect(output).toContain('HISTORY_TABLE')
          }
          expect(await queryRows(url, 'select * from alembic_version')).toEqual([
            { version_num: '001' },
          ])
        })
      },
    )

    it('is refused where a version row is there and its newest run failed, until it is stamped', async () => {
      await withScene(async ({ url, write, pgate }) => {
        await write(
          'b.sql',
          revisionText({ id: '002', revises: '001', upgrade: 'SELECT * FROM nowhere;' }),
        )
        expect(await pgate()).toMatchObject({ exitCode: 53 })
        // As a COMMIT in a revision left it.
        await queryRows(url, `update alembic_version set version_num = '002'`)
        for (const args of [[], ['check'], ['upgrade', '--dry-run']]) {
          const { exitCode, output } = await pgate(args)
          expect(exitCode, output).toBe(51)
          expect(output).toContain('HISTORY_UNFINISHED')
        }
        const { output } = await pgate()
        const [, command = ''] = /run: pgate ([\w ]+)/.exec(output) ?? []
        // The schema of 002 is what no server can build.
        await write(
          'b.sql',
          revisionText({ id: '002', revises: '001', upgrade: 'SELECT 2;', downgrade: '' }),
        )
        expect(await pgate(command.trim().split(' '))).toMatchObject({ exitCode: 0 })
        expect(await pgate()).toMatchObject({ exitCode: 0 })
      })
    })

    it('opens where a failed run was followed by one that was done, or a failed downgrade stands alone', async () => {
      await withScene(async ({ write, pgate }) => {
        await write('a.sql', revisionText({ id: '001', upgrade: 'SELECT * FROM nowhere;' }))
        expect(await pgate()).toMatchObject({ exitCode: 53 })
        await write(
          'a.sql',
          revisionText({ id: '001', upgrade: 'SELECT 1;', downgrade: 'SELECT * FROM nowhere;' }),
        )
        expect(await pgate()).toMatchObject({ exitCode: 0 })
        expect(await pgate(['downgrade', 'base'])).toMatchObject({ exitCode: 53 })
        expect(await pgate()).toMatchObject({ exitCode: 0 })
      })
    })
  },
)
