import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { drizzle, drizzle1 } from '../../../../src/formats/drizzle/drizzle.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import { withRevisionFolder } from '../../../support/cli/revision-folder.ts'
import { type DrizzleEntry, drizzleJournal } from '../../../support/peers/drizzle-folder.ts'

type Files = Readonly<Record<string, string>>

async function load(format: typeof drizzle, files: Files) {
  return withRevisionFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text)
    const { order } = await loadRevisions(folder.path, {
      ...format,
      reading: await format.reading(),
    })
    return order
  })
}

function journalled(entries: readonly DrizzleEntry[], files: Files) {
  return load(drizzle, { 'meta/_journal.json': drizzleJournal(entries), ...files })
}

async function textOf(sql: string): Promise<string> {
  const [revision] = await journalled([{ when: 1, tag: 'a' }], { 'a.sql': sql })
  if (revision?.upgrade.kind !== 'sql') throw new Error('there is no SQL')
  return revision.upgrade.text
}

describe('a folder of Drizzle 0.x', () => {
  it('is what the journal names, in its order', async () => {
    const order = await journalled(
      [
        { when: 1_704_067_200_123, tag: '0000_b_first' },
        { when: 1_704_067_300_000, tag: '0007_a_second' },
      ],
      { '0000_b_first.sql': 'select 1;', '0007_a_second.sql': '', '0003_unnamed.sql': 'no SQL' },
    )
    expect(order.map(({ id, alias }) => [id, alias])).toEqual([
      ['1704067200123', '0000_b_first'],
      ['1704067300000', '0007_a_second'],
    ])
    expect(order[0]).toMatchObject({ message: 'b first', created: '2024-01-01T00:00:00.123Z' })
  })

  it('records the hash of the file as it is, and knows it with other ends of lines', async () => {
    const text = 'select 1;\r\nselect 2;\n'
    const [revision] = await journalled([{ when: 5, tag: 'a' }], { 'a.sql': text })
    const sum = (data: string) => createHash('sha256').update(data).digest('hex')
    expect(revision?.row).toEqual({ hash: sum(text), created_at: 5 })
    expect(revision?.recorded).toContain(sum('select 1;\nselect 2;\n'))
    expect(revision?.recorded).toContain(sum('select 1;\r\nselect 2;\r\n'))
  })

  it('cuts where Drizzle cuts, with every line and column where it was', async () => {
    const mark = '--> statement-breakpoint'
    const kept = `create table a ();\n${mark}\ncreate table b ();${mark}\n`
    expect(await textOf(kept)).toBe(kept)
    expect(await textOf(`create table a ()\n${mark}\ncreate table b ()`)).toBe(
      `create table a ()\n;${' '.repeat(23)}\ncreate table b ()`,
    )
    expect(await textOf(`create table a ();${mark} create table b ();`)).toBe(
      `create table a ();;${' '.repeat(23)} create table b ();`,
    )
    const inString = `select 'see ${mark}\n';`
    expect(await textOf(inString)).toBe(inString)
  })

  it.each(["-- the user's", "/* it's */", '"o\'clock",', "$q$ it's $q$,"])(
    'cuts behind a quote that opens no string: %s',
    async (quote) => {
      const mark = '--> statement-breakpoint'
      expect(await textOf(`select ${quote}\n1\n${mark}\nselect 2`)).toBe(
        `select ${quote}\n1\n;${' '.repeat(23)}\nselect 2`,
      )
    },
  )

  it('cuts behind a string that holds a breakpoint', async () => {
    const mark = '--> statement-breakpoint'
    expect(await textOf(`select '\n${mark}\n'\n${mark}\nselect 2`)).toBe(
      `select '\n${mark}\n'\n;${' '.repeat(23)}\nselect 2`,
    )
  })

  const good = { 'a.sql': 'select 1;', 'b.sql': 'select 1;' }
  const entry = (when: unknown, tag: unknown) => `{ "idx": 0, "when": ${when}, "tag": ${tag} }`
  const journal = (...entries: readonly string[]) =>
    `{\n"dialect": "postgresql",\n"entries": [\n${entries.join(',\n')}\n]}`
  it.each([
    ['no JSON', '{\n"dialect": ,\n}', 2, 'no JSON'],
    ['an empty file', '', 1, 'no JSON'],
    ['a conflict', journal('<<<<<<< HEAD', entry(1, '"a"')), 4, 'no JSON'],
    ['a half', '{\n"dialect": "pg",\n', 3, 'no JSON'],
    ['a list', '[]', 1, 'dialect undefined'],
    ['SQLite', drizzleJournal([], 'sqlite'), 3, 'dialect "sqlite"'],
    ['MySQL', drizzleJournal([], 'mysql'), 3, 'dialect "mysql"'],
    ['no entries', '{ "dialect": "pg" }', 1, 'no list of entries'],
    ['an entry without a tag', journal(entry(1, '"a"'), entry(2, 7)), 5, 'without a `tag`'],
    ['a time that is none', journal(entry(1.5, '"a"')), 4, 'no whole number'],
    ['a file that is gone', journal(entry(1, '"a"'), entry(2, '"c"')), 5, 'there is no c.sql'],
    ['one file twice', journal(entry(1, '"a"'), entry(2, '"a"')), 5, 'names a twice'],
    ['one time twice', journal(entry(1, '"a"'), entry(1, '"b"')), 5, 'has the `when` of a'],
  ])('is refused by file and line: %s', async (_, text, line, words) => {
    const loading = load(drizzle, { ...good, 'meta/_journal.json': text })
    await expect(loading).rejects.toMatchObject({
      code: 'REVISION_HEADER',
      facts: {
        faults: [
          expect.objectContaining({
            file: expect.stringMatching(/meta\/_journal\.json$/),
            line,
            message: expect.stringContaining(words),
          }),
        ],
      },
    })
  })

  it('is refused where it is half taken over to 1.x', async () => {
    const files = { '20240101000000_a/migration.sql': '', '20240101000000_a/snapshot.json': '{}' }
    const loading = journalled([{ when: 1, tag: 'a' }], { ...good, ...files })
    await expect(loading).rejects.toThrow('npx drizzle-kit up')
  })
})

describe('a folder of Drizzle 1.x', () => {
  it('is every folder that holds a migration, and the time is that of its name', async () => {
    const order = await load(drizzle1, {
      '20240102000000_b/migration.sql': 'select 1;',
      '20240101000001_A/migration.sql': 'select 2;',
      '20240101000001_a/migration.sql': 'select 3;',
      'notes/README.md': 'nothing',
    })
    expect(order.map(({ id }) => id)).toEqual([
      '20240101000001_a',
      '20240101000001_A',
      '20240102000000_b',
    ])
    const created = Date.UTC(2024, 0, 1, 0, 0, 1)
    expect(order[0]?.row).toMatchObject({ created_at: created, name: '20240101000001_a' })
  })

  it('is refused with the journal of 0.x in it, or a name without a time', async () => {
    const file = { '20240101000000_a/migration.sql': 'select 1;' }
    const withJournal = load(drizzle1, { ...file, 'meta/_journal.json': drizzleJournal([]) })
    await expect(withJournal).rejects.toThrow('npx drizzle-kit up')
    const unnamed = load(drizzle1, { ...file, 'later/migration.sql': 'select 1;' })
    await expect(unnamed).rejects.toThrow('later/migration.sql: ')
  })
})
