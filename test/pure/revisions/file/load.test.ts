import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FailureCode } from '../../../../src/errors/failures.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import { FIXTURES, failureOf } from '../support.ts'

type Refused = readonly [shape: string, code: FailureCode, ...faults: Expected[]]
type Expected = readonly [file: string, line: number | null, what: string]

const REFUSED: readonly Refused[] = [
  ['missing-parent', 'REVISION_MISSING_PARENT', ['2_bbb2.sql', 4, 'revises 972fc63ffb96, which']],
  ['missing-dependency', 'REVISION_MISSING_PARENT', ['1_aaa1.sql', 6, 'depends on zzz9, which']],
  [
    'duplicate-id',
    'REVISION_DUPLICATE',
    ['2_aaa1_again.sql', 3, 'duplicate-id/1_aaa1.sql already'],
  ],
  ['duplicate-label', 'REVISION_DUPLICATE', ['2_bbb2.sql', 6, 'label billing names revision aaa1']],
  ['cycle', 'REVISION_CYCLE', ['1_aaa1.sql', 4, 'circle: aaa1 revises ccc3']],
  ['self-loop', 'REVISION_CYCLE', ['1_aaa1.sql', 4, 'aaa1 revises itself']],
  ['no-header', 'REVISION_HEADER', ['1_plain.sql', 1, 'no pgate header']],
  ['empty-file', 'REVISION_HEADER', ['1_empty.sql', 1, 'the file is empty']],
  ['dbmate', 'REVISION_HEADER', ['1_users.sql', 1, 'a migration of dbmate']],
  ['goose', 'REVISION_HEADER', ['1_users.sql', 1, 'a migration of goose']],
  [
    'golang-migrate',
    'REVISION_HEADER',
    ['1_users.down.sql', 1, 'a migration of golang-migrate'],
    ['1_users.up.sql', 1, 'a migration of golang-migrate'],
  ],
  ['misspelt-key', 'REVISION_HEADER', ['1_aaa1.sql', 3, '`revison:` is not a key']],
  [
    'alembic-keys',
    'REVISION_HEADER',
    ['1_aaa1.sql', 3, '`Revision ID:` is not a key'],
    ['1_aaa1.sql', 4, '`down_revision:` is not a key'],
  ],
  ['key-twice', 'REVISION_HEADER', ['1_aaa1.sql', 6, '`revises:` stands twice, on lines 4 and 6']],
  [
    'bad-id',
    'REVISION_HEADER',
    ['1_long.sql', 3, 'has 33 characters; alembic_version.version_num holds 32'],
    ['2_reserved.sql', 3, '`head` is a reserved word'],
    ['3_dash.sql', 3, 'not begin with - or .'],
    ['4_space.sql', 3, '`two words` may hold only'],
  ],
  [
    'bad-values',
    'REVISION_HEADER',
    ['1_aaa1.sql', 4, '`none` is a reserved word'],
    ['1_aaa1.sql', 5, '`yesterday` is not an ISO 8601 date'],
    ['1_aaa1.sql', 6, '`of` is not auto, on or off'],
  ],
  ['no-revises', 'REVISION_HEADER', ['1_aaa1.sql', 1, 'has no `revises:`']],
  ['sql-above', 'REVISION_HEADER', ['1_aaa1.sql', 1, 'SQL above the first section']],
  ['no-upgrade', 'REVISION_SECTION', ['1_aaa1.sql', 5, 'no upgrade section']],
  ['two-upgrades', 'REVISION_SECTION', ['1_aaa1.sql', 10, 'stands twice, on lines 7 and 10']],
  ['unknown-section', 'REVISION_SECTION', ['1_aaa1.sql', 7, '`-- pgate: upgrad` opens no section']],
  ['nul-byte', 'REVISION_ENCODING', ['1_aaa1.sql', 10, 'a NUL byte (byte offset 168)']],
  ['invalid-utf8', 'REVISION_ENCODING', ['1_aaa1.sql', 10, 'byte 0xfc is not UTF-8 (byte offset']],
  ['utf16', 'REVISION_ENCODING', ['1_aaa1.sql', 1, 'the file is UTF-16']],
  [
    'meta-command',
    'REVISION_UNSUPPORTED',
    ['1_aaa1.sql', 9, 'psql meta-command \\set'],
    ['2_bbb2.sql', 8, 'psql meta-command \\gset'],
    ['3_ccc3.sql', 8, 'psql meta-command \\i'],
  ],
  ['psql-variable', 'REVISION_UNSUPPORTED', ['1_aaa1.sql', 9, 'psql variable :"owner"']],
  [
    'transaction-control',
    'REVISION_UNSUPPORTED',
    ['1_aaa1.sql', 8, 'BEGIN without COMMIT'],
    ['2_bbb2.sql', 9, 'transaction control (ROLLBACK)'],
    ['3_ccc3.sql', 9, 'PostgreSQL refuses this inside the transaction that line 10 commits'],
    ['4_ddd4.sql', 8, 'COMMIT AND CHAIN'],
    ['5_eee5.sql', 8, 'READ ONLY'],
  ],
  ['module-throws', 'REVISION_MODULE', ['1_aaa1.mjs', 2, 'Error: no such setting']],
  ['module-syntax', 'REVISION_MODULE', ['1_aaa1.mjs', null, 'cannot be loaded']],
  [
    'module-exports',
    'REVISION_MODULE',
    ['1_aaa1.mjs', 1, 'export `revison` is not one'],
    ['1_aaa1.mjs', null, 'exports no `upgrade`'],
    ['1_aaa1.mjs', 5, "`downgrade` is 'drop table t'"],
    ['1_aaa1.mjs', 2, '`revises` is of type number'],
    ['1_aaa1.mjs', 3, "`transaction` is 'of'"],
    ['1_aaa1.mjs', 4, 'created `soon` is not'],
  ],
  [
    'many-faults',
    'REVISION_HEADER',
    ['1_plain.sql', 1, 'no pgate header'],
    ['3_ccc3.sql', 8, 'no upgrade section'],
    ['2_bbb2.sql', 4, 'revises nowhere'],
  ],
]

