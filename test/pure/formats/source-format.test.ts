import { mkdir, readdir, readFile, rename, symlink } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { GateError } from '../../../src/errors/error.ts'
import type { FormatName } from '../../../src/formats/format.ts'
import { candidatesOf, loadFolder, tableNames, withFormat } from '../../../src/formats/formats.ts'
import { versionFile } from '../../support/alembic/layouts.ts'
import { withRevisionFolder } from '../../support/cli/revision-folder.ts'
import { drizzleJournal } from '../../support/peers/drizzle-folder.ts'

/** What each format's own tool would write: a first and a second file, and one that is malformed. */
interface Sample {
  readonly format: FormatName
  readonly table: string
  /** The tool's own variable that names it. */
  readonly variable?: string
  readonly files: Readonly<Record<string, string>>
  /** Whose folder it may be where its files do not say: the database does. */
  readonly candidates?: readonly FormatName[]
  readonly ids: readonly [string, string]
  readonly malformed: { readonly name: string; readonly text: string; readonly line: number }
}

const SAMPLES: readonly Sample[] = [
  {
    format: 'pgate',
    table: '"public"."alembic_version"',
    files: {
      'a.sql':
        '-- First\n--\n-- revision: aaa\n-- revises: none\n\n-- pgate: upgrade\ncreate table a ();\n\n-- pgate: downgrade\ndrop table a;\n',
      'b.sql':
        '-- Second\n-- revision: bbb\n-- revises: aaa\n-- pgate: upgrade\ncreate table b ();\n-- pgate: downgrade\ndrop table b;\n',
    },
    ids: ['aaa', 'bbb'],
    malformed: { name: 'c.sql', text: '-- revision: ccc\n-- revises: bbb\nselect 1;\n', line: 3 },
  },
  {
    format: 'flyway',
    table: '"public"."flyway_schema_history"',
    variable: 'FLYWAY_TABLE',
    files: {
      'V1__first.sql': 'create table a ();\n',
      'U1__first.sql': 'drop table a;\n',
      'V1.1__second.sql': 'create table b ();\n',
      'U1.1__second.sql': 'drop table b;\n',
    },
    ids: ['1', '1.1'],
    malformed: { name: 'V2__third.sql', text: `select 1;\nselect \${x};\n`, line: 2 },
  },
  {
    format: 'dbmate',
    table: '"public"."schema_migrations"',
    variable: 'DBMATE_MIGRATIONS_TABLE',
    files: {
      '20240101000000_first.sql':
        '-- a comment\n\n-- migrate:up\n\ncreate table a ();\n\n-- migrate:down\ndrop table a;\n',
      '20240102000000_second.sql':
        '-- migrate:up transaction:false\ncreate table b ();\n-- migrate:down\ndrop table b;\n',
    },
    ids: ['20240101000000', '20240102000000'],
    malformed: { name: '3_third.sql', text: '-- migrate:up\nselect 1;\n', line: 2 },
  },
  {
    format: 'prisma',
    table: '"public"."_prisma_migrations"',
    files: {
      'migration_lock.toml': '# Please do not edit\nprovider = "postgresql"\n',
      '20240101000000_first/migration.sql': '-- CreateTable\ncreate table a ();\n',
      '20240102000000_second/migration.sql': 'create table b ();',
    },
    ids: ['20240101000000_first', '20240102000000_second'],
    malformed: { name: 'migration_lock.toml', text: '\nprovider = "mysql"\n', line: 2 },
  },
  {
    format: 'drizzle',
    table: '"drizzle"."__drizzle_migrations"',
    files: {
      'meta/_journal.json': drizzleJournal([
        { when: 1_704_067_200_123, tag: '0000_first' },
        { when: 1_704_153_600_456, tag: '0001_second' },
      ]),
      '0000_first.sql': 'create table a ();\n--> statement-breakpoint\ncreate table aa ();',
      '0001_second.sql': 'create table b ();--> statement-breakpoint\n',
      '0002_unnamed.sql': 'no SQL at all',
    },
    ids: ['1704067200123', '1704153600456'],
    malformed: {
      name: 'meta/_journal.json',
      text: drizzleJournal([{ when: 1, tag: '0007_gone' }]),
      line: 9,
    },
  },
  {
    format: 'drizzle-1',
    table: '"drizzle"."__drizzle_migrations"',
    files: {
      '20240101000000_first/migration.sql': 'create table a ();--> statement-breakpoint\n',
      '20240101000000_first/snapshot.json': '{}',
      '20240102000000_second/migration.sql': 'create table b ();',
      '20240102000000_second/snapshot.json': '{}',
    },
    ids: ['20240101000000_first', '20240102000000_second'],
    malformed: {
      name: '20240102000000_second/migration.sql',
      text: "select 'a\n--> statement-breakpoint '';",
      line: 2,
    },
  },
  {
    format: 'alembic',
    table: '"public"."alembic_version"',
    files: { 'a_first.py': versionFile('aaa'), 'b_second.py': versionFile('bbb', 'aaa') },
    ids: ['aaa', 'bbb'],
    malformed: { name: 'c.py', text: 'revision = "ccc"\ndown_revision = last()\n', line: 2 },
  },
  {
    format: 'golang-migrate',
    table: '"public"."schema_migrations"',
    files: {
      '9_first.up.sql': 'create table a ();\n',
      '9_first.down.sql': 'drop table a;\n',
      '10_second.up.sql': 'create table b ();\n',
      '10_undo.down.sql': 'drop table b;\n',
    },
    candidates: ['golang-migrate', 'sqlx'],
    ids: ['9', '10'],
    malformed: { name: '11_third.up.sql', text: 'select 1;\n\\i x.sql\n', line: 2 },
  },
  {
    format: 'sqlx',
    table: '"public"."_sqlx_migrations"',
    files: {
      '9_first.up.sql': '-- no-transaction\ncreate table a ();\n',
      '9_first.down.sql': 'drop table a;\n',
      '10_second.up.sql': 'create table b ();\n',
      '10_second.down.sql': 'drop table b;\n',
    },
    candidates: ['golang-migrate', 'sqlx'],
    ids: ['9', '10'],
    malformed: { name: '11_third.sql', text: 'select 1;\nrollback;\n', line: 2 },
  },
  {
    format: 'diesel',
    table: '"public"."__diesel_schema_migrations"',
    files: {
      '00000000000001_first/up.sql': 'create table a ();\n',
      '00000000000001_first/down.sql': 'drop table a;\n',
      '2024-01-02-000000_second/up.sql': 'create table b ();\n',
      '2024-01-02-000000_second/down.sql': 'drop table b;\n',
    },
    ids: ['00000000000001', '20240102000000'],
    malformed: { name: '3_third/up.sql', text: 'select 1;\n\\i x.sql\n', line: 2 },
  },
  {
    format: 'goose',
    table: '"public"."goose_db_version"',
    variable: 'GOOSE_TABLE',
    files: {
      '00009_first.sql':
        '-- a comment\n\n-- +goose Up\ncreate table a ();\n\n-- +goose Down\ndrop table a;\n',
      '10_second.sql':
        '-- +goose NO TRANSACTION\n-- +goose up\ncreate table b ();\n-- +goose DOWN\ndrop table b;\n',
    },
    ids: ['9', '10'],
    malformed: { name: '11_third.sql', text: '-- +goose Up\n\nselect 1\n', line: 3 },
  },
]

