import { writeFiles } from '../harness/files.ts'
import { digits, scriptOf } from '../harness/revisions.ts'
import type { Project, Tool } from '../harness/tool.ts'
import { packageFile, packageVersion } from './versions.ts'

/** @see https://github.com/MattiLehtinen/postgrator-cli */
export const postgrator: Tool = {
  name: 'postgrator-cli',
  kind: 'peer',
  version: () => packageVersion('postgrator-cli'),
  write: (folder, revisions) =>
    writeFiles(
      folder,
      revisions.flatMap(({ number, name, up, down }) => [
        [`${digits(number)}.do.${name}.sql`, scriptOf(up)] as const,
        [`${digits(number)}.undo.${name}.sql`, scriptOf(down)] as const,
      ]),
    ),
  apply: (project) => ({
    program: process.execPath,
    args: [packageFile('postgrator-cli', 'index.js'), ...flags(project)],
  }),
}

function flags({ folder, url }: Project): readonly string[] {
  const { hostname, port, pathname, username, password } = new URL(url)
  return [
    '--no-config',
    '--driver=pg',
    `--host=${hostname}`,
    `--port=${port}`,
    `--database=${pathname.slice(1)}`,
    `--username=${decodeURIComponent(username)}`,
    `--password=${decodeURIComponent(password)}`,
    `--migration-pattern=${folder}/*.sql`,
  ]
}
