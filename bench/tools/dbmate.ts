import { writeFiles } from '../harness/files.ts'
import { digits, scriptOf } from '../harness/revisions.ts'
import type { Project, Tool } from '../harness/tool.ts'
import { packageFile, packageVersion } from './versions.ts'

/** Its own binary, without the wrapper of Node.js that the package puts before it. */
const PROGRAM = packageFile('@dbmate', `${process.platform}-${process.arch}`, 'bin', 'dbmate')

/** @see https://github.com/amacneil/dbmate */
export const dbmate: Tool = {
  name: 'dbmate',
  kind: 'peer',
  version: () => packageVersion('dbmate'),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.map(({ number, name, up, down }) => [
        `${digits(number)}_${name}.sql`,
        `-- migrate:up\n${scriptOf(up)}\n-- migrate:down\n${scriptOf(down)}`,
      ]),
    ),
  apply: (project) => dbmateCommand(project, []),
  applyWhenUp: (project) => dbmateCommand(project, ['--wait']),
}

/** `dbmate migrate`, not `up`, which would look for the database over a connection of its own. */
export function dbmateCommand({ folder, url }: Project, flags: readonly string[]) {
  return {
    program: PROGRAM,
    args: ['--no-dump-schema', '--migrations-dir', folder, ...flags, 'migrate'],
    env: { DATABASE_URL: url },
  }
}