describe('loadRevisions', () => {
  it.each(REFUSED.map((refused) => [refused[0], refused] as const))(
    'refuses %s',
    async (_, refused) => {
      const [shape, code, ...expected] = refused
      const failure = await failureOf(() => loadRevisions(`${FIXTURES}/${shape}`), code)
      expect(failure.exitCode).toBe(50)
      expect(failure.facts.faults).toEqual(
        expected.map(([name, line, what]) => ({
          code: expect.stringMatching(/^REVISION_/),
          file: `${FIXTURES}/${shape}/${name}`,
          line,
          message: expect.stringContaining(what),
        })),
      )
      for (const [name, line] of expected) {
        const place = line === null ? name : `${name}:${line}`
        expect(failure.message).toContain(`${FIXTURES}/${shape}/${place}: `)
      }
    },
  )

  it.each([
    ['bom', 'aaa1'],
    ['chain', 'aaa1 bbb2 ccc3'],
    ['diamond', 'aaa1 bbb2 ccc3 ddd4'],
    ['two-heads', 'aaa1 bbb2 ccc3'],
    ['ignored', 'aaa1'],
    ['literal-lookalikes', 'aaa1'],
    ['syntax-error', 'aaa1'],
    ['modules', 'aaa1 bbb2 ccc3 ddd4'],
  ])('loads %s', async (shape, ids) => {
    const graph = await loadRevisions(`${FIXTURES}/${shape}`)
    expect(graph.order.map(({ id }) => id).join(' ')).toBe(ids)
  })

  it('reads the same revision whatever ends its lines', async () => {
    const [lf, crlf, cr] = await Promise.all(
      ['chain', 'crlf', 'lone-cr'].map(async (shape) => {
        const { revisions } = await loadRevisions(`${FIXTURES}/${shape}`)
        return { ...revisions.get('aaa1'), file: '', message: '' }
      }),
    )
    expect(crlf).toEqual(lf)
    expect(cr).toEqual(lf)
  })

  it('reports the whole circle with the file of each step', async () => {
    const folder = `${FIXTURES}/cycle`
    const failure = await failureOf(() => loadRevisions(folder), 'REVISION_CYCLE')
    expect(failure.message).toContain(
      `aaa1 revises ccc3 (${folder}/1_aaa1.sql), ccc3 revises bbb2 (${folder}/3_ccc3.sql), bbb2 revises aaa1 (${folder}/2_bbb2.sql)`,
    )
  })

  it('names a folder that does not exist', async () => {
    const failure = await failureOf(() => loadRevisions('test/nowhere'), 'REVISION_DIRECTORY')
    expect(failure.facts).toEqual({ directory: 'test/nowhere', reason: 'ENOENT' })
    expect(failure.hint).toContain('PGATE_MIGRATIONS')
  })

  it('names a file where a folder is wanted', async () => {
    const failure = await failureOf(() => loadRevisions('package.json'), 'REVISION_DIRECTORY')
    expect(failure.facts).toEqual({ directory: 'package.json', reason: 'ENOTDIR' })
  })

  it('refuses a folder without a revision file', async () => {
    await withFolder(async (folder) => {
      const empty = await failureOf(() => loadRevisions(folder), 'REVISION_DIRECTORY')
      expect(empty.message).toContain('it is empty')
      await writeFile(join(folder, 'README.md'), '')
      const other = await failureOf(() => loadRevisions(folder), 'REVISION_DIRECTORY')
      expect(other.message).toContain('none of its 1 entries')
    })
  })

  it('names every file that cannot be read', async () => {
    await withFolder(async (folder) => {
      await symlink('gone', join(folder, '1_link.sql'))
      await mkdir(join(folder, '2_folder.sql'))
      const failure = await failureOf(() => loadRevisions(folder), 'REVISION_UNREADABLE')
      expect(failure.facts.faults).toMatchObject([
        { file: `${folder}/1_link.sql`, line: null, message: expect.stringContaining('ENOENT') },
        { file: `${folder}/2_folder.sql`, line: null, message: expect.stringContaining('EISDIR') },
      ])
    })
  })

  it('loads an edited module again', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, '1_aaa1.mjs')
      const text =
        "export const revision = 'aaa1', revises = null, message = 'old'\nexport function upgrade() {}\n"
      await writeFile(file, text)
      const before = await loadRevisions(folder)
      await writeFile(file, text.replace('old', 'new'))
      const after = await loadRevisions(folder)
      expect(before.revisions.get('aaa1')?.message).toBe('old')
      expect(after.revisions.get('aaa1')?.message).toBe('new')
    })
  })

  it('reads a thousand files', async () => {
    await withFolder(async (folder) => {
      const ids = Array.from({ length: 1000 }, (_, index) => `r${index}`)
      await Promise.all(
        ids.map((id, index) => {
          const revises = ids[index - 1] ?? 'none'
          const text = `-- ${id}\n-- revision: ${id}\n-- revises: ${revises}\n-- pgate: upgrade\nselect 1;\n`
          return writeFile(join(folder, `${id}.sql`), text)
        }),
      )
      const graph = await loadRevisions(folder)
      expect(graph.order.map(({ id }) => id)).toEqual(ids)
    })
  })
})

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-revisions-'))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
