import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFiles } from '../harness/files.ts'
import { digits, scriptOf } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { packageFile, packageVersion } from './versions.ts'

const KNEXFILE = `module.exports = {
  client: 'pg',
  connection: process.env.DATABASE_URL,
  migrations: { directory: './migrations', loadExtensions: ['.cjs'] },
}
`

/** @see https://knexjs.org/guide/migrations.html */
export const knex: Tool = {
  name: 'knex',
  kind: 'peer',
  version: () => packageVersion('knex'),
  write: async (folder, revisions) => {
    // Its command looks for the library from the project on.
    await symlink(packageFile(), join(folder, 'node_modules'))
    await writeFiles(folder, [
      ['knexfile.cjs', KNEXFILE],
      ...revisions.map(
        ({ number, name, up, down }) =>
          [
            `migrations/${digits(number)}_${name}.cjs`,
            `exports.up = (knex) => knex.raw(\`${scriptOf(up)}\`)\nexports.down = (knex) => knex.raw(\`${scriptOf(down)}\`)\n`,
          ] as const,
      ),
    ])
  },
  apply: ({ folder, url }) => ({
    program: process.execPath,
    args: [packageFile('knex', 'bin', 'cli.js'), '--knexfile', 'knexfile.cjs', 'migrate:latest'],
    env: { DATABASE_URL: url },
    cwd: folder,
  }),
}
