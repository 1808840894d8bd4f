import { describe, expect, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { runPgate } from '../support/cli/cli.ts'
import { type RevisionFolder, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { runPsql } from '../support/database/psql.ts'
import { queryRows } from '../support/database/query.ts'
import { type FolderSample, HALF, SAMPLES, STEPS, type Step } from '../support/folders/samples.ts'
import { withTurnCounter } from '../support/network/turns.ts'
import { share, sized } from '../support/run/long.ts'
import {
  anyServer,
  type TestDatabase,
  type TestServer,
  withDatabase,
} from '../support/servers/servers.ts'

/** A sample's folder and a database. */
interface Scene {
  readonly database: TestDatabase
  readonly folder: RevisionFolder
  readonly pgate: (...args: readonly string[]) => ReturnType<typeof runPgate>
  /** The ids that the tool's own table has. */
  readonly applied: () => Promise<readonly string[]>
}

const STARTERS = sized({ sample: 2, whole: 4 })

describe.each(anyServer())('on $name', (server) => {
  describe.each(SAMPLES)('a folder of $format', (sample) => {
    const ids = idsOf(sample)

    it('is applied once by starters at once, then takes one round trip, and is continued half-way', async () => {
      await withScene(server, sample, async ({ database, folder, pgate, applied }) => {
        const env = envOf(sample, { folder, url: database.url })
        const starts = await Promise.all(
          Array.from({ length: STARTERS }, () => runPgate([], { env })),
        )
        expect(starts.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
          starts.map(() => [0, '']),
        )
        expect(await applied()).toEqual(ids)
        const seeds = await queryRows(database.url, 'select id from users')
        expect(seeds).toHaveLength(2)
        const turns = await withTurnCounter(database.url, async ({ url, connections }) => {
          const env = envOf(sample, { folder, url })
          expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
          return connections()
        })
        expect(turns.map(({ after }) => after.length)).toEqual([1])

        await writeStep(folder, sample, HALF, STEPS.length)
        expect(await pgate()).toMatchObject({ exitCode: 53 })
        expect(await applied()).toEqual(ids)
        await queryRows(database.url, 'delete from users where id = 2')
        expect(await pgate()).toMatchObject({ exitCode: 0 })
        expect(await applied()).toEqual([...ids, sample.id(STEPS.length)])
        const sound = `select from pg_index where indexrelid = 'users_once'::regclass and indisvalid`
        expect(await queryRows(database.url, sound)).toHaveLength(1)
      })
    })
  })

  // Of all that the commands do with a folder, every run holds a half.
  describe.each(share(SAMPLES, { part: 0, of: 2 }))('a folder of $format', (sample) => {
    const ids = idsOf(sample)

    it('is listed, planned, promised, verified and followed', async () => {
      await withScene(server, sample, async ({ database, pgate, applied }) => {
        const [heads, planned, behind, promised] = await Promise.all([
          pgate('heads'),
          pgate('upgrade', '--dry-run'),
          pgate('check'),
          pgate('manifest', '--shadow-url', server.url),
        ])
        expect(heads.stdout).toContain(`${ids.at(-1)} (head)`)
        for (const id of ids) expect(planned.stdout).toContain(id)
        expect([planned.exitCode, behind.exitCode, promised.exitCode]).toEqual([0, 51, 0])
        expect(await applied().catch(() => [])).toEqual([])
        const [following, gate] = await Promise.all([pgate('wait', '--for', 'head'), pgate()])
        expect([gate.exitCode, following.exitCode]).toEqual([0, 0])
        const [current, check] = await Promise.all([pgate('current', '--json'), pgate('check')])
        const { current: at } = JSON.parse(current.stdout)
        expect(at.at(-1).revision).toBe(ids.at(-1))
        expect(check).toMatchObject({ exitCode: 0 })
        await queryRows(database.url, 'alter table users drop email')
        expect(await pgate('verify')).toMatchObject({ exitCode: 60 })
      })
    })
  })

  describe.each(share(SAMPLES, { part: 1, of: 2 }))('a folder of $format', (sample) => {
    const ids = idsOf(sample)

    it('is written as a script for psql, stamped, and downgraded where it can be', async () => {
      await withScene(server, sample, async ({ database, pgate, applied }) => {
        const { stdout: script } = await pgate('upgrade', 'head', '--sql')
        expect(await runPsql(server, database, script)).toMatchObject({ exitCode: 0, stderr: '' })
        expect(await applied()).toEqual(ids)
        expect(await pgate()).toMatchObject({ exitCode: 0 })
        const first = sample.id(0)
        expect(await pgate('stamp', first, '--no-verify')).toMatchObject({ exitCode: 0 })
        expect(await applied()).toEqual([first])
        expect(await pgate('stamp', 'head', '--no-verify')).toMatchObject({ exitCode: 0 })
        expect(await applied()).toEqual(ids)
        const back = await pgate('downgrade', 'base')
        expect(back.exitCode, back.stderr).toBe(sample.isReversible ? 0 : 50)
        expect(await applied()).toEqual(sample.isReversible ? [] : ids)
      })
    })
  })
})

function idsOf(sample: FolderSample): readonly string[] {
  return STEPS.map((_, index) => sample.id(index))
}

async function withScene(
  server: TestServer,
  sample: FolderSample,
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  await withRevisionFolder(async (folder) => {
    for (const [index, step] of STEPS.entries()) await writeStep(folder, sample, step, index)
    await withDatabase(server, async (database) => {
      const env = envOf(sample, { folder, url: database.url })
      const applied = async () => {
        const rows = await queryRows<{ id: string }>(database.url, sample.applied)
        return rows.map(({ id }) => id)
      }
      await use({ database, folder, applied, pgate: (...args) => runPgateHere(args, { env }) })
    })
  })
}

function envOf(
  { format }: FolderSample,
  { folder, url }: { readonly folder: RevisionFolder; readonly url: string },
) {
  return {
    DATABASE_URL: url,
    PGATE_MIGRATIONS: folder.path,
    PGATE_FORMAT: format,
    PGATE_EXTENSIONS: '',
    PGATE_LOG_LEVEL: 'error',
  }
}

async function writeStep(
  folder: RevisionFolder,
  sample: FolderSample,
  step: Step,
  index: number,
): Promise<void> {
  for (const [name, text] of Object.entries(sample.files(step, index))) {
    await folder.write(name, text)
  }
}
