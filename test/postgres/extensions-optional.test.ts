import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const TABLE = revisionText({ id: 'first', revises: 'none', upgrade: 'CREATE TABLE t (id int);' })

/** As JSON, so that the extensions step can be read by itself. */
async function gate(url: string, migrations: string, env: Record<string, string> = {}) {
  const settings = { DATABASE_URL: url, PGATE_MIGRATIONS: migrations, ...env }
  const result = await runPgateHere(['--json'], { env: settings })
  const { steps, hint } = JSON.parse(result.stdout) as {
    steps: readonly { name: string; summary: string }[]
    hint?: string
  }
  const summary = (name: string) => steps.find((step) => step.name === name)?.summary
  return { exitCode: result.exitCode, summary, hint, stderr: result.stderr }
}

function withTable(use: (path: string) => Promise<void>): Promise<void> {
  return withRevisionFolder(async (folder) => {
    await folder.write('first.sql', TABLE)
    await use(folder.path)
  })
}

describe.each(anyServer({ vector: true }))('optional extensions on $name', (server) => {
  it('are set up by default where the server has them', async () => {
    await withTable((path) =>
      withDatabase(server, async ({ url }) => {
        const first = await gate(url, path)
        expect(first.exitCode, first.stderr).toBe(0)
        expect(first.summary('extensions')).toBe('vector created, uuid-ossp created')
        const again = await gate(url, path)
        expect(again.summary('extensions')).toBe('vector, uuid-ossp as declared')
        expect(again.summary('verify')).toContain('unchanged since the last verify')
      }),
    )
  })
})

describe.each(anyServer())('optional extensions on $name', (server) => {
  it('that the server lacks are named in one line, and the next start is as short as ever', async () => {
    await withTable((path) =>
      withDatabase(server, async ({ url }) => {
        const env = { PGATE_EXTENSIONS: 'nosuch?,uuid-ossp' }
        const first = await gate(url, path, env)
        expect(first.exitCode, first.stderr).toBe(0)
        const left = 'nosuch left out (optional, not available on this server)'
        expect(first.summary('extensions')).toBe(`uuid-ossp created, ${left}`)
        const again = await gate(url, path, env)
        expect(again.summary('extensions')).toBe(`uuid-ossp as declared, ${left}`)
        expect(again.summary('verify')).toContain('unchanged since the last verify')
      }),
    )
  })

  it('that this role may not create leave the gate open, and are tried again only when something changed', async () => {
    await withTable((path) =>
      withDatabase(server, async ({ url, name }) => {
        const role = `optional_${name}`
        await queryRows(url, `create role ${role} login password 'p'`)
        await queryRows(url, `grant create, usage on schema public to ${role}`)
        await queryRows(url, `revoke create on database ${name} from public`)
        const own = new URL(url)
        own.username = role
        own.password = 'p'
        try {
          const first = await gate(own.href, path, { PGATE_EXTENSIONS: 'uuid-ossp?' })
          expect(first.exitCode, first.stderr).toBe(0)
          const left = 'uuid-ossp left out (optional, this role may not create it)'
          expect(first.summary('extensions')).toBe(left)
          expect(first.stderr).toContain('extension.skipped')
          const again = await gate(own.href, path, { PGATE_EXTENSIONS: 'uuid-ossp?' })
          expect(again.summary('extensions')).toBe(left)
          expect(again.summary('verify')).toContain('unchanged since the last verify')
          expect(again.stderr).not.toContain('extension.skipped')
        } finally {
          await queryRows(url, `drop owned by ${role}; drop role ${role}`)
        }
      }),
    )
  })

  it('below their floor leave the gate open', async () => {
    await withTable((path) =>
      withDatabase(server, async ({ url }) => {
        const env = { PGATE_EXTENSIONS: 'plpgsql?>=99' }
        const { exitCode, summary } = await gate(url, path, env)
        expect(exitCode).toBe(0)
        const left = 'plpgsql left out (optional, the server has no version that is new enough)'
        expect(summary('extensions')).toBe(left)
      }),
    )
  })

  it('stay out of the way where an object of the database stands in theirs', async () => {
    await withTable((path) =>
      withDatabase(server, async ({ url }) => {
        await queryRows(
          url,
          'create function uuid_nil() returns uuid language sql as $$ select null::uuid $$',
        )
        const { exitCode, summary } = await gate(url, path, { PGATE_EXTENSIONS: 'uuid-ossp?' })
        expect(exitCode).toBe(0)
        expect(summary('extensions')).toBe(
          'uuid-ossp left out (optional, the server could not create it)',
        )
      }),
    )
  })

  it('become a promise without the question mark, and the failure says how to take it back', async () => {
    await withTable((path) =>
      withDatabase(server, async ({ url }) => {
        const { exitCode, hint } = await gate(url, path, { PGATE_EXTENSIONS: 'nosuch' })
        expect(exitCode).toBe(40)
        expect(hint).toContain('write nosuch? in PGATE_EXTENSIONS')
        const optional = await gate(url, path, { PGATE_EXTENSIONS: 'nosuch?' })
        expect(optional.exitCode).toBe(0)
        const none = await gate(url, path, { PGATE_EXTENSIONS: '' })
        expect(none.exitCode).toBe(0)
      }),
    )
  })
})
