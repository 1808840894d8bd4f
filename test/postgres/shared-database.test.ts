import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** As the journal was before its rows named their version table. */
const VERSION_1 = `alter table pgate_journal drop column version_table, drop column restore_point, drop column phase, drop column run_id;
  comment on table pgate_journal is 'pgate journal, version 1'`

interface Application {
  readonly env: Readonly<Record<string, string>>
  readonly write: (name: string, text: string) => Promise<void>
}

describe.each(anyServer())('two applications in one database on $name', (server) => {
  const it = testOn(server)

  /** Each has a folder of its own, a version table of its own, and a revision 001. */
  async function withApplications(
    use: (url: string, first: Application, second: Application) => Promise<void>,
  ): Promise<void> {
    await withDatabase(server, ({ url }) =>
      withRevisionFolder((a) =>
        withRevisionFolder((b) => {
          const [first, second] = [a, b].map(({ path, write }, index) => ({
            env: {
              DATABASE_URL: url,
              PGATE_MIGRATIONS: path,
              PGATE_EXTENSIONS: '',
              PGATE_VERSION_TABLE: `v_a${index + 1}`,
            },
            write,
          }))
          if (first === undefined || second === undefined) throw new Error('two were made')
          return use(url, first, second)
        }),
      ),
    )
  }

  const gate = async ({ env }: Application, args: readonly string[] = []) => {
    const { exitCode, stdout } = await runPgateHere(args, { env })
    return { exitCode, stdout }
  }

  const table = (name: string, transaction: 'auto' | 'off' = 'auto') =>
    revisionText({
      id: '001',
      transaction,
      upgrade: `CREATE TABLE ${name} (id int);\nINSERT INTO ${name} VALUES (1);`,
      downgrade: `DROP TABLE ${name};`,
    })

  it('see nothing of each other: revisions of one name, proofs, downgrades from the journal', async () => {
    await withApplications(async (url, first, second) => {
      await first.write('a.sql', table('a1'))
      await second.write('a.sql', table('a2'))
      for (const one of [first, second, first, second]) expect((await gate(one)).exitCode).toBe(0)
      expect((await gate(first, ['check'])).exitCode).toBe(0)
      const back = await gate(first, ['downgrade', 'base', '--from-journal'])
      expect(back.exitCode, back.stdout).toBe(0)
      expect(await queryRows(url, 'select * from a2')).toEqual([{ id: 1 }])
      expect(await queryRows(url, `select to_regclass('a1') as a1`)).toEqual([{ a1: null }])
      expect(
        await queryRows(
          url,
          `select version_table, action from pgate_journal where action <> 'verify' order by id`,
        ),
      ).toEqual([
        { version_table: '"public"."v_a1"', action: 'upgrade' },
        { version_table: '"public"."v_a2"', action: 'upgrade' },
        { version_table: '"public"."v_a1"', action: 'downgrade' },
      ])
    })
  })

  it("does not take the other's half-run revision for its own", async () => {
    await withApplications(async (url, first, second) => {
      const half = 'CREATE TABLE a1 (id int);\nSELECT * FROM nowhere;'
      await first.write('a.sql', revisionText({ id: '001', upgrade: half, transaction: 'off' }))
      await second.write('a.sql', table('a2', 'off'))
      expect((await gate(first)).exitCode).toBe(53)
      const { exitCode, stdout } = await gate(second)
      expect(exitCode, stdout).toBe(0)
      expect(await queryRows(url, 'select * from a2')).toEqual([{ id: 1 }])
      expect((await gate(second, ['downgrade', 'base'])).exitCode).toBe(0)
      const whole = 'CREATE TABLE a1 (id int);\nSELECT 1;'
      await first.write('a.sql', revisionText({ id: '001', upgrade: whole, transaction: 'off' }))
      expect((await gate(first)).exitCode).toBe(0)
    })
  })

  it('begin at once on a new database', async () => {
    await withApplications(async (_, first, second) => {
      await first.write('a.sql', table('a1'))
      await second.write('a.sql', table('a2'))
      const ends = await Promise.all([gate(first), gate(second)])
      expect(ends).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }])
    })
  })

  it('upgrade a journal of version 1, whose rows then count for neither', async () => {
    await withApplications(async (url, first, second) => {
      await first.write('a.sql', table('a1'))
      await second.write('a.sql', table('a2'))
      for (const one of [first, second]) expect((await gate(one)).exitCode).toBe(0)
      await queryRows(url, VERSION_1)
      const next = revisionText({ id: '002', revises: '001', upgrade: 'SELECT 1;' })
      expect((await gate(second)).exitCode).toBe(0)
      await second.write('b.sql', next)
      for (const one of [second, first]) {
        const { exitCode, stdout } = await gate(one)
        expect(exitCode, stdout).toBe(0)
      }
    })
  })

  it('leave the rows of a journal of version 1 to the one application there is', async ({
    database: { url },
    folder: { path, write },
  }) => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
    await write('a.sql', table('a1'))
    expect((await runPgateHere([], { env })).exitCode).toBe(0)
    await queryRows(url, `${VERSION_1}; create table unproved (id int)`)
    expect((await runPgateHere(['check'], { env })).exitCode).toBe(0)
    // Nothing is pending: the proof alone is written, and takes the journal along.
    expect((await runPgateHere([], { env })).exitCode).toBe(0)
    expect(
      await queryRows(
        url,
        `select version_table, count(*)::int,
                    obj_description('pgate_journal'::regclass, 'pg_class') as comment
               from pgate_journal group by 1`,
      ),
    ).toEqual([
      {
        version_table: '"public"."alembic_version"',
        count: 3,
        comment: 'pgate journal, version 4',
      },
    ])
    await write('a.sql', table('a3'))
    expect((await runPgateHere([], { env })).exitCode).toBe(51)
  })
})

describe.each(psqlServers().slice(0, 1))('a script that psql runs on $name', (server) => {
  const it = testOn(server)

  it('upgrades a journal of version 1', async ({ database, folder: { path, write } }) => {
    const { url } = database
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' }
    await write('a.sql', revisionText({ id: '001', upgrade: 'SELECT 1;' }))
    expect((await runPgateHere([], { env })).exitCode).toBe(0)
    await queryRows(url, VERSION_1)
    await write('b.sql', revisionText({ id: '002', revises: '001', upgrade: 'SELECT 1;' }))
    const { stdout } = await runPgateHere(['upgrade', '001:002', '--sql'], { env })
    expect(await runPsql(server, database, stdout)).toMatchObject({ exitCode: 0 })
    const owners = await queryRows(url, 'select distinct version_table from pgate_journal')
    expect(owners).toEqual([{ version_table: '"public"."alembic_version"' }])
    expect((await runPgateHere([], { env })).exitCode).toBe(0)
  })
})
