import { writeFiles } from '../harness/files.ts'
import { digits, scriptOf } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { programVersion } from './versions.ts'

/** From the path. @see https://github.com/pressly/goose */
export const goose: Tool = {
  name: 'goose',
  kind: 'peer',
  version: () => programVersion('goose', ['-version']),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.map(({ number, name, up, down }) => [
        `${digits(number)}_${name}.sql`,
        `-- +goose Up\n${scriptOf(up)}\n-- +goose Down\n${scriptOf(down)}`,
      ]),
    ),
  apply: ({ folder, url }) => ({
    program: 'goose',
    args: ['-dir', folder, 'postgres', url, 'up'],
  }),
}
