import { HEADS } from '../../revisions/graph/history-rules.ts'
import type { FolderGlimpse, SourceFormat } from '../format.ts'
import { pgate } from '../pgate/pgate.ts'

/**
 * Alembic's own folder, read without Python: the graph that its version files make, and the table that
 * pgate keeps as Alembic does. What a file runs is Python, so that Alembic alone can run it.
 * @see https://github.com/sqlalchemy/alembic
 */
export const alembic: SourceFormat = {
  versionTable: pgate.versionTable,
  history: pgate.history,
  recognises: (folder) => isScriptDirectory(folder) && !isPgates(folder),
  rules: HEADS,
  files: {
    depth: Number.POSITIVE_INFINITY,
    isOne: (path) => path.endsWith('.py'),
    list: async (directory) => (await import('./locations.ts')).versionFiles(directory),
  },
  reading: async () => (await import('./reading.ts')).ALEMBIC_FILES,
}

/** With `env.py`, with the configuration that names it, or its versions. */
function isScriptDirectory({ has, beginning, python }: FolderGlimpse): boolean {
  return (
    (has('env.py') && (has('versions') || has('script.py.mako'))) ||
    has('alembic.ini') ||
    /^\[tool\.alembic\]/m.test(beginning('pyproject.toml')) ||
    (python !== undefined && /^down_revision\b/m.test(beginning(python)))
  )
}

/** Files that were imported may have been put next to those that they come from. */
function isPgates({ sql }: FolderGlimpse): boolean {
  return /^--\s*(?:pgate|revision)\s*:/m.test(sql?.text ?? '')
}
