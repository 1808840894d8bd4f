import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'

/** Four revisions, the second and third of which are squashed with the first. */
const STEPS: Readonly<
  Record<
    string,
    { readonly revises?: string; readonly upgrade: string; readonly downgrade: string }
  >
> = {
  a: { upgrade: 'create table t (id int primary key)', downgrade: 'drop table t' },
  b: { revises: 'a', upgrade: 'alter table t add b int', downgrade: 'alter table t drop b' },
  c: { revises: 'b', upgrade: 'alter table t add c int', downgrade: 'alter table t drop c' },
  d: { revises: 'c', upgrade: 'alter table t add d int', downgrade: 'alter table t drop d' },
}

const SQUASHED = `-- a to c
--
-- revision: c
-- revises: none
-- replaces: a, b

-- pgate: upgrade
create table t (id int primary key, b int, c int);

-- pgate: downgrade
drop table t;
`

async function writeHistory({ write }: RevisionFolder): Promise<void> {
  for (const [id, step] of Object.entries(STEPS))
    await write(`${id}.sql`, revisionText({ id, ...step }))
}

async function writeSquashed({ write }: RevisionFolder): Promise<void> {
  await write('c.sql', SQUASHED)
  await write('d.sql', revisionText({ id: 'd', ...(STEPS.d ?? { upgrade: '' }) }))
}

describe.each(anyServer())('a revision that replaces others, on $name', (server) => {
  async function withScene(
    use: (scene: {
      readonly url: string
      /** Runs the history of before up to a target, where one is given. */
      readonly runBefore: (target: string) => Promise<void>
      readonly pgate: (...args: string[]) => ReturnType<typeof runPgateHere>
    }) => Promise<void>,
  ): Promise<void> {
    await withDatabase(server, ({ url }) =>
      withRevisionFolder((history) =>
        withRevisionFolder(async (squashed) => {
          await writeHistory(history)
          await writeSquashed(squashed)
          const on = (folder: RevisionFolder) => ({
            env: { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' },
          })
          const before = async (target: string) =>
            expect(await runPgateHere(['upgrade', target], on(history))).toMatchObject({
              exitCode: 0,
            })
          await use({
            url,
            runBefore: async (target) => void (await before(target)),
            pgate: (...args) => runPgateHere(args, on(squashed)),
          })
        }),
      ),
    )
  }

  const columns = (url: string) =>
    queryRows<{ name: string }>(
      url,
      `select attname as name from pg_attribute where attrelid = 't'::regclass and attnum > 0`,
    )

  it('runs alone on an empty database, and is downgraded as one', async () => {
    await withScene(async ({ url, pgate }) => {
      expect(await pgate()).toMatchObject({ exitCode: 0 })
      expect(await columns(url)).toHaveLength(4)
      expect(await pgate('downgrade', 'base')).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, `select to_regclass('t') as t`)).toEqual([{ t: null }])
    })
  })

  it.each(['c', 'd'])('is applied already where the database is at %s', async (at) => {
    await withScene(async ({ url, runBefore, pgate }) => {
      await runBefore(at)
      for (const args of [[], ['check'], ['status'], ['verify'], []]) {
        const ran = await pgate(...args)
        expect([args, ran.exitCode], ran.stderr).toEqual([args, 0])
      }
      expect(await columns(url)).toHaveLength(4)
      expect((await pgate('current')).stdout).toContain('d (head)')
      expect(await pgate('downgrade', 'base')).toMatchObject({ exitCode: 0 })
      expect(await pgate()).toMatchObject({ exitCode: 0 })
    })
  })

  it.each(['a', 'b'])(
    'refuses a database at %s, in the middle, until the files of before have run',
    async (at) => {
      await withScene(async ({ url, runBefore, pgate }) => {
        await runBefore(at)
        for (const args of [[], ['check'], ['downgrade', 'base']]) {
          const { exitCode, stdout, stderr } = await pgate(...args)
          expect([args, exitCode]).toEqual([args, 51])
          expect(stdout + stderr).toMatch(
            new RegExp(`at revision ${at}, in the middle of the 3 that .*c\\.sql replaces`),
          )
        }
        expect((await pgate('current')).stdout).toContain(
          `${at} (in the middle of what c replaces)`,
        )
        expect(await columns(url)).toHaveLength(at === 'a' ? 1 : 2)
        await runBefore('head')
        expect(await pgate()).toMatchObject({ exitCode: 0 })
      })
    },
  )

  it('is refused where it was edited after it had run itself', async () => {
    await withDatabase(server, ({ url }) =>
      withRevisionFolder(async (folder) => {
        await writeSquashed(folder)
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        expect(await runPgateHere([], { env })).toMatchObject({ exitCode: 0 })
        await folder.write('c.sql', SQUASHED.replace('b int', 'b bigint'))
        const { exitCode, stdout } = await runPgateHere([], { env })
        expect([exitCode, stdout]).toEqual([51, expect.stringContaining('HISTORY_EDITED')])
      }),
    )
  })
})
