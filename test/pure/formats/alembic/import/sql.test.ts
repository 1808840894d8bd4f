import { describe, expect, it } from 'vitest'
import { parseAlembicSql } from '../../../../../src/formats/alembic/import/sql.ts'
import { failureOf } from '../../../revisions/support.ts'
import { recorded, steps, upgradeOf } from './support.ts'

describe("Alembic's offline SQL", () => {
  it.each([
    [
      'linear/upgrade.sql',
      [
        ['upgrade', '972fc63ffb69', []],
        ['upgrade', '567cc0f251e5', ['972fc63ffb69']],
        ['upgrade', 'c0b7d0e366e7', ['567cc0f251e5']],
      ],
    ],
    [
      'linear/downgrade.sql',
      [
        ['downgrade', 'c0b7d0e366e7', ['567cc0f251e5']],
        ['downgrade', '567cc0f251e5', ['972fc63ffb69']],
        ['downgrade', '972fc63ffb69', []],
      ],
    ],
    ['linear/upgrade-last.sql', [['upgrade', 'c0b7d0e366e7', ['567cc0f251e5']]]],
    [
      'branched/upgrade.sql',
      [
        ['upgrade', 'aaa111', []],
        ['upgrade', 'ccc333', ['aaa111']],
        ['upgrade', 'ddd444', ['ccc333']],
        ['upgrade', 'bbb222', ['aaa111']],
        ['upgrade', 'eee555', ['bbb222', 'ddd444']],
      ],
    ],
    [
      'two-bases/downgrade.sql',
      [
        ['downgrade', '102', ['101']],
        ['downgrade', '101', []],
        ['downgrade', '002', ['001']],
        ['downgrade', '001', []],
        ['downgrade', '002', ['001']],
        ['downgrade', '001', []],
      ],
    ],
  ])('of %s is cut into its revisions', async (file, expected) => {
    const found = await steps(recorded(file))
    expect(found.map(({ direction, id, revises }) => [direction, id, revises])).toEqual(expected)
  })

  it.each(['upgrade', 'downgrade'])(
    'is the same with a transaction for each %s',
    async (direction) => {
      const sql = async (file: string) => (await steps(recorded(file))).map((step) => step.sql)
      expect(await sql(`linear/${direction}-each.sql`)).toEqual(
        await sql(`linear/${direction}.sql`),
      )
    },
  )

  it('keeps the statements and comments of a revision as they are, and nothing of its frame', async () => {
    const [, second] = await steps(recorded('linear/upgrade.sql'))
    expect(second).toMatchObject({ line: 28, replaced: ['972fc63ffb69'], autocommit: false })
    expect(second?.sql).toBe(
      `ALTER TABLE users ADD COLUMN updated_at TIMESTAMP WITH TIME ZONE;

-- Running upgrade nothing -> nothing, as the text of a function may well say
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Running upgrade a -> b; it's no line of Alembic's
    -- Running upgrade a -> b
            NEW.updated_at := now();
            RETURN NEW;
        END $$;;

CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();`,
    )
  })

  it('is understood for a version table of another name and schema', async () => {
    const found = await parseAlembicSql(recorded('linear/other-table.sql'), 'ver')
    const usual = await steps(recorded('linear/upgrade.sql'))
    expect(found.map(({ sql }) => sql)).toEqual(usual.map(({ sql }) => sql))
  })

  it('may hold both directions, one below the other', async () => {
    const both = recorded('linear/upgrade.sql').text + recorded('linear/downgrade.sql').text
    expect((await steps(both)).map(({ direction }) => direction)).toEqual([
      ...Array<string>(3).fill('upgrade'),
      ...Array<string>(3).fill('downgrade'),
    ])
  })

  it('counts lines and cuts rightly behind characters outside the basic plane', async () => {
    const [step] = await steps(
      upgradeOf('a1', "SELECT '😀é'; SELECT '😀' /* 😀 */ ; BEGIN; SELECT 2;"),
    )
    expect(step).toMatchObject({ line: 7, sql: "SELECT '😀é'; SELECT '😀' /* 😀 */ ;  SELECT 2;" })
  })

  it('of a revision that does nothing is empty', async () => {
    const found = await steps(recorded('branched/upgrade.sql'))
    expect(found.at(-1)).toMatchObject({ id: 'eee555', sql: '', replaced: ['bbb222', 'ddd444'] })
  })
})

