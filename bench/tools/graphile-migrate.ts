import { createHash } from 'node:crypto'
import { writeFiles } from '../harness/files.ts'
import { type BenchRevision, scriptOf } from '../harness/revisions.ts'
import type { Tool } from '../harness/tool.ts'
import { packageFile, packageVersion } from './versions.ts'

/** @see https://github.com/graphile/migrate */
export const graphileMigrate: Tool = {
  name: 'graphile-migrate',
  kind: 'peer',
  version: () => packageVersion('graphile-migrate'),
  write: (folder, revisions) => writeFiles(folder, [['.gmrc', '{}\n'], ...committed(revisions)]),
  apply: ({ folder, url }) => ({
    program: process.execPath,
    args: [packageFile('graphile-migrate', 'dist', 'cli.js'), 'migrate'],
    env: { DATABASE_URL: url },
    cwd: folder,
  }),
}

/** Each names the hash of the one before it: SHA-1 over that hash and the text. */
function committed(revisions: readonly BenchRevision[]): readonly (readonly [string, string])[] {
  let previous = ''
  return revisions.map(({ number, up }) => {
    const text = scriptOf(up).trim()
    const hash = createHash('sha1')
      .update(`${`${previous}\n${text}`.trim()}\n`)
      .digest('hex')
    const header = `--! Previous: ${previous || '-'}\n--! Hash: sha1:${hash}\n`
    previous = `sha1:${hash}`
    return [`migrations/committed/${String(number).padStart(6, '0')}.sql`, `${header}\n${text}\n`]
  })
}
