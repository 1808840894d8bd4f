import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runPgate, startPgate } from '../support/cli.ts'
import { journalRuns, outline } from '../support/crash.ts'
import { type RevisionFolder, revisionText, withRevisionFolder } from '../support/project.ts'
import { queryRows } from '../support/query.ts'
import { servers, withDatabase } from '../support/servers.ts'

const REVISIONS = 20
const KILLS = 15
/** From the first revision of a run to its end, in milliseconds; a revision takes about as long. */
const LONGEST_LIFE_MS = 120

const seed = Number(process.env.TEST_CHAOS_SEED ?? Date.now() % 1_000_000)

describe.each(servers().slice(0, 1))('chaos on $name', (server) => {
  it(`ends as an undisturbed run after ${KILLS} kills (TEST_CHAOS_SEED=${seed})`, async () => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder)
      const random = randomOf(seed)
      const [quiet, killed] = [await runs(0), await runs(KILLS)]
      expect(killed).toEqual(quiet)

      async function runs(kills: number): Promise<unknown> {
        return withDatabase(server, async ({ url }) => {
          const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
          for (let kill = 0; kill < kills; kill += 1) {
            const gate = startPgate([], { env })
            await gate.says(/revision\.running/)
            await delay(random() * LONGEST_LIFE_MS)
            gate.kill('SIGKILL')
            expect((await gate.ended).signal, `kill ${kill + 1}, seed ${seed}`).toBe('SIGKILL')
          }
          expect(await runPgate([], { env }), `seed ${seed}`).toMatchObject({ exitCode: 0 })
          return {
            outline: await outline(url),
            journal: await journalRuns(url),
            versions: await queryRows(url, 'table alembic_version'),
            rows: await queryRows(url, 'select revision, step from done order by revision, step'),
          }
        })
      }
    })
  }, 120_000)
})

/** Each revision leaves a table, an index and rows; every other one runs by statements. */
async function writeRevisions(folder: RevisionFolder): Promise<void> {
  await folder.write(
    'r00.sql',
    revisionText({ id: 'r00', upgrade: 'CREATE TABLE done (revision int, step int);' }),
  )
  for (let n = 1; n < REVISIONS; n += 1) {
    const upgrade = n % 2 === 0 ? inOne(n) : byStatements(n)
    await folder.write(
      `r${two(n)}.sql`,
      revisionText({ id: `r${two(n)}`, revises: `r${two(n - 1)}`, upgrade }),
    )
  }
}

function inOne(n: number): string {
  return `CREATE TABLE t${n} (id int);
INSERT INTO done VALUES (${n}, 1);
SELECT pg_sleep(0.1);
CREATE INDEX t${n}_i ON t${n} (id);
INSERT INTO done VALUES (${n}, 2);`
}

function byStatements(n: number): string {
  return `CREATE TABLE t${n} (id int);
INSERT INTO t${n} SELECT generate_series(1, 3000);
CREATE INDEX CONCURRENTLY t${n}_old ON t${n} (id);
INSERT INTO done SELECT ${n}, 1 FROM pg_sleep(0.05);
CREATE UNIQUE INDEX CONCURRENTLY t${n}_new ON t${n} (id);
DROP INDEX CONCURRENTLY t${n}_old;
REINDEX TABLE CONCURRENTLY t${n};
VACUUM t${n};
INSERT INTO done VALUES (${n}, 2);`
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}

/** Numbers from 0 to 1, always the same ones for a seed (mulberry32). */
function randomOf(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
