import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import {
  anyServer,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/** Lends a database that a role without superuser's rights owns. */
async function withOwner<T>(
  server: TestServer,
  use: (database: TestDatabase, ownersUrl: string) => Promise<T>,
): Promise<T> {
  return withDatabase(server, async (database) => {
    const role = `owner_${database.name}`.slice(0, 60)
    await queryRows(
      database.url,
      `create role "${role}" login password 'owner-secret';
       alter database "${database.name}" owner to "${role}";
       alter schema public owner to "${role}"`,
    )
    const url = new URL(database.url)
    url.username = role
    url.password = 'owner-secret'
    const result = await use(database, url.href)
    await queryRows(
      database.url,
      `reassign owned by "${role}" to postgres; drop owned by "${role}"; drop role "${role}"`,
    )
    return result
  })
}

describe.each(anyServer({ vector: true }))('roles on $name', (server) => {
  const it = testOn(server)

  it('names the grant where the role may not create an extension', async () => {
    await withOwner(server, async (_, ownersUrl) => {
      const own = { DATABASE_URL: ownersUrl, PGATE_MIGRATIONS: MAI_MIGRATIONS }
      const optional = await runPgateHere([], { env: own })
      expect(optional.exitCode).toBe(53)
      expect(optional.stdout).toContain('declare that in PGATE_EXTENSIONS')
      const env = { ...own, PGATE_EXTENSIONS: 'vector,uuid-ossp' }
      const result = await runPgateHere([], { env })
      expect(result.exitCode).toBe(41)
      expect(result.stdout).toContain('EXTENSION_NOT_PERMITTED')
      expect(result.stdout).toContain('PGATE_ADMIN_URL')
      expect(`${result.stdout}${result.stderr}`).not.toContain('owner-secret')
    })
  })

  it('lets PGATE_ADMIN_URL create the extensions, and the owner all else', async () => {
    await withOwner(server, async ({ url }, ownersUrl) => {
      const env = {
        DATABASE_URL: ownersUrl,
        PGATE_ADMIN_URL: url,
        PGATE_MIGRATIONS: MAI_MIGRATIONS,
      }
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
      const owners = await queryRows(
        url,
        `select distinct tableowner like 'owner_%' as owned from pg_tables where schemaname = 'public'`,
      )
      expect(owners).toEqual([{ owned: true }])
    })
  })

  it('refuses an admin URL of another database', async () => {
    await withOwner(server, async (_, ownersUrl) => {
      await withDatabase(server, async (other) => {
        const env = {
          DATABASE_URL: ownersUrl,
          PGATE_ADMIN_URL: other.url,
          PGATE_MIGRATIONS: MAI_MIGRATIONS,
        }
        const result = await runPgateHere([], { env })
        expect(result.exitCode).toBe(20)
        expect(result.stdout).toContain('PGATE_ADMIN_URL')
      })
    })
  })

  it('names PGATE_ADMIN_URL where that connection cannot be made', async () => {
    await withOwner(server, async ({ url }, ownersUrl) => {
      const stranger = new URL(url)
      stranger.username = 'nobody_here'
      for (const [adminUrl, exitCode, code] of [
        [stranger.href, 31, 'CONNECTION_REFUSED'],
        ['postgres://nobody@127.0.0.1:1/nothing', 30, 'NOT_READY'],
      ] as const) {
        const env = {
          DATABASE_URL: ownersUrl,
          PGATE_ADMIN_URL: adminUrl,
          PGATE_MIGRATIONS: MAI_MIGRATIONS,
        }
        const result = await runPgateHere([], { env })
        expect(result.exitCode).toBe(exitCode)
        expect(result.stdout).toContain(`${code}): PGATE_ADMIN_URL: `)
      }
    })
  })

  it('names --shadow-url where no throwaway database can be made there', async () => {
    await withOwner(server, async (_, ownersUrl) => {
      const env = { PGATE_MIGRATIONS: MAI_MIGRATIONS }
      for (const [shadowUrl, exitCode, code] of [
        [ownersUrl, 53, 'MIGRATION_NOT_PERMITTED'],
        ['postgres://nobody@127.0.0.1:1/nothing', 30, 'NOT_READY'],
      ] as const) {
        const args = ['manifest', '--check', '--shadow-url', shadowUrl]
        const result = await runPgateHere(args, { env })
        expect(result.exitCode).toBe(exitCode)
        expect(result.stdout).toContain(`${code}): --shadow-url: `)
        expect(`${result.stdout}${result.stderr}`).not.toContain('owner-secret')
      }
    })
  })

  it('says so where PGATE_ROLE is no role of this one', async ({ database: { url } }) => {
    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: MAI_MIGRATIONS, PGATE_ROLE: 'nobody_here' }
    const result = await runPgateHere([], { env })
    expect(result.exitCode).toBe(53)
    expect(result.stdout).toContain('MIGRATION_NOT_PERMITTED')
    expect(result.stdout).toContain('nobody_here')
  })

  it('ends with 54 when PGATE_DEADLINE passes in the middle of a revision', async ({
    folder,
    database: { url },
  }) => {
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: 'CREATE TABLE t (id int);\nSELECT pg_sleep(60);' }),
    )

    const result = await runPgateHere([], {
      env: {
        DATABASE_URL: url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_DEADLINE: '3s',
      },
    })
    expect(result.exitCode).toBe(54)
    expect(result.stdout).toContain('MIGRATION_DEADLINE')
    expect(await queryRows(url, `select to_regclass('t') as t`)).toEqual([{ t: null }])
  })
})
