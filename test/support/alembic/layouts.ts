/** A project's files, and the ids that Alembic finds in it. */
export interface Layout {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly ids: readonly string[]
}

/** A version file of a base. */
export function versionFile(id: string, revises?: string): string {
  const down = revises === undefined ? 'None' : `'${revises}'`
  return `"""Add ${id}"""\nrevision = '${id}'\ndown_revision = ${down}\n\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n`
}

/** Where projects have their version files, and how alembic.ini says so. */
export const LAYOUTS: readonly Layout[] = [
  {
    name: 'the script directory',
    files: {
      'env.py': '',
      'script.py.mako': '',
      'versions/a.py': versionFile('a'),
      'versions/sub/b.py': versionFile('b'),
    },
    ids: ['a'],
  },
  {
    name: 'Flask-Migrate, whose alembic.ini names no place',
    files: {
      'alembic.ini':
        '# A generic, single database configuration.\n\n[alembic]\nscript_location = .\n',
      'env.py': '',
      'versions/a.py': versionFile('a'),
    },
    ids: ['a'],
  },
  {
    name: 'alembic.ini with the folder next to it',
    files: {
      'alembic.ini':
        '; a comment\n[DEFAULT]\n\n[alembic]\n# path to migration scripts\nscript_location = %(here)s/db/alembic\nprepend_sys_path = .\n\n[loggers]\nkeys = root\nscript_location = elsewhere\n',
      'db/alembic/env.py': '',
      'db/alembic/versions/a.py': versionFile('a'),
      'db/alembic/versions/a2.py': versionFile('a2', 'a'),
      'versions/not_ours.py': versionFile('x'),
    },
    ids: ['a', 'a2'],
  },
  {
    name: 'several places, with the separator of the system',
    files: {
      'alembic.ini':
        '[alembic]\nscript_location: alembic\nversion_path_separator = os\nversion_locations = %(here)s/alembic/versions:%(here)s/plugins/one\n',
      'alembic/env.py': '',
      'alembic/versions/a.py': versionFile('a'),
      'plugins/one/b.py': versionFile('b'),
      'plugins/two/c.py': versionFile('c'),
    },
    ids: ['a', 'b'],
  },
  {
    name: 'several places, with spaces and commas, and a name of its own',
    files: {
      'alembic.ini':
        '[DEFAULT]\nROOT = plugins\n\n[alembic]\nscript_location=alembic\nVersion_Locations = alembic/versions %(root)s/one, %(root)s/two missing/folder\n',
      'alembic/env.py': '',
      'alembic/versions/a.py': versionFile('a'),
      'plugins/one/b.py': versionFile('b'),
      'plugins/two/c.py': versionFile('c'),
    },
    ids: ['a', 'b', 'c'],
  },
  {
    name: 'folders by year',
    files: {
      'alembic.ini': '[alembic]\nscript_location = alembic\nrecursive_version_locations = true\n',
      'alembic/env.py': '',
      'alembic/versions/a.py': versionFile('a'),
      'alembic/versions/2024/b.py': versionFile('b'),
      'alembic/versions/2024/01/c.py': versionFile('c'),
      'alembic/versions/2024/__init__.py': '',
      'alembic/versions/__pycache__/d.py': versionFile('d'),
    },
    ids: ['a', 'b', 'c'],
  },
]