describe.each(SAMPLES)('the source format $format', (sample) => {
  const { format, files, ids, malformed } = sample

  it('recognises its folder, and takes the history table that goes with it', async () => {
    await withFiles(files, async (directory) => {
      const { candidates = [] } = sample
      expect(configFor(directory).format).toBe(candidates.length === 0 ? format : 'auto')
      expect(candidatesOf(directory)).toEqual(candidates)
      const config = configFor(directory, candidates.length === 0 ? {} : { PGATE_FORMAT: format })
      expect(tableNames(config).versions).toBe(sample.table)
      const named = configFor(directory, { PGATE_VERSION_TABLE: 'mine' })
      expect(tableNames(named).versions).toBe(sample.table.replace(/[^.]+$/, '"mine"'))
      const elsewhere = configFor(directory, { PGATE_VERSION_TABLE: 'other.mine' })
      expect(tableNames(elsewhere).versions).toBe('"other"."mine"')
      const { variable } = sample
      if (variable === undefined) return
      const toolsOwn = configFor(directory, { [variable]: 'theirs' })
      expect(tableNames(toolsOwn).versions).toBe('"public"."theirs"')
      const both = configFor(directory, { [variable]: 'theirs', PGATE_VERSION_TABLE: 'mine' })
      expect(tableNames(both).versions).toBe('"public"."mine"')
    })
  })

  it('is what PGATE_FORMAT says, whatever the folder holds', async () => {
    const other = SAMPLES.find((one) => one.format !== format) ?? sample
    await withFiles(other.files, async (directory) => {
      const config = configFor(directory, { PGATE_FORMAT: format })
      expect(config).toMatchObject({ format })
      await expect(loadFolder(config)).rejects.toThrow(GateError)
    })
  })

  it('reads revisions in order, each section with the line of the file that it begins on', async () => {
    await withFiles(files, async (directory) => {
      const graph = await loadFolder(configFor(directory, { PGATE_FORMAT: format }))
      expect(graph.order.map(({ id }) => id)).toEqual(ids)
      expect(graph.heads).toEqual([ids[1]])
      expect(graph.order.map(({ revises }) => revises)).toEqual([[], [ids[0]]])
      for (const { file, upgrade, downgrade } of graph.order) {
        for (const body of [upgrade, downgrade]) {
          if (body === null || body.kind === 'opaque') continue
          if (body.kind !== 'sql') throw new Error(`${file} has a section that is no SQL`)
          const lines = (await readFile(body.file ?? file, 'utf8')).split('\n')
          const own = body.text.replace(/\n$/, '').split('\n')
          expect(lines.slice(body.line - 1, body.line - 1 + own.length)).toEqual(own)
          expect(body.text).toMatch(/(create|drop) table/)
        }
      }
    })
  })

  it('is read through the links of a mounted ConfigMap', async () => {
    await withFiles(files, async (directory) => {
      const names = await readdir(directory)
      await mkdir(`${directory}/..2026_01_01`)
      await symlink('..2026_01_01', `${directory}/..data`)
      for (const name of names) {
        await rename(`${directory}/${name}`, `${directory}/..2026_01_01/${name}`)
        await symlink(`..data/${name}`, `${directory}/${name}`)
      }
      const { candidates = [] } = sample
      const config = configFor(directory, candidates.length === 0 ? {} : { PGATE_FORMAT: format })
      expect(config.format).toBe(format)
      expect((await loadFolder(config)).order.map(({ id }) => id)).toEqual(ids)
    })
  })

  it('refuses a malformed file by its name and line', async () => {
    await withFiles({ ...files, [malformed.name]: malformed.text }, async (directory) => {
      const failure = await loadFolder(configFor(directory, { PGATE_FORMAT: format })).catch(
        (error: unknown) => error,
      )
      if (!(failure instanceof GateError)) throw new Error('nothing was refused')
      expect(failure.code).toMatch(/^REVISION_/)
      expect(failure.facts.faults).toContainEqual(
        expect.objectContaining({
          file: `${directory}/${malformed.name}`,
          line: malformed.line,
        }),
      )
    })
  })

  it('refuses a folder that holds none of its files', async () => {
    await withFiles({ 'README.md': 'nothing' }, async (directory) => {
      const config = configFor(directory, { PGATE_FORMAT: format })
      await expect(loadFolder(config)).rejects.toMatchObject({ code: 'REVISION_DIRECTORY' })
    })
  })
})

