import { writeFiles } from '../harness/files.ts'
import { digits, scriptOf } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { programVersion } from './versions.ts'

/** From the path. @see https://github.com/jackc/tern */
export const tern: Tool = {
  name: 'tern',
  kind: 'peer',
  version: () => programVersion('tern', ['version']),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.map(({ number, name, up, down }) => [
        `${digits(number)}_${name}.sql`,
        `${scriptOf(up)}\n---- create above / drop below ----\n\n${scriptOf(down)}`,
      ]),
    ),
  apply: ({ folder, url }) => ({
    program: 'tern',
    args: ['migrate', '--migrations', folder, '--conn-string', url],
    cwd: folder,
  }),
}
