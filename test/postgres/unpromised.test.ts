import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { it } from '../support/cli/it.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'

/** DDL that asks where it is: the built-in PostgreSQL is not on port 5432. */
const ASKS = `create table t (id int, n int);
create table keep (id int);
do $$ begin
  if inet_server_port() is null then create index t_here on t (id);
  else create index t_there on t (n); create table tmp_1 (id int primary key); end if;
end $$;`

type Env = Readonly<Record<string, string>>

async function withAsking<T>(
  server: TestServer,
  header: string,
  use: (at: { url: string; made: Env; env: Env }) => Promise<T>,
): Promise<T> {
  return withRevisionFolder((folder) =>
    withDatabase(server, async ({ url }) => {
      const text = revisionText({ id: '001', upgrade: ASKS })
      await folder.write('001.sql', text.replace('-- revises:', `${header}-- revises:`))
      // Made in the built-in PostgreSQL, where the revision makes something else.
      const made = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      expect(await runPgateHere(['manifest'], { env: made })).toMatchObject({ exitCode: 0 })
      return use({ url, made, env: { ...made, DATABASE_URL: url } })
    }),
  )
}

describe.each(anyServer({ docker: true }))('what is not promised on $name', (server) => {
  it('is left out by PGATE_UNPROMISED, and said; all else stays promised', async () => {
    await withAsking(server, '', async ({ url, env }) => {
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 60 })
      const PGATE_UNPROMISED = 'index public.t_*, table public.tmp_*, view nowhere.*'
      const to = { env: { ...env, PGATE_UNPROMISED } }
      const open = await runPgateHere([], to)
      expect(open.exitCode).toBe(0)
      expect(open.stdout).toContain(
        'not promised, index public.t_*: index public.t_here, index public.t_there',
      )
      expect(open.stdout).toContain('not promised, table public.tmp_*: table public.tmp_1\n')
      expect(open.stdout).toContain('not promised, view nowhere.*: matches nothing')
      expect(await runPgateHere(['verify', '--strict'], to)).toMatchObject({ exitCode: 0 })
      // Neither a kept proof nor the short way of a start stands for other patterns.
      expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 60 })
      await queryRows(url, 'drop table keep')
      const shut = await runPgateHere([], to)
      expect(shut.exitCode).toBe(60)
      expect(shut.stdout).toContain('missing   table public.keep')
    })
  })

  it('is left out by a line of the revision’s header, under another PGATE_SCHEMA too', async () => {
    const header = '-- unpromised: index public.t_*, public.tmp_*\n'
    await withAsking(server, header, async ({ made, env }) => {
      for (const PGATE_SCHEMA of ['public', 'tenant']) {
        const to = { env: { ...env, PGATE_SCHEMA } }
        const open = await runPgateHere([], to)
        expect(open.exitCode).toBe(0)
        expect(open.stdout).toContain(`index ${PGATE_SCHEMA}.t_*: index ${PGATE_SCHEMA}.t_there`)
        expect(await runPgateHere(['verify', '--strict'], to)).toMatchObject({ exitCode: 0 })
      }
      const checked = await runPgateHere(['manifest', '--check'], { env: made })
      expect(checked).toMatchObject({ exitCode: 0 })
    })
  })
})

describe('a pattern that leaves out everything', () => {
  it('is refused in PGATE_UNPROMISED and in a header, each with its own code', async ({
    folder,
  }) => {
    const text = revisionText({ id: '001', upgrade: ASKS })
    await folder.write('001.sql', text)
    const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const config = await runPgateHere(['heads'], { env: { ...env, PGATE_UNPROMISED: '*' } })
    expect(config.exitCode).toBe(20)
    expect(`${config.stdout}${config.stderr}`).toContain(
      'PGATE_UNPROMISED: found "*", which leaves out everything',
    )
    await folder.write('001.sql', text.replace('-- revises:', '-- unpromised: *\n-- revises:'))
    const files = await runPgateHere(['heads'], { env })
    expect(files.exitCode).toBe(50)
    expect(`${files.stdout}${files.stderr}`).toContain(
      '001.sql:4: `unpromised:` has a pattern that leaves out',
    )
  })
})