it('a numbered folder without a migration hides nothing of what is next to it', async () => {
  const migration = { '2024-01-02-000000_b/up.sql': 'create table b ();\n' }
  const others = { '..data/README.md': '', '0_attic.sql/README.md': '', '9_attic/README.md': '' }
  await withFiles({ ...others, '1_a.up.sql': 'create table a ();\n' }, async (directory) => {
    expect(candidatesOf(directory)).toEqual(['golang-migrate', 'sqlx'])
  })
  await withFiles({ ...others, ...migration }, async (directory) => {
    expect(configFor(directory)).toMatchObject({ format: 'diesel' })
  })
})

it("a config.yaml above is Hasura's only where folders are numbered in milliseconds", async () => {
  const configured = { 'config.yaml': '' }
  const of = (folder: string) => ({ ...configured, [`m/${folder}/up.sql`]: 'select 1;\n' })
  await withFiles(of('2024-01-02-000000_b'), async (directory) => {
    expect(configFor(`${directory}/m`)).toMatchObject({ format: 'diesel' })
  })
  await withFiles(of('1704153600000_b'), async (directory) => {
    expect(configFor(`${directory}/m`)).toMatchObject({ format: 'pgate' })
  })
})

it('a folder that cannot be read, or holds nothing, is taken for one of pgate', async () => {
  expect(configFor('/nonexistent')).toMatchObject({ format: 'pgate' })
  await withFiles({}, async (directory) => {
    expect(configFor(directory)).toMatchObject({ format: 'pgate' })
  })
})

function configFor(directory: string, env: Readonly<Record<string, string>> = {}) {
  const system = {
    readFile: () => '',
    fileMode: () => 0o600,
    home: '/nonexistent',
    userName: 'nobody',
  }
  return withFormat(loadConfig({ PGATE_MIGRATIONS: directory, ...env }, {}, system))
}

async function withFiles(
  files: Readonly<Record<string, string>>,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  await withRevisionFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text)
    await use(folder.path)
  })
}
