import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { share, sized } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const ROLE = `DO $$ BEGIN CREATE ROLE pgate_reader;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;`

const REVISION = `${ROLE}
CREATE TABLE t (id int PRIMARY KEY, v text);
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
GRANT SELECT ON t TO pgate_reader;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO pgate_reader', current_schema()); END $$;
CREATE PUBLICATION cdc FOR TABLE t;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET app.api_key = %L', current_database(), 'CANARY');
EXECUTE format('ALTER DATABASE %I SET app.mode = %L', current_database(), 'strict'); END $$;`

const TEXT = revisionText({ id: 'aaa', upgrade: REVISION })

/** Its manifest, of the built-in PostgreSQL. */
let manifest = ''

beforeAll(async () => {
  await withRevisionFolder(async (folder) => {
    await folder.write('a.sql', TEXT)
    const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await runPgateHere(['manifest'], { env })).toMatchObject({ exitCode: 0 })
    manifest = await readFile(join(folder.path, 'manifest.json'), 'utf8')
  })
})

describe.each(servers().map((server, part) => ({ name: server.name, server, part })))(
  'what a revision makes beyond tables, on $name',
  ({ server, part }) => {
    async function opened(
      use: (
        gate: (...options: readonly string[]) => Promise<Awaited<ReturnType<typeof runPgateHere>>>,
        sql: (text: string) => Promise<unknown>,
      ) => Promise<void>,
      schema = 'public',
    ): Promise<void> {
      await withRevisionFolder(async (folder) => {
        await folder.write('a.sql', TEXT)
        await folder.write('manifest.json', manifest)
        const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        await withDatabase(server, async ({ url }) => {
          const there = { ...env, DATABASE_URL: url, PGATE_SCHEMA: schema }
          const gate = (...options: readonly string[]) =>
            runPgateHere(options.length === 0 ? ['gate'] : options, { env: there })
          expect(await gate()).toMatchObject({ exitCode: 0 })
          await use(gate, (text) => queryRows(url, text))
        })
      })
    }

    const inEveryRun = sized({ sample: part === 0, whole: true })

    const damages = [
      [
        'a grant',
        'revoke select on t from pgate_reader',
        'grant SELECT on table public.t to pgate_reader',
      ],
      [
        'a grant on the schema',
        'revoke usage on schema public from pgate_reader',
        'grant USAGE on schema public',
      ],
      [
        'the use of a function',
        'revoke execute on function f(int) from public',
        'revoke EXECUTE on function',
      ],
      ['a publication', 'drop publication cdc', 'publication cdc'],
      [
        'a table of a publication',
        'alter publication cdc drop table t',
        'published table public.t of cdc',
      ],
      [
        'a setting of the database',
        `do $$ begin execute format('alter database %I reset app.mode', current_database()); end $$`,
        'setting app.mode of the database',
      ],
    ] as const

    it.each(share(damages, { part, of: servers().length }))(
      'shuts the gate once %s is gone, at the short way too',
      async (_, damage, named) => {
        await opened(async (gate, sql) => {
          await sql(damage)
          const shut = await gate()
          expect(shut).toMatchObject({ exitCode: 60 })
          expect(shut.stdout + shut.stderr).toContain(named)
        })
      },
    )

    it.runIf(inEveryRun)('keeps no secret, and opens in a schema of another name', async () => {
      await opened(async (gate, sql) => {
        expect(manifest).toContain('"setting app.api_key of the database": {"value":"…"}')
        expect(manifest).not.toContain('CANARY')
        await sql('revoke usage on schema tenant_b from pgate_reader')
        const shut = await gate()
        expect(shut).toMatchObject({ exitCode: 60 })
        expect(shut.stdout + shut.stderr).toContain(
          'grant USAGE on schema tenant_b to pgate_reader',
        )
      }, 'tenant_b')
    })

    it.runIf(inEveryRun)(
      'warns at every start of what changes a promised table, and shuts for it under --strict',
      async () => {
        await opened(async (gate, sql) => {
          await sql('alter table t add constraint by_hand check (false) not valid')
          await sql('create table harmless (id int)')
          for (const way of ['looked', 'unchanged', 'unchanged again']) {
            const { exitCode, stdout, stderr } = await gate('gate', '--log-format', 'json')
            const warned = (stdout + stderr)
              .split('\n')
              .filter((line) => line.includes('verify.extra'))
            expect({ way, exitCode, warned }).toEqual({
              way,
              exitCode: 0,
              warned: [expect.stringContaining('constraint public.t.by_hand')],
            })
          }
          expect(await gate('verify', '--strict')).toMatchObject({ exitCode: 60 })
        })
      },
    )
  },
)
