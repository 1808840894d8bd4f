import { writeFiles } from '../harness/files.ts'
import { digits, scriptOf } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { packageFile, packageVersion } from './versions.ts'

/** @see https://salsita.github.io/node-pg-migrate */
export const nodePgMigrate: Tool = {
  name: 'node-pg-migrate',
  kind: 'peer',
  version: () => packageVersion('node-pg-migrate'),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.map(({ number, name, up, down }) => [
        `${digits(number)}_${name}.sql`,
        `-- Up Migration\n${scriptOf(up)}\n-- Down Migration\n${scriptOf(down)}`,
      ]),
    ),
  apply: ({ folder, url }) => ({
    program: process.execPath,
    args: [packageFile('node-pg-migrate', 'bin', 'node-pg-migrate.js'), 'up', '-m', folder],
    env: { DATABASE_URL: url },
    cwd: folder,
  }),
}
