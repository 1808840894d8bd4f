import { type AlembicProject, alembicSays } from './alembic.ts'
import type { AlembicRevision } from './files.ts'
import { BRANCHED, LINEAR, TWO_BASES } from './projects.ts'

/** What the files of test/fixtures/alembic/ hold: the standard output of these calls, in a row. */
export interface Recording {
  readonly name: string
  readonly revisions: readonly AlembicRevision[]
  /** By the file's name. */
  readonly files: Readonly<Record<string, readonly (readonly string[])[]>>
}

const HISTORY = ['history', '--verbose']
const EACH = ['-x', 'per_migration=1']

/** Every shape of output that an import is to understand. */
export const RECORDINGS: readonly Recording[] = [
  {
    name: 'a line',
    revisions: LINEAR,
    files: {
      'linear/upgrade.sql': [['upgrade', 'head', '--sql']],
      'linear/downgrade.sql': [['downgrade', 'head:base', '--sql']],
      'linear/history.txt': [HISTORY],
      'linear/history-short.txt': [['history']],
      'linear/upgrade-each.sql': [[...EACH, 'upgrade', 'head', '--sql']],
      'linear/downgrade-each.sql': [[...EACH, 'downgrade', 'head:base', '--sql']],
      'linear/upgrade-last.sql': [['upgrade', '567cc0f251e5:head', '--sql']],
      'linear/stamp.sql': [['stamp', 'head', '--sql']],
      'linear/other-table.sql': [
        ['-x', 'version_table=ver', '-x', 'version_table_schema=app', 'upgrade', 'head', '--sql'],
      ],
    },
  },
  {
    name: 'branches',
    revisions: BRANCHED,
    files: {
      'branched/upgrade.sql': [['upgrade', 'head', '--sql']],
      'branched/downgrade.sql': [['downgrade', 'head:base', '--sql']],
      'branched/history.txt': [HISTORY],
    },
  },
  {
    name: 'two bases',
    revisions: TWO_BASES,
    files: {
      'two-bases/upgrade.sql': [['upgrade', 'heads', '--sql']],
      'two-bases/downgrade.sql': [
        ['downgrade', '102:base', '--sql'],
        ['downgrade', '002:base', '--sql'],
      ],
      'two-bases/history.txt': [HISTORY],
    },
  },
]

/** What Alembic writes on these calls, in a row. */
export async function allSaid(
  project: AlembicProject,
  calls: readonly (readonly string[])[],
): Promise<string> {
  const said: string[] = []
  for (const args of calls) said.push(await alembicSays(project, args))
  return said.join('')
}
