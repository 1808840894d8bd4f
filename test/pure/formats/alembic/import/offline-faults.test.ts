import { describe, expect, it } from 'vitest'
import { parseAlembicHistory } from '../../../../../src/formats/alembic/import/history.ts'
import { importAlembic } from '../../../../../src/formats/alembic/import/import.ts'
import type { Percents } from '../../../../../src/formats/alembic/import/misrendered.ts'
import { parseAlembicSql } from '../../../../../src/formats/alembic/import/sql.ts'
import { withRevisionFolder } from '../../../../support/cli/revision-folder.ts'
import { failureOf } from '../../../revisions/support.ts'
import { recorded, steps, upgradeOf } from './support.ts'

const BROKEN = recorded('linear/upgrade.sql').text.slice(
  0,
  recorded('linear/upgrade.sql').text.indexOf('INSERT INTO users'),
)

describe('a stream that stops where Alembic could not go on', () => {
  it('names the revision, how many are whole, and each way on', async () => {
    const error = await failureOf(() => steps(BROKEN), 'IMPORT_INVALID')
    expect(error.message).toContain(
      'up.sql:45: Alembic could not render the upgrade of c0b7d0e366e7: the SQL ends in the midst of it; the 2 revisions before it are whole',
    )
    for (const way of [
      'pgate -- alembic upgrade head',
      'pgate import alembic --record > record.py',
      'alembic upgrade base:567cc0f251e5 --sql | pgate import alembic',
      'pgate revision -m "Written by hand" --rev-id c0b7d0e366e7',
      'alembic upgrade c0b7d0e366e7:head --sql | pgate import alembic',
    ]) {
      expect(error.hint).toContain(way)
    }
  })

  it('says so of the first, of a downgrade, and with a transaction for each', async () => {
    const first = BROKEN.slice(0, BROKEN.indexOf('CREATE TABLE users'))
    expect(await failureOf(() => steps(first), 'IMPORT_INVALID')).toMatchObject({
      message: expect.stringContaining('render the upgrade of 972fc63ffb69'),
      hint: expect.not.stringContaining('import around it'),
    })
    const down = recorded('linear/downgrade.sql').text
    const stopped = down.slice(0, down.indexOf('DROP TABLE users'))
    expect(await failureOf(() => steps(stopped), 'IMPORT_INVALID')).toMatchObject({
      message: expect.stringContaining('the downgrade of 972fc63ffb69'),
    })
    const each = recorded('linear/upgrade-each.sql').text
    const cut = each.slice(0, each.indexOf('INSERT INTO users'))
    expect(await failureOf(() => steps(cut), 'IMPORT_INVALID')).toMatchObject({
      message: expect.stringContaining('the upgrade of c0b7d0e366e7'),
    })
  })

  it('is gone around: what comes before and after it is taken as parts', async () => {
    await withRevisionFolder(async ({ path, write }) => {
      const whole = recorded('linear/upgrade.sql').text
      const part = `${whole.slice(0, whole.indexOf('-- Running upgrade 972fc63ffb69'))}COMMIT;\n`
      await run(path, part)
      const last = recorded('linear/upgrade-last.sql').text
      const error = await failureOf(() => run(path, last), 'IMPORT_INVALID')
      expect(error.message).toContain(
        'import what comes before it first: alembic upgrade base:567cc0f251e5 --sql | pgate import alembic',
      )
      await write(
        'by_hand.sql',
        '-- By hand\n-- revision: 567cc0f251e5\n-- revises: 972fc63ffb69\n-- pgate: upgrade\nselect 1;\n',
      )
      expect((await run(path, last)).heads).toEqual(['c0b7d0e366e7'])
    })
  })
})

function run(directory: string, text: string, percents: Percents = 'refuse') {
  return importAlembic({
    sql: [{ name: 'up.sql', bytes: Buffer.from(text) }],
    directory,
    versionTable: 'alembic_version',
    force: false,
    percents,
  })
}

/** What a revision runs, how Alembic writes it, and what is said of it. */
const LOST: readonly (readonly [string, string, string])[] = [
  ['UPDATE', 'UPDATE t SET a = NULL WHERE id = NULL;', 'compares with NULL'],
  ['DELETE', 'DELETE FROM t WHERE NULL <> id;', 'compares with NULL'],
  ['IN', 'DELETE FROM t WHERE id IN (NULL, NULL);', 'compares with NULL'],
  ['ANY', 'DELETE FROM t WHERE id = ANY (NULL);', 'compares with NULL'],
  ['LIKE', 'DELETE FROM t WHERE name LIKE NULL;', 'compares with NULL'],
  ['a cast', 'UPDATE t SET a = 1 WHERE id = CAST(NULL AS INTEGER);', 'compares with NULL'],
  ['a subquery', 'INSERT INTO t SELECT id FROM u WHERE a >= NULL;', 'compares with NULL'],
  ['INSERT of NULL', 'INSERT INTO t (a, b) VALUES (NULL, NULL);', 'inserts nothing but NULL'],
  ['asyncpg', 'UPDATE t SET a = $1::VARCHAR;', 'has a parameter without a value ($1)'],
  ['psycopg', 'UPDATE t SET a = %(a)s WHERE id = %(id)s;', 'left a parameter open'],
  ['named', 'UPDATE t SET a = :a;', 'left a parameter open'],
  ['INSERT of psycopg', 'INSERT INTO t (a) VALUES (%(a)s);', 'left a parameter open'],
]

