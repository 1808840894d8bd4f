import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

/** Statements that would take the gate's memory, and what the refusal names. */
const REFUSED = [
  ['DROP TABLE pgate_journal;', 'public.pgate_journal'],
  ['drop table if exists "public"."pgate_journal" cascade;', 'public.pgate_journal'],
  ['DROP TABLE somewhere.other, public.alembic_version;', 'public.alembic_version'],
  ['DROP TABLE pgate_lease;', 'public.pgate_lease'],
  ['ALTER TABLE pgate_journal DROP COLUMN downgrade_sql;', 'public.pgate_journal'],
  ['ALTER TABLE alembic_version RENAME TO v;', 'public.alembic_version'],
  ['ALTER TABLE alembic_version RENAME COLUMN version_num TO v;', 'public.alembic_version'],
  ['ALTER TABLE pgate_journal SET SCHEMA elsewhere;', 'public.pgate_journal'],
  ['TRUNCATE other, pgate_journal;', 'public.pgate_journal'],
  ['DROP SCHEMA public CASCADE;', 'schema public'],
  ['ALTER SCHEMA public RENAME TO old;', 'schema public'],
  ['DROP OWNED BY CURRENT_USER;', 'what the migrating role owns'],
  ["COMMENT ON TABLE pgate_journal IS 'x';", 'public.pgate_journal'],
  ['DO $$ BEGIN DROP TABLE pgate_journal; END $$;', 'public.pgate_journal'],
  ["DO $$ BEGIN EXECUTE 'drop table alembic_version'; END $$;", 'public.alembic_version'],
] as const

const ALLOWED = [
  'CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.pgate_journal (i int); DROP TABLE elsewhere.pgate_journal; DROP SCHEMA elsewhere;',
  'CREATE TABLE copied AS SELECT * FROM pgate_journal; SELECT * FROM alembic_version;',
  "DO $$ BEGIN RAISE NOTICE 'drop table pgate_journal'; END $$;",
  'GRANT SELECT ON pgate_journal TO PUBLIC;',
]

const FIRST = revisionText({ id: '001', upgrade: 'SELECT 1;', downgrade: '' })

