/**
 * Writes test/fixtures/alembic/ again, with the real Alembic, for the tests that have no Docker:
 * `node test/support/alembic/record.ts`. test/postgres/alembic-import.test.ts holds them against
 * what it writes today.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { withAlembicProject } from './alembic.ts'
import { allSaid, RECORDINGS } from './recordings.ts'

const FOLDER = join(import.meta.dirname, '../../fixtures/alembic')

for (const { revisions, files } of RECORDINGS) {
  await withAlembicProject(revisions, async (project) => {
    for (const [name, calls] of Object.entries(files)) {
      const path = join(FOLDER, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, await allSaid(project, calls))
    }
  })
}
