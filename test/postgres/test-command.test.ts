import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, revisionText } from '../support/cli/revision-folder.ts'
import { example, SYSTEMS } from '../support/cli/systems.ts'
import { queryRows } from '../support/database/query.ts'
import { share } from '../support/run/long.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const OTHER_TOOLS = [
  { path: example('adopt/dbmate/db/migrations'), format: 'dbmate' },
  { path: example('adopt/diesel/migrations'), format: 'diesel' },
  { path: example('adopt/golang-migrate/migrations'), format: 'golang-migrate' },
  { path: example('adopt/sqlx/migrations'), format: 'sqlx' },
]

const FOLDERS = [
  ...SYSTEMS.map(({ migrations }) => ({ path: migrations, format: 'auto' })),
  { path: MAI_MIGRATIONS, format: 'auto' },
  ...share(OTHER_TOOLS, { part: 2, of: 4 }),
]

const REVISIONS = [
  {
    id: 'a_table',
    upgrade: `CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'sad');`,
    downgrade: 'DROP TABLE t; DROP TYPE mood;',
  },
  { id: 'b_enum', upgrade: `ALTER TYPE mood ADD VALUE 'glad';`, downgrade: '' },
  {
    id: 'c_now',
    upgrade: `CREATE VIEW v AS SELECT id FROM t WHERE 'now'::timestamptz > '2000-01-01';`,
    downgrade: 'DROP VIEW v;',
  },
  { id: 'd_data', upgrade: `UPDATE t SET m = 'glad';`, downgrade: '' },
  { id: 'e_left', upgrade: 'CREATE FUNCTION f() RETURNS int RETURN 1;', downgrade: 'SELECT 1;' },
  { id: 'f_one_way', upgrade: 'ALTER TABLE t ADD COLUMN note text;' },
  {
    id: 'g_default',
    upgrade: `ALTER TABLE t ALTER COLUMN m SET DEFAULT 'glad';`,
    downgrade: 'ALTER TABLE t ALTER COLUMN m DROP DEFAULT;',
  },
  { id: 'h_rows', upgrade: 'SELECT 1;', downgrade: 'DELETE FROM t WHERE id = 2;' },
  { id: 'i_fails', upgrade: 'CREATE TABLE u (id int);', downgrade: 'DROP TABLE nowhere;' },
  {
    id: 'j_once',
    upgrade: `DO $$ BEGIN IF to_regclass('z') IS NULL THEN CREATE TABLE y (id int); END IF; END $$;`,
    downgrade: 'DROP TABLE y; CREATE TABLE z (id int);',
  },
  { id: 'k_last', upgrade: 'CREATE INDEX t_m ON t (m);', downgrade: 'DROP INDEX t_m;' },
]