describe.each(servers().slice(0, 1))("pgate's own tables on $name", (server) => {
  interface Scene {
    readonly url: string
    readonly write: (name: string, text: string) => Promise<void>
    readonly gate: (
      args?: readonly string[],
    ) => Promise<{ readonly exitCode: number | null; readonly output: string }>
  }

  async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
    await withDatabase(server, ({ url }) =>
      withRevisionFolder(async ({ path, write }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
        await write('a.sql', FIRST)
        await use({
          url,
          write,
          gate: async (args = []) => {
            const { exitCode, stdout, stderr } = await runPgateHere(args, { env })
            return { exitCode, output: stdout + stderr }
          },
        })
      }),
    )
  }

  const tables = `select relname from pg_class where relname in ('alembic_version', 'pgate_journal') order by 1`

  it('are not changed by a revision: refused by file and line before anything runs', async () => {
    await withScene(async ({ url, write, gate }) => {
      for (const [statement, named] of REFUSED) {
        const upgrade = `CREATE TABLE never (i int);\n${statement}`
        await write('b.sql', revisionText({ id: '002', revises: '001', upgrade }))
        for (const args of [[], ['upgrade', '--dry-run'], ['upgrade', '--sql']]) {
          const { exitCode, output } = await gate(args)
          expect(exitCode, statement + output).toBe(50)
          expect(output).toContain('REVISION_OWN_TABLE')
          expect(output).toContain(`b.sql:9: ${named} is pgate's own`)
        }
      }
      expect(await queryRows(url, tables)).toEqual([])
    })
  })

  it('are left alone by what only looks like it', async () => {
    await withScene(async ({ write, gate }) => {
      await write('b.sql', revisionText({ id: '002', revises: '001', upgrade: ALLOWED.join('\n') }))
      const { exitCode, output } = await gate()
      expect(exitCode, output).toBe(0)
    })
  })

  it('are not changed by a downgrade either', async () => {
    await withScene(async ({ url, write, gate }) => {
      const downgrade = 'DROP TABLE alembic_version;'
      await write('a.sql', revisionText({ id: '001', upgrade: 'SELECT 1;', downgrade }))
      expect(await gate()).toMatchObject({ exitCode: 0 })
      expect(await gate(['downgrade', 'base'])).toMatchObject({ exitCode: 50 })
      expect(await queryRows(url, tables)).toHaveLength(2)
    })
  })

  it.each(['on', 'off'])('are not changed by a module, transaction: %s', async (transaction) => {
    await withScene(async ({ url, write, gate }) => {
      expect(await gate()).toMatchObject({ exitCode: 0 })
      await write(
        'b.ts',
        `export const revision = '002', revises = '001', transaction = '${transaction}'
         export async function upgrade(db) {
           await db.query('create table made (i int)')
           await db.query('drop table pgate_journal').catch(() => {})
         }`,
      )
      const { exitCode, output } = await gate()
      expect(output).toContain('REVISION_OWN_TABLE')
      expect(exitCode).toBe(50)
      expect(await queryRows(url, tables)).toHaveLength(2)
      expect(await queryRows(url, 'select * from alembic_version')).toEqual([
        { version_num: '001' },
      ])
    })
  })

  it.each([
    [
      'the journal',
      `perform set_config('x.y', '', true); execute 'drop table pgate_' || 'journal';`,
    ],
    ['the version table', `execute 'drop table alembic_' || 'version';`],
  ])(
    'that a revision drops unseen, %s, are there again, and the file is named',
    async (_, body) => {
      await withScene(async ({ url, write, gate }) => {
        expect(await gate()).toMatchObject({ exitCode: 0 })
        const upgrade = `CREATE TABLE never (i int);\nDO $$ BEGIN ${body} END $$;`
        await write('b.sql', revisionText({ id: '002', revises: '001', upgrade }))
        const { exitCode, output } = await gate()
        expect(exitCode, output).toBe(51)
        expect(output).toMatch(/HISTORY_TABLE\): .*b\.sql has changed a table of pgate's own/)
        expect(await queryRows(url, tables)).toHaveLength(2)
        expect(await queryRows(url, `select to_regclass('never') as never`)).toEqual([
          { never: null },
        ])
      })
    },
  )

  it("continue where the journal's sequence is behind its rows", async () => {
    await withScene(async ({ url, write, gate }) => {
      const behind = `select setval(pg_get_serial_sequence('pgate_journal', 'id'), 1, false)`
      expect(await gate()).toMatchObject({ exitCode: 0 })
      // The proof alone.
      await queryRows(url, `${behind}; create table unproved (i int)`)
      expect(await gate()).toMatchObject({ exitCode: 0 })
      // A pipeline of two; one by itself; by statements; a failure; a stamp; a downgrade.
      const revision = (id: string, upgrade: string, transaction: 'auto' | 'off' = 'auto') =>
        write(
          `${id}.sql`,
          revisionText({
            id,
            revises: `00${Number(id) - 1}`,
            upgrade,
            transaction,
            downgrade: '',
          }),
        )
      for (const add of [
        async () => {
          await revision('002', 'CREATE TABLE two (i int);')
          await revision('003', 'CREATE TABLE three (i int);')
        },
        () => revision('004', 'SET ROLE postgres; CREATE TABLE four (i int);'),
        () => revision('005', 'CREATE TABLE five (i int); SELECT 5;', 'off'),
      ]) {
        await add()
        await queryRows(url, behind)
        const { exitCode, output } = await gate()
        expect(exitCode, output).toBe(0)
      }
      await revision('006', 'SELECT * FROM nowhere;')
      await queryRows(url, behind)
      expect(await gate()).toMatchObject({ exitCode: 53 })
      expect(
        await queryRows(url, `select outcome from pgate_journal where revision = '006'`),
      ).toEqual([{ outcome: 'failed' }])
      await queryRows(url, behind)
      expect(await gate(['stamp', '006', '--no-verify'])).toMatchObject({ exitCode: 0 })
      await queryRows(url, behind)
      expect(await gate(['downgrade', '-2'])).toMatchObject({ exitCode: 0 })
      expect(
        await queryRows(url, 'select from pgate_journal group by id having count(*) > 1'),
      ).toEqual([])
    })
  })
})