describe('a parameter that Alembic has lost is refused by its line', () => {
  it.each(LOST)('%s', async (_, sql, said) => {
    const text = upgradeOf('a1', `SELECT 1;\n\n${sql}`)
    const error = await failureOf(() => steps(text), 'IMPORT_INVALID')
    expect(error.message).toContain('up.sql:11: ')
    expect(error.message).toContain(said)
    expect(error.hint).toContain('pgate import alembic --record')
  })

  it('and none is seen where a NULL, a $1 or a colon is meant', async () => {
    const sql = [
      'UPDATE t SET a = NULL, b = NULL WHERE c IS NULL AND d IS DISTINCT FROM NULL;',
      'INSERT INTO t (a, b) VALUES (NULL, 1), (coalesce(NULL, 2), 3) ON CONFLICT (a) DO UPDATE SET a = NULL;',
      "UPDATE t SET a = CASE WHEN b THEN NULL ELSE 'x = NULL' END, c = d::text || NULL;",
      'CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN $1 + 1;',
      'SELECT 1 LIMIT NULL;',
    ].join('\n')
    const [step] = await steps(upgradeOf('a1', sql))
    expect(step?.sql).toBe(sql)
  })
})

describe('a stream whose every % is double', () => {
  const VIEW = "CREATE VIEW v AS SELECT 1 WHERE 'a' LIKE '%%a';"
  const RAISE =
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  RAISE '%% %%', 1, 2;\nEND $$;"
  const text = upgradeOf('a1', `${VIEW}\n\n${RAISE}`)

  it('is refused by its line, with both ways on', async () => {
    const error = await failureOf(() => steps(text), 'IMPORT_INVALID')
    expect(error.message).toContain('up.sql:9: every % of this SQL is double')
    expect(error.hint).toContain('--single-percent')
    expect(error.hint).toContain('"paramstyle": "named"')
  })

  it('is halved, or kept, on demand', async () => {
    const sqlOf = async (percents: Percents) => {
      const [step] = await parseAlembicSql({ name: 'up.sql', text }, 'alembic_version', percents)
      return step?.sql
    }
    expect(await sqlOf('halve')).toBe(`${VIEW}\n\n${RAISE}`.replaceAll('%%', '%'))
    expect(await sqlOf('keep')).toBe(`${VIEW}\n\n${RAISE}`)
  })

  it('is none where one % stands alone, or all of them are in comments between', async () => {
    const alone = `${VIEW}\n\nSELECT 5 % 2;`
    expect((await steps(upgradeOf('a1', alone)))[0]?.sql).toBe(alone)
    const comment = '-- 100 %% of them\nSELECT 1;'
    expect((await steps(upgradeOf('a1', comment)))[0]?.sql).toBe(comment)
  })
})

describe('what env.py prints above the SQL', () => {
  const printed = ['Loading settings...', '  2 tenants: a, b', "it's ready"]

  it('is passed over and reported, and lines keep their numbers', async () => {
    await withRevisionFolder(async ({ path }) => {
      const text = `${printed.join('\n')}\n\n${upgradeOf('a1', 'SELECT 1;')}`
      expect((await run(path, text)).passedOver).toEqual(printed)
      const wrong = `${printed.join('\n')}\n${upgradeOf('a1', 'SELEC 1;')}`
      const error = await failureOf(() => run(path, wrong), 'IMPORT_INVALID')
      expect(error.message).toContain('up.sql:12: syntax error at or near "SELEC"')
    })
  })

  it('is refused where it is SQL, a log, or stands between the revisions', async () => {
    await withRevisionFolder(async ({ path }) => {
      const whole = upgradeOf('a1', 'SELECT 1;')
      for (const [text, said] of [
        [`SET ROLE app;\n${whole}`, 'this stands above the first revision'],
        [`INFO  [alembic.runtime.migration] Context impl\n${whole}`, "a line of Alembic's log"],
        [whole.replace('SELECT 1;', 'Migrating rows\nSELECT 1;'), 'syntax error'],
      ] as const) {
        const error = await failureOf(() => run(path, text), 'IMPORT_INVALID')
        expect(error.message).toContain(said)
      }
    })
  })
})

describe('the message of a history', () => {
  const ENTRY = (docstring: string) =>
    `Rev: a1\nParent: <base>\nPath: versions/a1.py\n\n${docstring.replace(/^/gm, '    ')}\n\n`

  it.each([
    ['Add users\n\nRevision ID: a1', 'Add users'],
    ['Create Date: 2024-01-01\nRevision ID: a1\n\nAdd users', 'Add users'],
    ['Copyright 2024 Example Ltd.\nLicensed under MIT.\n\nAdd users', 'Add users'],
    ['Add license table\n\nRevises: b', 'Add license table'],
    ['Two lines\nof one\nRevision ID: a1', 'Two lines of one'],
    ['Revision ID: a1\nRevises:', ''],
  ])('of %j is %j', (docstring, message) => {
    const { entries } = parseAlembicHistory({ name: 'history.txt', text: ENTRY(docstring) })
    expect(entries.get('a1')?.message).toBe(message)
  })
})
