import { describe, expect } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const LATER = 'await new Promise((resolve) => setTimeout(resolve, 200))'

/** What a module may do behind its promise's back, and what is reported of it. */
const STRAYS = [
  ['ends the process while it is loaded', 'process.exit(0)', '', /ended/],
  ['ends the process in its upgrade', '', 'process.exit(0)', /ended/],
  [
    'throws in a timer',
    '',
    `setTimeout(() => { throw new Error('late') }, 0); ${LATER}`,
    /b\.mjs:\d+:\d+: .*late/,
  ],
  [
    'leaves a promise that fails',
    '',
    `Promise.reject(new Error('left')); ${LATER}`,
    /b\.mjs:\d+:\d+: .*left/,
  ],
  ['leaves a promise that fails with nothing', '', `Promise.reject(null); ${LATER}`, /module/],
  ['leaves a query that fails', '', `db.query('select 1/0'); ${LATER}`, /division by zero/],
] as const

describe.each(servers().slice(0, 1))('a module of a revision, on $name,', (server) => {
  const it = testOn(server)

  it.each(STRAYS)(
    'that %s shuts the gate, and nothing of it is left',
    async (_, top, body, reported) => {
      await withRevisionFolder(async (folder) => {
        await folder.write('a.sql', revisionText({ id: 'aaa', upgrade: 'select 1;' }))
        await folder.write(
          'b.mjs',
          `export const revision = 'bbb'
export const revises = 'aaa'
export async function upgrade(db) {
  await db.query('create table made ()')
  ${body}
}
${top}
`,
        )
        await withDatabase(server, async ({ url }) => {
          const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
          const { exitCode, stdout } = await runPgate([], { env })
          expect(stdout.trim().split('\n').at(-1)).toMatch(
            /^gate shut \(exit 50, REVISION_MODULE\)/,
          )
          expect(stdout).toMatch(reported)
          expect(exitCode).toBe(50)
          expect(await queryRows(url, "select to_regclass('made') as made")).toEqual([
            { made: null },
          ])
        })
      })
    },
  )

  it('that gives a query the wrong number of values is at fault, not the connection', async ({
    folder,
    database: { url },
  }) => {
    await folder.write(
      'a.mjs',
      `export const revision = 'aaa', revises = null
export const upgrade = (db) => db.query('select $1::int', [1, 2])
`,
    )

    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    const { exitCode, stdout } = await runPgate([], { env })
    expect(stdout).toContain('a.mjs:2:35: bind message supplies 2 parameters')
    expect(exitCode).toBe(53)
  })

  it('that sets the exit code does not set it', async ({ folder, database: { url } }) => {
    const upgrade = `process.exitCode = 7; setTimeout(() => { process.exitCode = 9 }, 300)`
    await folder.write(
      'a.mjs',
      `export const revision = 'aaa', revises = null
export const upgrade = () => { ${upgrade} }
`,
    )

    const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
    expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
  })
})
