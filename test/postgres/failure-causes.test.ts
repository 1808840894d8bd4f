import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

interface Shut {
  readonly exitCode: number
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly facts: Readonly<Record<string, unknown>>
}

describe.each(anyServer())('the cause of a failure on $name', (server) => {
  const it = testOn(server)

  /** Runs one revision over a prepared database, and reads how it ended. */
  async function failure(
    upgrade: string,
    about: {
      readonly before?: string
      readonly role?: string
      readonly env?: Readonly<Record<string, string>>
      readonly use?: (ended: Shut, url: string) => Promise<void>
    } = {},
  ): Promise<Shut> {
    return withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'a', upgrade }))
      return withDatabase(server, async ({ url }) => {
        if (about.before !== undefined) await queryRows(url, about.before)
        const own = new URL(url)
        if (about.role !== undefined) Object.assign(own, { username: about.role, password: 'p' })
        const env = {
          DATABASE_URL: own.href,
          PGATE_MIGRATIONS: folder.path,
          PGATE_EXTENSIONS: '',
          ...about.env,
        }
        const result = await runPgateHere(['--json'], { env })
        const ended: Shut = JSON.parse(result.stdout)
        await about.use?.(ended, url)
        return ended
      })
    })
  }

  it('names what depends on an object that is dropped or changed', async () => {
    const before =
      'create table t (a varchar(5)); create view v as select a from t; create materialized view mv as select a from v'
    const dropped = await failure('DROP VIEW v;', { before })
    expect(dropped.code).toBe('MIGRATION_FAILED')
    expect(dropped.message).toContain("PostgreSQL's detail: materialized view mv depends on view v")
    const altered = await failure('ALTER TABLE t ALTER a TYPE text;', { before })
    expect(altered.message).toMatch(/PostgreSQL's detail: rule _RETURN on view v depends on column/)
  })

  it('shows no values of rows', async () => {
    const before = "create table t (a text unique); insert into t values ('CANARY')"
    const ended = await failure("INSERT INTO t VALUES ('CANARY' || '');", { before })
    expect(ended.facts).toMatchObject({ sqlstate: '23505' })
    expect(JSON.stringify({ ...ended, message: ended.message.split('\n')[0] })).not.toContain(
      'CANARY',
    )
    expect(ended.message).not.toContain('(a)=')
  })

  it("says that a role is there already since roles are the server's, with the way out", async () => {
    const ended = await failure('CREATE ROLE postgres;')
    expect(ended.hint).toContain('Roles belong to the whole server')
    expect(ended.hint).not.toContain('pgate stamp')
  })

  it('says who owns a table that this role may not change, and the printed statements let it', async () => {
    const roles = { owner: `own_${server.major}_x`, mig: `mig_${server.major}_x` }
    await queryRows(
      server.url,
      `drop role if exists ${roles.owner}; drop role if exists ${roles.mig};
       create role ${roles.owner}; create role ${roles.mig} login password 'p'`,
    )
    const before = `grant create, usage on schema public to ${roles.mig}, ${roles.owner};
      create table t (id int); alter table t owner to ${roles.owner}`
    try {
      await failure('ALTER TABLE t ADD COLUMN x int;', {
        before,
        role: roles.mig,
        use: async ({ code, message, hint, facts }, url) => {
          expect({ code, sqlstate: facts.sqlstate }).toEqual({
            code: 'MIGRATION_FAILED',
            sqlstate: '42501',
          })
          expect(message).toContain(`t belongs to ${roles.owner}, and pgate runs as ${roles.mig}`)
          const [, grant = ''] = /(GRANT .*?;)/.exec(hint) ?? []
          expect(hint).toContain(`PGATE_ROLE=${roles.owner}`)
          await queryRows(url, grant)
          const [, reassign = ''] = /(REASSIGN .*?;)/.exec(hint) ?? []
          await queryRows(url, reassign)
          expect(
            await queryRows(url, "select tableowner as owner from pg_tables where tablename = 't'"),
          ).toEqual([{ owner: roles.mig }])
        },
      })
    } finally {
      await queryRows(server.url, `drop role ${roles.mig}; drop role ${roles.owner}`)
    }
  })

  it('sends CREATE EXTENSION by a role that may not to PGATE_EXTENSIONS', async () => {
    const role = `ext_${server.major}_x`
    await queryRows(
      server.url,
      `drop role if exists ${role}; create role ${role} login password 'p'`,
    )
    try {
      const ended = await failure('CREATE EXTENSION amcheck;', {
        before: `grant create, usage on schema public to ${role}`,
        role,
      })
      expect(ended.facts.sqlstate).toBe('42501')
      expect(ended.hint).toContain('PGATE_EXTENSIONS')
      expect(ended.hint).toContain('PGATE_ADMIN_URL')
    } finally {
      await queryRows(server.url, `drop role ${role}`)
    }
  })

  it('that is another session names it in the last line and the facts, with the statement that ends it', async ({
    folder,
    database: { url },
  }) => {
    const upgrade = 'ALTER TABLE busy ADD COLUMN note text;'
    await folder.write('a.sql', revisionText({ id: 'a', upgrade }))

    await queryRows(url, 'create table busy (id int)')
    await withClient(url, async (reader) => {
      await reader.query("set application_name = 'a report'; begin; select id from busy")
      const env = {
        DATABASE_URL: url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_DDL_LOCK_TIMEOUT: '600ms',
        PGATE_LOCK_TIMEOUT: '0',
        PGATE_LOG_FORMAT: 'pretty',
      }
      const shown = await runPgateHere([], { env })
      expect(shown.exitCode).toBe(54)
      const last = shown.stdout.trimEnd().split('\n').at(-1) ?? ''
      expect(last).toMatch(/it waits for pid \d+ \(postgres, a report, idle in transaction/)
      const [, statement = ''] = /(SELECT pg_terminate_backend\(\d+\));/.exec(last) ?? []
      const machine = await runPgateHere(['--json'], { env })
      expect(JSON.parse(machine.stdout).facts.inTheWay).toMatchObject([
        { application: 'a report', state: 'idle in transaction' },
      ])
      expect(machine.stdout).toContain('a report')
      reader.on('error', () => {})
      await queryRows(url, statement)
      expect((await runPgateHere([], { env })).exitCode).toBe(0)
    })
  })

  it('is tried again where two sessions changed one row of a catalog', async ({
    folder,
    database: { url },
  }) => {
    const upgrade = 'GRANT SELECT ON shared TO PUBLIC;'
    await folder.write('a.sql', revisionText({ id: 'a', upgrade }))

    await queryRows(url, 'create table shared (id int)')
    await withClient(url, async (rival) => {
      await rival.query('begin; grant insert on shared to public')
      const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      const gate = startPgate([], { env })
      const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      await expect
        .poll(async () => (await queryRows(url, waiting)).length, { timeout: 20_000 })
        .toBeGreaterThan(0)
      await rival.query('commit')
      const result = await gate.ended
      expect(result.exitCode, result.stdout + result.stderr).toBe(0)
      expect(result.stderr.match(/"revision.running"/g)).toHaveLength(2)
    })
  })
})
