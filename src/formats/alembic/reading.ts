import type { FolderReading } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import { parseScript } from './script.ts'

/** Alembic's version files. */
export const ALEMBIC_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder that holds alembic.ini, to that of env.py, or to the versions themselves (where pyproject.toml or alembic.ini name other places, to their folder); or write the first with `alembic revision`.',
  read: async ({ names, each }) => withoutLabels(await each(names, parseScript)),
}

/** A dependency may name a branch: it means the revision that has the label. */
function withoutLabels(files: readonly ParsedFile[]): readonly ParsedFile[] {
  const owners = new Map(
    files.flatMap((file) =>
      file.kind === 'faulty'
        ? []
        : file.revision.branchLabels.map((label) => [label, file.revision.id] as const),
    ),
  )
  return files.map((file) => {
    if (file.kind === 'faulty' || file.revision.dependsOn.length === 0) return file
    const dependsOn = file.revision.dependsOn.map((name) => owners.get(name) ?? name)
    return { ...file, revision: Object.freeze({ ...file.revision, dependsOn }) }
  })
}
