import { describe, expect } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { MAI_MIGRATIONS } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { withReader } from '../support/database/reader-role.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const HEAD = 'b83d5e0f6c21'
const FOLLOWERS = 40

/** Exactly Alembic's table, made before anybody migrates, so that a right on it can be given. */
const VERSION_TABLE = `create table alembic_version (
  version_num varchar(32) not null, constraint alembic_version_pkc primary key (version_num))`

describe.each(servers({ vector: true }).slice(0, 1))('followers on $name', (server) => {
  const it = testOn(server)

  it('forty of them and one migrator, all at once, all end with 0', async ({
    database: { url, name },
  }) => {
    await queryRows(url, VERSION_TABLE)
    const reads = { role: `f_${name}`.slice(0, 63), tables: ['alembic_version'] }
    await withReader(url, reads, async (its) => {
      const files = { PGATE_MIGRATIONS: MAI_MIGRATIONS }
      const following = { ...files, DATABASE_URL: its, PGATE_WAIT_TIMEOUT: '50s' }
      const followers = Array.from({ length: FOLLOWERS }, () =>
        startPgate(['wait', '--for', 'head'], { env: following }),
      )
      const migrator = runPgate([], { env: { ...files, DATABASE_URL: url } })
      expect(await migrator).toMatchObject({ exitCode: 0 })
      const ended = await Promise.all(followers.map((follower) => follower.ended))
      expect(ended.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
      const at = ended.filter(({ stdout }) => stdout.includes(`the database is at ${HEAD}`))
      expect(at).toHaveLength(FOLLOWERS)
      const runs = await queryRows(
        url,
        `select role, count(*)::int as runs from pgate_journal
            where action = 'upgrade' group by role`,
      )
      expect(runs).toEqual([{ role: decodeURIComponent(new URL(url).username), runs: 2 }])
    })
  })

  it('need no right but to read the version table, and leave nothing behind', async ({
    database: { url, name },
  }) => {
    const files = { PGATE_MIGRATIONS: MAI_MIGRATIONS }
    expect(await runPgate([], { env: { ...files, DATABASE_URL: url } })).toMatchObject({
      exitCode: 0,
    })
    // What everybody may by default is taken away too, but for using the schema and connecting.
    await queryRows(
      url,
      `revoke all on database "${name}" from public;
         revoke all on schema public from public;
         revoke all on all tables in schema public from public`,
    )
    const reads = { role: `f_${name}`.slice(0, 63), tables: ['alembic_version'] }
    await withReader(url, reads, async (its) => {
      await queryRows(
        url,
        `grant connect on database "${name}" to "${reads.role}";
           grant usage on schema public to "${reads.role}"`,
      )
      const rights = await queryRows(
        its,
        `select c.relname as table, privilege_type as right
             from pg_class c, aclexplode(c.relacl) a
            where a.grantee = to_regrole(quote_ident(current_user))`,
      )
      expect(rights).toEqual([{ table: 'alembic_version', right: 'SELECT' }])
      const before = await changesIn(url)
      const followed = await runPgate(['wait', '--for', 'head'], {
        env: { ...files, DATABASE_URL: its },
      })
      expect(followed).toMatchObject({ exitCode: 0 })
      expect(await changesIn(url)).toEqual(before)
      await queryRows(url, 'alter table users drop column email cascade')
      const drifted = await runPgate(['wait', '--for', 'head'], {
        env: { ...files, DATABASE_URL: its },
      })
      expect(drifted.exitCode).toBe(60)
      expect(drifted.stdout).toContain('column public.users.email')
    })
  })
})

/** What a run leaves behind, if it leaves anything. */
async function changesIn(url: string): Promise<readonly unknown[]> {
  return queryRows(
    url,
    `select (select max(id) from pgate_journal) as journal,
            (select count(*)::int from pg_class where relnamespace = 'public'::regnamespace) as relations,
            (select count(*)::int from pg_locks
              where locktype = 'advisory' and database = (select oid from pg_database
                where datname = current_database())) as locks`,
  )
}
