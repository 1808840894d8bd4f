import { describe, expect, it } from 'vitest'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'
import { runHere } from './secrets-run.ts'

const SEEN = `select id from busy where id in (${'1, '.repeat(40)}`.slice(0, 80)
const LONG = `select  id\n  from busy where id in (${'1, '.repeat(40)}2) and 'of no concern' <> ''`

interface Reported {
  readonly exitCode: number
  /** Logs, the document and the termination message; and every row of the journal. */
  readonly said: string
  readonly journal: string
  /** The line of the log that says who is in the way. */
  readonly watched: string
}

/** What a gate reports whose lock the query keeps from it until it gives up. */
async function blockedBy(
  server: TestServer,
  query: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Reported> {
  return withRevisionFolder(async (folder) => {
    const upgrade = 'ALTER TABLE busy ADD COLUMN note text;'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
    return withDatabase(server, async ({ url }) => {
      await queryRows(url, 'create table busy (id int)')
      return withClient(url, async (reader) => {
        await reader.query('begin')
        await reader.query(query)
        const { exitCode, said, termination } = await runHere(['gate', '--json'], {
          DATABASE_URL: url,
          PGATE_MIGRATIONS: folder.path,
          PGATE_EXTENSIONS: '',
          PGATE_DDL_LOCK_TIMEOUT: '2500ms',
          PGATE_LOCK_TIMEOUT: '1s',
          ...more,
        })
        const rows = await queryRows(url, 'select j::text as row from pgate_journal j')
        const watched = said.split('\n').find((line) => line.includes('statement.watch')) ?? ''
        return { exitCode, said: said + termination, journal: JSON.stringify(rows), watched }
      })
    })
  })
}

// Each waits for a lock until it gives up: together they wait as long as one.
describe.concurrent.each(anyServer())('the query of another session on $name', (server) => {
  it('is reported with its first 80 characters and no more', async () => {
    const { exitCode, said, journal, watched } = await blockedBy(server, LONG)
    expect(exitCode).toBe(54)
    expect(JSON.parse(watched)).toMatchObject({ blockers: [{ query: SEEN }] })
    for (const text of [said, journal]) {
      expect(text).toContain(`(postgres, unnamed, idle in transaction`)
      expect(text).toContain(SEEN)
      expect(text).not.toContain(`${SEEN}1`)
      expect(text).not.toContain('of no concern')
    }
  })

  it.each([
    `alter role "no one" password 'CANARYblk'`,
    `select set_config('app.secret', E'it\\'s CANARYblk', true)`,
    `do $q$ begin perform 'alter role x password ''CANARYblk'''; end $q$`,
    `select 'host=db password=CANARYblk' -- CANARYblk`,
    `select '${'x'.repeat(70)}CANARYblk'`,
  ])('shows nothing of a password in %s', async (query) => {
    const setUp = query.startsWith('alter') ? 'create role "no one"; ' : ''
    const more = `${setUp}lock table busy; ${query}`
    const { exitCode, said, journal, watched } = await blockedBy(server, more)
    expect(exitCode).toBe(54)
    expect(watched).toMatch(/"query":"(?:create role|lock table)/)
    for (const text of [said, journal]) expect(text).not.toContain('CANARY')
  })

  it('is reported nowhere with PGATE_LOG_QUERIES=off, and who runs it still is', async () => {
    const canary = "select id from busy where 'canary-5f1c' <> ''"
    const reported = await blockedBy(server, canary, { PGATE_LOG_QUERIES: 'off' })
    expect(reported.exitCode).toBe(54)
    expect(JSON.parse(reported.watched).blockers).toMatchObject([{ state: 'idle in transaction' }])
    for (const text of [reported.said, reported.journal]) {
      expect(text).toMatch(/it waits for pid \d+ \(postgres, unnamed, idle in transaction/)
      expect(text).not.toContain('canary')
      expect(text).not.toContain('select id from busy')
    }
  })
})

describe.each(anyServer())('a revision with a password that fails on $name', (server) => {
  const it = testOn(server)

  it.each([
    ["create role canary_role password 'CANARYown' foo;", /role option "foo"/],
    ['alter role postgres password CANARYown;', /syntax error at or near "…"/],
    [`alter role postgres password "CANARYown";`, /syntax error at or near/],
    ["alter role no_such_role password 'CANARYown';", /role "no_such_role" does not exist/],
    ["select 'CANARYown'::int as password;", /invalid input syntax for type integer: "…"/],
    ["do $$ begin raise exception 'password is %', 'CANARYown'; end $$;", /password is …/],
    [
      `do $$ begin execute 'alter role no_such_role password ''CANARYown'''; end $$;`,
      /role "no_such_role" does not exist/,
    ],
    ["create table t (i int); comment on table u is 'password: CANARYown';", /relation "u"/],
  ])('shows nothing of it: %s', async (upgrade, message) => {
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
      await withDatabase(server, async ({ url }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        for (const args of [['gate'], ['gate', '--json']]) {
          const { exitCode, said, termination } = await runHere(args, env)
          expect(exitCode).toBe(53)
          expect(said.replaceAll('\\"', '"')).toMatch(message)
          expect(said + termination).not.toContain('CANARY')
        }
        const [there] = await queryRows(url, "select to_regclass('pgate_journal') as name")
        if (there?.name !== null) {
          const rows = await queryRows(url, 'select error from pgate_journal')
          expect(JSON.stringify(rows)).not.toContain('CANARY')
        }
      })
    })
  })

  it('shows nothing of it from a module either', async ({ folder, database: { url } }) => {
    const text = `export const revision = 'aaa', revises = null
        export const upgrade = (db) => db.query("alter role postgres password CANARYown")`
    await folder.write('a.mjs', text)

    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const { exitCode, said, termination } = await runHere(['gate'], env)
    expect(exitCode).toBe(53)
    expect(said + termination).not.toContain('CANARY')
  })
})
