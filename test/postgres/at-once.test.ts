import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { sharedRoles } from '../support/database/shared-roles.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

const TABLE = `CREATE TABLE t (id int PRIMARY KEY, name text DEFAULT 'a');\nCREATE INDEX t_name ON t (name);`

interface Place {
  readonly folder: RevisionFolder
  readonly url: string
  readonly env: Readonly<Record<string, string>>
}

const ROWS = 'select count(*)::int as rows from pgate_journal'

/** The manifest and its index: of the built-in PostgreSQL, which has no roles of other tests. */
let described: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  await withRevisionFolder(async (folder) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: TABLE }))
    const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await runPgateHere(['manifest'], { env })).toMatchObject({ exitCode: 0 })
    const names = ['manifest.json', 'manifest.index.json']
    const texts = names.map(async (name) => [name, await readFile(join(folder.path, name), 'utf8')])
    described = Object.fromEntries(await Promise.all(texts))
  })
})

describe.each(anyServer())('a start with nothing to do on $name', (server) => {
  /** A database that the gate was opened for once, by a folder with manifest and index. */
  async function afterFirst(use: (place: Place) => Promise<void>): Promise<void> {
    await withRevisionFolder(async (folder) => {
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: TABLE }))
      await withDatabase(server, async ({ url }) => {
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        for (const [name, text] of Object.entries(described)) await folder.write(name, text)
        expect(await verdictOf({ env })).toMatchObject({ exitCode: 0, unchanged: false })
        await use({ folder, url, env })
      })
    })
  }

  /** Before the last start. */
  let shared = ''

  async function verdictOf({ env }: Pick<Place, 'env'>) {
    shared = await sharedRoles(env.DATABASE_URL ?? '')
    const { exitCode, stdout } = await runPgateHere(['gate', '--json'], { env })
    const { code, verify } = JSON.parse(stdout)
    return { exitCode, code, unchanged: verify?.unchanged, mode: verify?.mode }
  }

  /** Starts again only where somebody has changed roles of the server since the proof was kept. */
  async function expectUnchanged(place: Pick<Place, 'env'>, mode = 'manifest'): Promise<void> {
    const url = place.env.DATABASE_URL ?? ''
    const [before, rows] = [shared, await queryRows(url, ROWS)]
    const verdict = await verdictOf(place)
    if (verdict.unchanged === false && (await sharedRoles(url)) !== before)
      return expectUnchanged(place, mode)
    expect(verdict).toEqual({ exitCode: 0, unchanged: true, mode })
    expect(await queryRows(url, ROWS)).toEqual(rows)
  }

  it('opens by the proof that the last one kept, and writes nothing', async () => {
    await afterFirst(async (place) => {
      await expectUnchanged(place)
      await queryRows(place.url, `insert into t values (1, 'Ada'); analyze t`)
      await queryRows(place.url, 'vacuum')
      await expectUnchanged(place)
      await rm(join(place.folder.path, 'manifest.index.json'))
      await expectUnchanged(place)
      await place.folder.write('manifest.index.json', '{"format": 1, "files": [')
      await expectUnchanged(place)
    })
  })

  it('is not led astray by the temporary tables of other sessions', async () => {
    await afterFirst(async (place) => {
      await withClient(place.url, async (client) => {
        await client.query('create temporary table passing (id serial primary key, t text unique)')
        await client.query('create temporary view seen as select * from passing')
        await expectUnchanged(place)
      })
    })
  })

  const changes: readonly (readonly [string, string, number])[] = [
    ['a dropped index', 'drop index t_name', 60],
    ['a column that may be null no more', 'alter table t alter name set not null', 60],
    ['a default', `alter table t alter name set default 'x'`, 60],
    [
      'an index that is not valid',
      `update pg_index set indisvalid = false where indexrelid = 't_name'::regclass`,
      60,
    ],
    ['a table of somebody else', 'create table other (id int)', 0],
    ['a table emptied', `truncate t`, 0],
    [
      'a row in the journal',
      `insert into pgate_journal (revision, revises, depends_on, name, action, started_at, outcome, host, pgate_version) values ('aaa', '{}', '{}', 'x', 'stamp', now(), 'done', 'h', 'v')`,
      0,
    ],
    ['a version row', `update alembic_version set version_num = 'other'`, 51],
  ]
  it.each(changes)('looks at everything after %s', async (_, sql, exitCode) => {
    await afterFirst(async (place) => {
      await queryRows(place.url, sql)
      const verdict = await verdictOf(place)
      expect(verdict.exitCode).toBe(exitCode)
      expect(verdict.unchanged).not.toBe(true)
      if (exitCode === 0) await expectUnchanged(place)
    })
  })

  it('reads the files again where one was edited, came or went', async () => {
    await afterFirst(async (place) => {
      const { folder } = place
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: `${TABLE}\nSELECT 1;` }))
      expect(await verdictOf(place)).toMatchObject({ exitCode: 51, code: 'HISTORY_EDITED' })
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: TABLE }))
      await expectUnchanged(place)
      const second = { id: 'bbb', revises: 'aaa', upgrade: 'CREATE TABLE b (id int);' }
      await folder.write('b.sql', revisionText(second))
      expect(await verdictOf(place)).toMatchObject({ exitCode: 0, mode: 'structure' })
      await expectUnchanged(place, 'structure')
      await rm(join(folder.path, 'b.sql'))
      expect(await verdictOf(place)).toMatchObject({ exitCode: 51, code: 'HISTORY_UNKNOWN' })
    })
  })

  it('sees an edit that keeps the size of a file, as check does', async () => {
    await afterFirst(async ({ folder, env }) => {
      const wider = TABLE.replace("'a'", "'b'")
      await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: wider }))
      const edited = { exitCode: 51, code: 'HISTORY_EDITED' }
      expect(await verdictOf({ env })).toMatchObject(edited)
      const { exitCode, stdout } = await runPgateHere(['check', '--json'], { env })
      expect({ exitCode, code: JSON.parse(stdout).code }).toEqual(edited)
    })
  })

  it('sees an edit of the manifest that keeps its size', async () => {
    await afterFirst(async ({ folder, env }) => {
      const path = join(folder.path, 'manifest.json')
      const text = await readFile(path, 'utf8')
      await folder.write('manifest.json', text.replace("'a'::text", "'b'::text"))
      expect(await verdictOf({ env })).toMatchObject({ exitCode: 60, code: 'VERIFY_DRIFT' })
    })
  })

  it('opens where a checkout has turned every line ending into CRLF', async () => {
    await afterFirst(async ({ folder, env }) => {
      for (const name of ['a.sql', 'manifest.json', 'manifest.index.json']) {
        const text = await readFile(join(folder.path, name), 'utf8')
        await folder.write(name, text.replaceAll('\n', '\r\n'))
      }
      await expectUnchanged({ env })
    })
  })

  it('counts a proof only under the settings that it was given for', async () => {
    await afterFirst(async (place) => {
      const other = (more: Record<string, string>) => verdictOf({ env: { ...place.env, ...more } })
      expect(await other({ PGATE_EXTENSIONS: 'plpgsql' })).toMatchObject({ unchanged: false })
      await expectUnchanged({ env: { ...place.env, PGATE_EXTENSIONS: 'plpgsql' } })
      expect(await other({ PGATE_VERIFY: 'structure' })).toMatchObject({ unchanged: false })
      expect(await other({ PGATE_VERIFY: 'off' })).toMatchObject({ exitCode: 0, mode: 'off' })
      expect(await other({ PGATE_TARGET: 'nothing' })).toMatchObject({ exitCode: 50 })
    })
  })

  it('needs no more than to read the journal and the version rows', async () => {
    await afterFirst(async (place) => {
      await queryRows(
        place.url,
        `do $$ begin if not exists (select from pg_roles where rolname = 'onlooker') then
           create role onlooker login password 'onlooker'; end if; end $$;
         grant select on alembic_version, pgate_journal to onlooker`,
      )
      // A grant is a change of the schema, too: the owner's gate proves it once more.
      expect(await verdictOf(place)).toMatchObject({ exitCode: 0, unchanged: false })
      const url = new URL(place.url)
      url.username = 'onlooker'
      url.password = 'onlooker'
      const env = { ...place.env, DATABASE_URL: url.href }
      await expectUnchanged({ env })
    })
  })
})
