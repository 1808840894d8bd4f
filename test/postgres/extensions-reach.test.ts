import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const USER_TYPE = revisionText({ id: 'a', upgrade: 'CREATE TABLE t (id int, tags hstore);' })

describe.each(anyServer())('an extension in a schema of its own on $name', (server) => {
  it.each([
    { name: 'off the search_path', path: 'public', grant: true, words: 'not on the search_path' },
    {
      name: 'closed to the role',
      path: 'public, ext',
      grant: false,
      words: 'GRANT USAGE ON SCHEMA',
    },
  ])('$name is warned of before the type is said not to exist', async ({ path, grant, words }) => {
    const role = `reach_${server.major}_${grant ? 'a' : 'b'}`
    await queryRows(
      server.url,
      `drop role if exists ${role}; create role ${role} login password 'p'`,
    )
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', USER_TYPE)
      await withDatabase(server, async ({ url, name }) => {
        await queryRows(
          url,
          `create schema ext; create extension hstore schema ext;
           alter database "${name}" set search_path = ${path};
           grant usage, create on schema public to ${role};
           ${grant ? `grant usage on schema ext to ${role}` : ''}`,
        )
        const own = Object.assign(new URL(url), { username: role, password: 'p' })
        const env = {
          DATABASE_URL: own.href,
          PGATE_MIGRATIONS: folder.path,
          PGATE_EXTENSIONS: 'hstore',
        }
        const result = await runPgateHere([], { env })
        expect(result.exitCode).toBe(53)
        expect(result.stderr).toContain(words)
        if (!grant) {
          await queryRows(url, `grant usage on schema ext to ${role}`)
        } else {
          const [, statement = ''] =
            /(ALTER ROLE CURRENT_USER SET search_path = .*?;)/.exec(result.stderr) ?? []
          await queryRows(own.href, statement.replaceAll('\\"', '"'))
        }
        const again = await runPgateHere([], { env })
        expect(again.exitCode, again.stderr).toBe(0)
        expect(again.stderr).not.toContain(words)
        await queryRows(url, `drop owned by ${role}`)
      })
    })
    await queryRows(server.url, `drop role ${role}`)
  })
})
