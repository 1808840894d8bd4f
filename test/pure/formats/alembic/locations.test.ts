import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../src/config/load.ts'
import { GateError } from '../../../../src/errors/error.ts'
import { loadFolder, withFormat } from '../../../../src/formats/formats.ts'
import { LAYOUTS, versionFile } from '../../../support/alembic/layouts.ts'
import { writeFiles } from '../../../support/alembic/script-directory.ts'
import { withRevisionFolder } from '../../../support/cli/revision-folder.ts'

const VERSION = versionFile('a')

/** What pgate reads, besides the layouts that Alembic is asked about. */
const MORE: typeof LAYOUTS = [
  {
    name: 'the versions themselves',
    files: { '2024_01_01_a.py': VERSION, 'b.py': versionFile('b', 'a'), '__init__.py': '' },
    ids: ['a', 'b'],
  },
  {
    name: 'the versions with a script of SQL among them',
    files: { 'a.py': VERSION, 'seed.sql': 'select 1;' },
    ids: ['a'],
  },
  {
    name: 'places on lines of their own',
    files: {
      'alembic.ini':
        '[alembic]\nscript_location = alembic\npath_separator = newline\nversion_locations =\n    %(here)s/alembic/versions\n    # a comment\n    %(here)s/plugins/with space\n\n    %(here)s/plugins/two\n',
      'alembic/env.py': '',
      'alembic/versions/a.py': VERSION,
      'plugins/with space/b.py': versionFile('b'),
      'plugins/two/c.py': versionFile('c'),
    },
    ids: ['a', 'b', 'c'],
  },
  {
    name: 'pyproject.toml',
    files: {
      'pyproject.toml':
        '[project]\nname = "x"\n\n[tool.alembic]\n# where\nscript_location = "%(here)s/migrations"\nversion_locations = [\n  "%(here)s/migrations/versions",\n  "more",\n]\nrecursive_version_locations = true\n\n[tool.other]\nscript_location = "elsewhere"\n',
      'migrations/env.py': '',
      'migrations/versions/a.py': VERSION,
      'more/deep/b.py': versionFile('b'),
    },
    ids: ['a', 'b'],
  },
  {
    name: 'alembic.ini before pyproject.toml',
    files: {
      'alembic.ini': '[alembic]\r\nscript_location = one\r\n',
      'pyproject.toml': '[tool.alembic]\nscript_location = "two"\n',
      'one/versions/a.py': VERSION,
      'two/versions/b.py': versionFile('b'),
    },
    ids: ['a'],
  },
]

describe("Alembic's version files are found, and the folder recognised", () => {
  it.each([...LAYOUTS, ...MORE])('$name', async ({ files, ids }) => {
    await withFiles(files, async (migrations) => {
      const config = withFormat(configFor(migrations))
      expect(config).toMatchObject({ format: 'alembic', versionTable: 'alembic_version' })
      const { order } = await loadFolder(config)
      expect(order.map(({ id }) => id)).toEqual(ids)
    })
  })
})

it("pgate's own files next to those that they were imported from are pgate's", async () => {
  const own = '-- First\n-- revision: a\n-- revises: none\n-- pgate: upgrade\nselect 1;\n'
  await withFiles({ 'env.py': '', 'versions/a.py': VERSION, 'a.sql': own }, async (migrations) => {
    expect(withFormat(configFor(migrations))).toMatchObject({ format: 'pgate' })
  })
})

const MISLEADING: readonly (readonly [string, string, string])[] = [
  [
    'a package',
    '[alembic]\n\nscript_location = app:migrations\n',
    '3: app:migrations is a place in',
  ],
  ['a name', '[alembic]\nscript_location = %(root)s/x\n', '2: %(root)s/x holds a name'],
]

describe('an alembic.ini whose place only Python can find is refused by its line', () => {
  it.each(MISLEADING)('%s', async (_, ini, said) => {
    await withFiles({ 'alembic.ini': ini }, async (migrations) => {
      const failure = await loadFolder(withFormat(configFor(migrations))).catch(String)
      expect(failure).toContain(`${migrations}/alembic.ini:${said}`)
    })
  })
})

it('a folder without version files says where they may be looked for', async () => {
  await withFiles({ 'alembic.ini': '[alembic]\nscript_location = x\n' }, async (migrations) => {
    const failure = await loadFolder(withFormat(configFor(migrations))).catch((error) => error)
    if (!(failure instanceof GateError)) throw new Error('nothing was refused')
    expect(failure).toMatchObject({ code: 'REVISION_DIRECTORY' })
    expect(failure.hint).toContain('the folder that holds alembic.ini')
  })
})

function configFor(directory: string) {
  const system = { readFile: () => '', fileMode: () => 0o600, home: '/nonexistent', userName: 'x' }
  return loadConfig({ PGATE_MIGRATIONS: directory }, {}, system)
}

async function withFiles(
  files: Readonly<Record<string, string>>,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  await withRevisionFolder(async ({ path }) => {
    await writeFiles(path, files)
    await use(path)
  })
}
