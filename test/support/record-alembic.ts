/**
 * Writes test/fixtures/alembic/ anew, with the real Alembic, for the tests that have no Docker:
 * `node test/support/record-alembic.ts`. test/postgres/alembic-import.test.ts holds the same output
 * against the files.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { alembicSays, withAlembicProject } from './alembic.ts'
import { RECORDINGS } from './alembic-recordings.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/alembic')

for (const { revisions, files } of RECORDINGS) {
  await withAlembicProject(revisions, async (project) => {
    for (const [name, calls] of Object.entries(files)) {
      const said = []
      for (const args of calls) said.push(await alembicSays(project, args))
      await mkdir(dirname(join(FOLDER, name)), { recursive: true })
      await writeFile(join(FOLDER, name), said.join(''))
    }
  })
}
