import { writeFiles } from '../harness/files.ts'
import { digits, scriptOf } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { programVersion } from './versions.ts'

/** From the path, where it is called `migrate`. @see https://github.com/golang-migrate/migrate */
export const golangMigrate: Tool = {
  name: 'golang-migrate',
  kind: 'peer',
  version: () => programVersion('migrate', ['-version']),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.flatMap(({ number, name, up, down }) => [
        [`${digits(number)}_${name}.up.sql`, scriptOf(up)] as const,
        [`${digits(number)}_${name}.down.sql`, scriptOf(down)] as const,
      ]),
    ),
  apply: ({ folder, url }) => ({
    program: 'migrate',
    args: ['-path', folder, '-database', url, 'up'],
  }),
}