describe('a revision that leaves its transaction', () => {
  it.each([
    ['for what may run in it', 'linear/upgrade.sql', 'c0b7d0e366e7', true],
    ['for an index', 'branched/upgrade.sql', 'bbb222', false],
    ['to drop an index', 'branched/downgrade.sql', 'bbb222', false],
    ['never', 'linear/upgrade.sql', '972fc63ffb69', false],
  ])('%s is reported: it needs a mode of its own, or none', async (_, file, id, autocommit) => {
    const found = await steps(recorded(file))
    expect(found.find((step) => step.id === id)).toMatchObject({ autocommit })
  })

  it('by hand is reported as well', async () => {
    const [step] = await steps(upgradeOf('a1', "COMMIT;;\n\nALTER TYPE t ADD VALUE 'x';;"))
    expect(step).toMatchObject({ autocommit: true, sql: "ALTER TYPE t ADD VALUE 'x';;" })
  })
})

const WHOLE = upgradeOf('a1', 'CREATE TABLE t (id int);')

describe('an import refuses', () => {
  it.each([
    ['nothing', '', null, 'it is empty'],
    ['SQL of something else', 'CREATE TABLE t (id int);', 1, 'above the first revision'],
    ['a transaction alone', 'BEGIN;\n\nCOMMIT;\n', null, 'no `-- Running upgrade …` line'],
    ['a stamp', recorded('linear/stamp.sql').text, 8, 'SQL of `alembic stamp`'],
    [
      'the words of a failure',
      'BEGIN;\n\nFAILED: Multiple head revisions are present\n',
      3,
      'Alembic failed: FAILED: Multiple head',
    ],
    [
      'the log between the SQL',
      `INFO  [alembic.runtime.migration] Generating static SQL\n${WHOLE}`,
      1,
      "a line of Alembic's log",
    ],
    [
      'what ends early',
      WHOLE.slice(0, WHOLE.indexOf('COMMIT')),
      1,
      'the BEGIN here has no COMMIT: the SQL ends early',
    ],
    [
      'a revision that nothing records',
      WHOLE.replace(/INSERT.*;/, ''),
      7,
      'revision a1 begins here and nothing records it in alembic_version',
    ],
    ['a revision recorded as another', WHOLE.replace("('a1')", "('b2')"), 7, 'gets b2 where a1'],
    ['a syntax error', WHOLE.replace('CREATE TABLE t', 'CREATE TABEL t'), 9, 'at or near "TABEL"'],
    [
      'rows of the version table written by hand',
      upgradeOf('a1', "DELETE FROM alembic_version WHERE version_num = 'old';"),
      9,
      'the revision writes to alembic_version itself',
    ],
    ['what pgate does not run', upgradeOf('a1', 'SELECT 1;\nROLLBACK;'), 10, 'transaction control'],
    [
      'an id that leads out of the folder',
      upgradeOf('../a1', 'SELECT 1;'),
      7,
      'the revision id "../a1" may hold only',
    ],
    ['an id too long', upgradeOf('a'.repeat(33), 'SELECT 1;'), 7, 'has 33 characters'],
    [
      'statements of env.py',
      WHOLE.replace('CREATE TABLE alembic', 'SET search_path TO app;\n\nCREATE TABLE alembic'),
      3,
      'belongs to none: SET search_path TO app',
    ],
  ])('%s, and names the line', async (_, text, line, found) => {
    const error = await failureOf(() => steps(text), 'IMPORT_INVALID')
    expect(error.facts).toMatchObject({ source: 'up.sql', line })
    expect(error.message).toContain(found)
  })
})
