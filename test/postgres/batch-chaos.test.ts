import { describe, expect, vi } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { it } from '../support/cli/it.ts'
import { revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { strikeBatches, writeMeanwhile } from '../support/faults/batch-blows.ts'
import { randomOf } from '../support/faults/chaos-run.ts'
import { sized } from '../support/run/long.ts'
import { steeredImages, withSteeredServer } from '../support/servers/steered-server.ts'

const size = sized({
  sample: { rows: 20_000, batch: 1_000, pause: '20ms', kills: 2, crashes: 1 },
  whole: { rows: 2_000_000, batch: 5_000, pause: '0', kills: 20, crashes: 5 },
})
const ROWS = Number(process.env.TEST_BATCH_ROWS ?? size.rows)
const SEED = Number(process.env.TEST_CHAOS_SEED ?? Date.now() % 1_000_000)
const PATIENCE_MS = sized({ sample: 120_000, whole: 1_800_000 })

interface Key {
  readonly type: string
  /** Of the row `n`, and of one that the application adds. */
  readonly value: string
  readonly next: string
}

const KEYS: readonly Key[] = [
  { type: 'bigint', value: 'n', next: "nextval('next_key')" },
  { type: 'uuid', value: 'gen_random_uuid()', next: 'gen_random_uuid()' },
]

describe.each(steeredImages())('batches on %s', () => {
  it.for(sized({ sample: KEYS.slice(1), whole: KEYS }))(
    `of $type keys come to each of ${ROWS} rows exactly once, through ${size.kills} kills, ${size.crashes} crashes and an application that writes (TEST_CHAOS_SEED=${SEED})`,
    { timeout: PATIENCE_MS },
    async (key, { folder }) => {
      await folder.write(
        'a.sql',
        revisionText({
          id: 'aaa',
          upgrade: `ALTER TABLE big ADD COLUMN times int NOT NULL DEFAULT 0;
-- pgate: batch big by id, ${size.batch} rows, pause ${size.pause}
UPDATE big SET times = times + 1 FROM batch WHERE big.id = batch.id;`,
        }),
      )
      await withSteeredServer(async (server) => {
        await server.start()
        const { url } = server
        await vi.waitFor(() => queryRows(url, 'select 1'), { timeout: 60_000, interval: 100 })
        await queryRows(url, tableOf(key))
        const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        const application = writeMeanwhile(url, writesOf(key))
        const since = performance.now()
        const fell = await strikeBatches({
          ...{ url, env, server, random: randomOf(SEED) },
          ...{ kills: size.kills, crashes: size.crashes, batches: ROWS / size.batch },
        })
        const result = await runPgate([], { env, timeoutMs: PATIENCE_MS })
        const took = Math.round((performance.now() - since) / 1_000)
        const written = await application.stop()
        expect(result, result.stderr.slice(-4_000)).toMatchObject({ exitCode: 0 })
        const [found] = await queryRows(
          url,
          `select count(*) filter (where origin and times = 1)::int as once,
                  count(*) filter (where origin and times <> 1)::int as other,
                  count(*) filter (where times > 1)::int as twice,
                  count(*) filter (where not origin)::int as added
             from big`,
        )
        console.info(`${key.type}: ${JSON.stringify({ ...found, fell, written, took })}`)
        expect(fell).toBe(size.kills + size.crashes)
        expect(found).toMatchObject({ other: 0, twice: 0 })
        // Each round of the application has deleted one row of those; a crash cuts off a round.
        expect(Number(found?.once)).toBeGreaterThanOrEqual(ROWS - written - size.crashes - 1)
        expect(Number(found?.added)).toBeGreaterThan(0)
      })
    },
  )
})

function tableOf({ type, value }: Key): string {
  return `create sequence next_key start ${ROWS + 1};
    create table big (id ${type} primary key, note int, origin boolean not null default false);
    insert into big select ${value}, 0, true from generate_series(1, ${ROWS}) n;
    analyze big`
}

/** A row more, one that is changed, and one that is deleted. */
function writesOf({ next }: Key): readonly string[] {
  const some = 'select id from big where origin offset floor(random() * 200)::int limit 1'
  return [
    `insert into big (id, note) values (${next}, 1)`,
    `update big set note = note + 1 where id = (${some})`,
    `delete from big where id = (${some})`,
  ]
}