describe.each(anyServer({ vector: true }))('pgate test on $name', (server) => {
  const it = testOn(server)

  const run = async (
    args: readonly string[],
    path: string,
    variables: Readonly<Record<string, string>> = {},
  ) => {
    const env = { PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '', ...variables }
    const { exitCode, stdout } = await runPgateHere(['test', ...args, '--json'], { env })
    const { facts, ...json } = JSON.parse(stdout)
    return { exitCode, revisions: facts?.revisions, ...json }
  }

  it.for(FOLDERS)('finds nothing wrong with $path', async ({ path, format }) => {
    const tried = await run(['--all', '--shadow-url', server.url], path, {
      PGATE_FORMAT: format,
      PGATE_EXTENSIONS: 'vector,uuid-ossp',
    })
    expect(tried).toMatchObject({ exitCode: 0 })
    const outcomes = tried.revisions.map(({ outcome }: { outcome: string }) => outcome)
    expect(outcomes).toContain('restored')
    expect(outcomes).not.toContain('not restored')
  })

  it('names what each downgrade leaves, loses or cannot do, with the rows of a seed', async ({
    folder,
  }) => {
    for (const [index, revision] of REVISIONS.entries()) {
      const revises = REVISIONS[index - 1]?.id
      await folder.write(
        `${revision.id}.sql`,
        revisionText({ ...revision, ...(revises && { revises }) }),
      )
    }
    await folder.write(
      'rows/seed.sql',
      `INSERT INTO t (id) VALUES (1), (2);\nUPDATE t SET note = 'n' WHERE id = 1;`,
    )
    const seed = join(folder.path, 'rows/seed.sql')
    const tried = await run(['--all', '--shadow-url', server.url], folder.path, {
      PGATE_TEST_SEED: seed,
    })
    expect(tried).toMatchObject({ exitCode: 62, code: 'ROUND_TRIP' })
    const reported = tried.revisions.map(
      (one: { revision: string; outcome: string; notes: string[]; differences: object[] }) => [
        one.revision,
        one.outcome,
        ...one.notes,
        ...one.differences,
      ],
    )
    const difference = (after: string, key: string | null, message: string) =>
      expect.objectContaining({ after, key, message: expect.stringContaining(message) })
    expect(reported).toEqual([
      ['a_table', 'restored'],
      [
        'b_enum',
        'restored',
        expect.stringContaining('glad stays'),
        expect.stringContaining('ADD VALUE IF NOT EXISTS'),
      ],
      ['c_now', 'restored'],
      ['d_data', 'restored'],
      [
        'e_left',
        'not restored',
        difference('downgrade', 'function public.f()', 'was not before'),
        difference('second upgrade', null, 'already exists'),
      ],
      ['f_one_way', 'skipped', 'it has no downgrade'],
      [
        'g_default',
        'not restored',
        difference('downgrade', 'column public.t.m', "was 'sad'::public.mood"),
      ],
      ['h_rows', 'not restored', difference('second upgrade', 'table public.t', '1 of 2 rows')],
      ['i_fails', 'not restored', difference('downgrade', null, '"nowhere" does not exist')],
      [
        'j_once',
        'not restored',
        difference('downgrade', 'column public.z.id', 'was not before'),
        difference('downgrade', 'table public.z', 'was not before'),
        difference('second upgrade', 'column public.y.id', 'is missing'),
        difference('second upgrade', 'column public.z.id', 'was not before'),
        difference('second upgrade', 'table public.y', 'is missing'),
        difference('second upgrade', 'table public.z', 'was not before'),
      ],
      ['k_last', 'restored'],
    ])
    expect(reported[4][2]).toMatchObject({ repair: ['DROP FUNCTION public.f();'] })
    expect(tried.message).toContain("\n    ALTER TABLE public.t ALTER COLUMN m SET DEFAULT 'sad'")
    expect(tried.hint).toMatch(/e_left\.sql; then run pgate test e_left$/)
  })

  it('tries what is pending, a range or one, and names a seed that never runs', async ({
    folder,
    database: { url },
  }) => {
    for (const [index, revision] of REVISIONS.slice(0, 3).entries()) {
      const revises = REVISIONS[index - 1]?.id
      await folder.write(
        `${revision.id}.sql`,
        revisionText({ ...revision, ...(revises && { revises }) }),
      )
    }
    const env = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '', DATABASE_URL: url }
    const on = ['--shadow-url', server.url]
    const ids = async (...args: readonly string[]) => {
      const { revisions } = await run([...args, ...on], folder.path, { DATABASE_URL: url })
      return revisions.map(({ revision }: { revision: string }) => revision)
    }
    await runPgateHere(['upgrade', 'a_table'], { env })
    expect(await ids()).toEqual(['b_enum', 'c_now'])
    expect(await ids('a_table:b')).toEqual(['b_enum'])
    await runPgateHere(['upgrade'], { env })
    expect(await ids()).toEqual([])
    expect(await queryRows(url, 'select id from t')).toEqual([])
    await folder.write(
      'seed.sql.txt',
      'INSERT INTO t (id) VALUES (1);\n\nINSERT INTO nowhere VALUES (1);',
    )
    const seed = ['--test-seed', join(folder.path, 'seed.sql.txt')]
    const unsown = await run(['c_now', ...seed, ...on], folder.path)
    expect(unsown).toMatchObject({ exitCode: 62, code: 'ROUND_TRIP_SEED' })
    expect(unsown.message).toContain('seed.sql.txt:3:1 can run after no revision')
    await folder.write('seed.sql.txt', 'INSERT INTO t (id) VALUES (1), (1);')
    const failing = await run(['a_table', ...seed, ...on], folder.path)
    expect(failing.message).toContain('seed.sql.txt:1:1: duplicate key')
    expect((await run(['--all', '--test-seed', 'gone.sql'], folder.path)).message).toContain(
      'gone.sql',
    )
  })

  it('needs no server', async () => {
    const tried = await run(['--all'], SYSTEMS[1]?.migrations ?? '')
    expect(tried).toMatchObject({ exitCode: 0, revisions: [{ outcome: 'restored' }, {}] })
  })

  it('leaves out what somebody else does with the roles of the server meanwhile', async ({
    folder,
  }) => {
    const upgrade = 'CREATE TABLE t (id int PRIMARY KEY);'
    await folder.write('a.sql', revisionText({ id: 'a', upgrade, downgrade: 'DROP TABLE t;' }))
    await folder.write(
      'meanwhile.txt',
      `DO $$ BEGIN
         IF to_regrole('theirs') IS NULL THEN CREATE ROLE theirs; CREATE ROLE group_of_theirs; END IF;
         GRANT group_of_theirs TO theirs; ALTER ROLE theirs SET work_mem = '8MB';
       END $$;`,
    )
    const seed = ['--test-seed', join(folder.path, 'meanwhile.txt')]
    const tried = await run(['--all', ...seed], folder.path)
    expect(tried).toMatchObject({ exitCode: 0, revisions: [{ outcome: 'restored' }] })
  })
})
