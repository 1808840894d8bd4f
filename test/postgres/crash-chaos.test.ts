import { describe, expect } from 'vitest'
import { readCatalog } from '../../src/catalog/catalog.ts'
import { catalogScope } from '../../src/catalog/scope.ts'
import { withSession } from '../../src/postgres/session/session.ts'
import { runPgate } from '../support/cli/cli.ts'
import { it } from '../support/cli/it.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { queryRows } from '../support/database/query.ts'
import { chaosRevisions, writeChaos } from '../support/faults/chaos-revisions.ts'
import { randomOf, sufferChaos, type Tally } from '../support/faults/chaos-run.ts'
import { sized } from '../support/run/long.ts'
import { steeredImages, withSteeredServer } from '../support/servers/steered-server.ts'

const { revisions, kills, shutdowns } = sized({
  sample: { revisions: 20, kills: 15, shutdowns: 2 },
  whole: { revisions: 200, kills: 300, shutdowns: 30 },
})
const REVISIONS = Number(process.env.TEST_CHAOS_REVISIONS ?? revisions)
const KILLS = Number(process.env.TEST_CHAOS_KILLS ?? kills)
const SHUTDOWNS = Number(process.env.TEST_CHAOS_SHUTDOWNS ?? shutdowns)
const SEED = Number(process.env.TEST_CHAOS_SEED ?? Date.now() % 1_000_000)
/** Room for a busy machine: a blow takes about a second on a quiet one. */
const PATIENCE_MS = 60_000 + (REVISIONS + KILLS + SHUTDOWNS) * 5_000

describe.each(steeredImages())('chaos on %s', () => {
  it(
    `ends ${REVISIONS} revisions as an undisturbed run does, after ${KILLS} kills and ${SHUTDOWNS} crashes of the server (TEST_CHAOS_SEED=${SEED})`,
    async ({ folder }) => {
      const since = performance.now()
      const random = randomOf(SEED)
      const revisions = chaosRevisions(REVISIONS, Math.floor(random() * 100))

      await writeChaos(folder, revisions)
      await withSteeredServer(async (server) => {
        await server.start()
        const env = (database: string) => ({
          DATABASE_URL: urlOf(server.url, database),
          PGATE_MIGRATIONS: folder.path,
          PGATE_EXTENSIONS: '',
        })
        expect(await runPgate(['wait'], { env: env('postgres') })).toMatchObject({ exitCode: 0 })
        await queryRows(server.url, 'create database quiet')
        await queryRows(server.url, 'create database struck')

        expect(await runPgate([], { env: env('quiet') })).toMatchObject({ exitCode: 0 })
        const quiet = urlOf(server.url, 'quiet')
        const run = { server, env: env('struck'), durations: await durationsIn(quiet) }
        expect(run.durations.size).toBe(revisions.length)
        const undisturbed = await found(quiet)

        const tally = await sufferChaos(run, { kills: KILLS, shutdowns: SHUTDOWNS, random })
        expect(await runPgate([], { env: run.env })).toMatchObject({ exitCode: 0 })
        const struck = urlOf(server.url, 'struck')
        expect(await found(struck)).toEqual(undisturbed)
        expect(tally).toMatchObject({ kills: KILLS, shutdowns: SHUTDOWNS })
        await report({ tally, url: struck, sinceMs: since })
      })
    },
    PATIENCE_MS,
  )
})

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = database
  return url.href
}

/** How long each revision took, in milliseconds, in the order in which they ran. */
async function durationsIn(url: string): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ revision: string; ms: number }>(
    url,
    `select revision, extract(epoch from duration)::float8 * 1000 as ms from pgate_journal
      where action <> 'verify' order by id`,
  )
  return new Map(rows.map(({ revision, ms }) => [revision, ms]))
}

/** The schema by the query that verify uses, the runs in their order, and what each statement did. */
async function found(url: string): Promise<Readonly<Record<string, unknown>>> {
  const scope = catalogScope({ schema: 'public', versionTable: 'alembic_version' }, 'all')
  const catalog = await withSession(databaseOf(url), patiently(), (session) =>
    readCatalog(session, scope),
  )
  return {
    objects: catalog.objects,
    digest: catalog.digest,
    journal: await queryRows(
      url,
      `select revision, revises, depends_on, name, action, checksum, statements, statements_done
         from pgate_journal where action <> 'verify' and outcome = 'done' order by id`,
    ),
    versions: await queryRows(url, 'table alembic_version'),
    done: await queryRows(url, 'select revision, step from done order by revision, step'),
    counter: await queryRows(url, 'table counter'),
    moods: await queryRows(url, 'select mood, revision from moods order by revision'),
  }
}

interface Report {
  readonly tally: Tally
  readonly url: string
  readonly sinceMs: number
}

async function report({ tally, url, sinceMs }: Report): Promise<void> {
  const rows = await queryRows<{ number: number }>(
    url,
    `select count(*)::int as number from pgate_journal where outcome <> 'done'`,
  )
  const { kills, killsInRevision, shutdowns, shutdownsInRevision, resumed, gaveUp } = tally
  console.info(
    `chaos: seed ${SEED}, ${REVISIONS} revisions, ${kills} kills (${killsInRevision} in mid-revision), ` +
      `${shutdowns} crashes of the server (${shutdownsInRevision} in mid-revision), ` +
      `${resumed} times taken up in the midst of its statements, ` +
      `${gaveUp.length} gates that gave up (${[...new Set(gaveUp)].sort().join(', ')}), ` +
      `${rows[0]?.number} rows left unfinished, ${Math.round((performance.now() - sinceMs) / 1000)} s`,
  )
}
