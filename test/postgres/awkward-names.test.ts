import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { type RevisionFolder, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { expectDone } from '../support/cli/systems.ts'
import { psqlServers, runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { withDatabase } from '../support/servers/servers.ts'

/** What names and texts hold that some reader of them takes for an end, a comment or a command. */
const HOSTILE = `O'Brien's \u001b[31m "x"; drop table alembic_version; -- /* $pgate$ \\q :x %s {} 日本 🚀`
const TABLE = `it's "a"; drop schema public cascade; --`
const LONG = `${'🚀'.repeat(15)}abc`
const TYPE = `m"${LONG.slice(4)}`
const BROKEN = 'two\nlines\tand \u001b[2J a tab'
const COLUMN = '$1 :name \\x.y'
const LABELS = ["o'k", '";--', '日本🚀', 'back\\slash', 'two\nlines', ' ', ':x']

const FIRST = 'a-.B_0123456789abcdef0123456789A'
const SECOND = '__proto__'
const NAME = `20250101_0000_it's "x"; drop table t; -- 日本 🚀 $pgate$.sql`

const SCHEMA = `o'neil; -- 🚀`
const VERSION_TABLE = `al'embic; $x$ \\`

const id = (name: string) => `"${name.replaceAll('"', '""')}"`
const text = (value: string) => `'${value.replaceAll("'", "''")}'`

const UPGRADE = `
create type ${id(TYPE)} as enum (${LABELS.map(text).join(', ')});
create table ${id(TABLE)} (
  ${id(COLUMN)} integer constraint ${id(HOSTILE.slice(0, 50))} primary key,
  ${id(LONG)} ${id(TYPE)} not null default ${text(LABELS[1] ?? '')},
  ${id(BROKEN)} text default ${text(HOSTILE)} constraint ${id(BROKEN)} check (${id(BROKEN)} <> ${text(HOSTILE)}),
  ${id('日本')} integer generated always as (${id(COLUMN)} + 1) stored
);
create table ${id(LONG)} (
  a integer references ${id(TABLE)} (${id(COLUMN)}),
  constraint ${id(LONG)} foreign key (a) references ${id(TABLE)}
);
comment on table ${id(TABLE)} is ${text(HOSTILE)};
create index ${id(`${LONG.slice(0, -1)}i`)} on ${id(TABLE)} (${id(BROKEN)}) where ${id(BROKEN)} = ${text("a';--")};
create view ${id('v;"')} as select ${id(BROKEN)} as ${id(HOSTILE.slice(0, 30))} from ${id(TABLE)};
create function ${id("f'")}(${id('a"b')} text) returns text language sql as $$ select ${text(HOSTILE)} $$;
create sequence ${id('s;\\')};
`

const DOWNGRADE = `
drop sequence ${id('s;\\')}; drop function ${id("f'")}; drop view ${id('v;"')};
drop table ${id(LONG)}; drop table ${id(TABLE)}; drop type ${id(TYPE)};
`

/** A message with all of it, and an index that no transaction takes. */
async function writeRevisions(folder: RevisionFolder): Promise<void> {
  const header = (revision: string, revises: string) =>
    `-- ${HOSTILE}\n--\n-- revision: ${revision}\n-- revises: ${revises}\n`
  await folder.write(
    NAME,
    `${header(FIRST, 'none')}\n-- pgate: upgrade\n${UPGRADE}\n-- pgate: downgrade\n${DOWNGRADE}`,
  )
  const index = id(BROKEN)
  await folder.write(
    '2.sql',
    `${header(SECOND, FIRST)}
-- pgate: upgrade
create index concurrently ${index} on ${id(TABLE)} (lower(${id(BROKEN)}), ${id(LONG)});
-- pgate: downgrade
drop index concurrently ${index};
`,
  )
}

function objects(url: string) {
  return queryRows(
    url,
    `select n.nspname, c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = relnamespace
      where n.nspname = $1 order by 1, 2, 3`,
    [SCHEMA],
  )
}

function journal(url: string) {
  const table = `${id(SCHEMA)}.pgate_journal`
  return queryRows(
    url,
    `select revision, name, action, outcome from ${table} where action <> 'verify' order by id`,
  )
}

/** What a terminal would obey. */
const CONTROL = /(?![\t\n])\p{Cc}/u

const ROW = { name: HOSTILE, outcome: 'done' }

describe.each(psqlServers().filter(({ major }) => major === 17))(
  'awkward names on $name',
  (server) => {
    const withFiles = (
      use: (
        pgate: (...args: readonly string[]) => ReturnType<typeof runPgateHere>,
        url: string,
        folder: RevisionFolder,
      ) => Promise<void>,
    ) =>
      withDatabase(server, ({ url }) =>
        withRevisionFolder(async (folder) => {
          await writeRevisions(folder)
          const env = {
            DATABASE_URL: url,
            PGATE_MIGRATIONS: folder.path,
            PGATE_SCHEMA: SCHEMA,
            PGATE_VERSION_TABLE: VERSION_TABLE,
            PGATE_EXTENSIONS: '',
          }
          await use((...args) => runPgateHere(args, { env }), url, folder)
        }),
      )

    it('are carried by manifest, gate, verify, stamp and the downgrade', async () => {
      await withFiles(async (pgate, url) => {
        expectDone(await pgate('manifest', '--shadow-url', server.url))
        expectDone(await pgate('gate'))
        expect(await journal(url)).toEqual([
          { ...ROW, revision: FIRST, action: 'upgrade' },
          { ...ROW, revision: SECOND, action: 'upgrade' },
        ])
        expectDone(await pgate('verify', '--strict'))

        expect((await pgate('history')).stdout).not.toMatch(CONTROL)
        const history = await pgate('history', '--json')
        expect(JSON.parse(history.stdout)).toMatchObject({
          revisions: [
            { revision: SECOND, message: HOSTILE },
            { revision: FIRST, message: HOSTILE },
          ],
        })
        expectDone(await pgate('stamp', 'base', '--no-verify'))
        expectDone(await pgate('stamp', 'head'))
        expect((await pgate('current')).stdout).toBe(`${SECOND} (head)\n`)
        expectDone(await pgate('downgrade', 'base'))
        expect(
          (await objects(url)).map(({ relname }) => relname).filter((name) => name === TABLE),
        ).toEqual([])
        expectDone(await pgate('gate'))
      })
    })

    it('are named by drift, on a terminal without their control characters', async () => {
      await withFiles(async (pgate, url) => {
        expectDone(await pgate('manifest', '--shadow-url', server.url))
        expectDone(await pgate('gate'))
        await queryRows(
          url,
          `alter table ${id(SCHEMA)}.${id(TABLE)} drop column ${id(BROKEN)} cascade`,
        )
        const drift = await pgate('verify')
        expect(drift.exitCode).toBe(60)
        expect(drift.stdout).toContain('two\\u000alines\tand \\u001b[2J a tab')
        expect(drift.stdout + drift.stderr).not.toMatch(CONTROL)
        const json = JSON.parse((await pgate('verify', '--json')).stdout)
        expect(json.facts.objects).toContainEqual(expect.stringContaining(BROKEN))
      })
    })

    it('end the same by offline SQL, up and back', async () => {
      await withFiles(async (pgate, url) => {
        const run = async (...args: readonly string[]) => {
          const script = await pgate(...args, '--sql')
          expectDone(script)
          const name = decodeURIComponent(new URL(url).pathname.slice(1))
          const done = await runPsql(server, { url, name }, script.stdout)
          expect(done).toMatchObject({ exitCode: 0, stdout: '' })
        }
        await run('upgrade', 'head')
        expectDone(await pgate('manifest', '--shadow-url', server.url))
        expectDone(await pgate('verify', '--strict'))
        expectDone(await pgate('gate'))
        expect(await journal(url)).toMatchObject([
          { ...ROW, revision: FIRST, action: 'upgrade' },
          { ...ROW, revision: SECOND, action: 'upgrade' },
        ])
        await run('downgrade', `${SECOND}:base`)
        expect((await pgate('current')).stdout).toBe('')
        expectDone(await pgate('gate'))
      })
    })

    it('of anything that a module throws end as a failed migration, reported in the journal', async () => {
      await withFiles(async (pgate, url, folder) => {
        const thrown = ["new Error('a\\0b \\u001b[2J')", 'Object.create(null)', 'undefined']
        for (const each of thrown) {
          await folder.write(
            '3.mjs',
            `export const revision = 'c3', revises = '${SECOND}', message = ${JSON.stringify(HOSTILE)}
export async function upgrade() { throw ${each} }`,
          )
          const failed = await pgate('upgrade')
          expect(failed).toMatchObject({ exitCode: 53 })
          // With a line where it is an error, which has one.
          expect(failed.stdout).toMatch(/3\.mjs(?::2:\d+)?: /)
          expect(failed.stdout + failed.stderr).not.toMatch(CONTROL)
        }
        const last = (await journal(url)).at(-1)
        expect(last).toEqual({ ...ROW, revision: 'c3', action: 'upgrade', outcome: 'failed' })
      })
    })

    it('of files that cannot be read are reported with their file and line', async () => {
      await withFiles(async (pgate, _, folder) => {
        await folder.write(
          `4_${BROKEN}.sql`,
          '-- revision: ../../etc/passwd\n-- revises: x\u001b[2Jy\n',
        )
        const failed = await pgate('gate')
        expect(failed).toMatchObject({ exitCode: 50 })
        expect(failed.stdout).toContain('4_two\\u000alines\tand \\u001b[2J a tab.sql:1: ')
        expect(failed.stdout).toContain('x\\u001b[2Jy')
        expect(failed.stdout + failed.stderr).not.toMatch(CONTROL)
      })
    })
  },
)
