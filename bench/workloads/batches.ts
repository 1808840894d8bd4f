import { join } from 'node:path'
import { queryRows } from '../../test/support/database/query.ts'
import { type Bench, fewer, type Workload, type WorkloadCase } from '../harness/bench.ts'
import { type CaseResult, measureCase } from '../harness/case.ts'
import { mustRun } from '../harness/command.ts'
import { writeFiles } from '../harness/files.ts'
import { withEmptyDatabase } from '../harness/server.ts'
import type { Kind } from '../harness/tool.ts'
import { BUILT_PGATE, pgateCommand } from '../tools/pgate.ts'

const ROWS = 1_000_000
const BATCH = 5_000

/** How long the probes measure where nothing else happens. */
const UNDISTURBED_MS = 10_000

/** What one run shows: how long the change took, and what others met meanwhile, in milliseconds. */
interface Figures {
  readonly time: number
  readonly reader: number
  readonly writer: number
}

/** A way to change every row of a table. */
interface Way {
  readonly name: string
  readonly kind: Kind
  readonly change: (bench: Bench, url: string) => Promise<unknown>
}

const UNDISTURBED: Way = {
  name: 'undisturbed',
  kind: 'floor',
  change: () => new Promise((resolve) => setTimeout(resolve, UNDISTURBED_MS)),
}

/** As docs/large-tables.md has it for a table that is in use: slower by choice, and out of the way. */
const WITH_PAUSE: Way = {
  name: 'pgate, batches, pause 100ms',
  kind: 'pgate',
  change: (bench, url) => runBatches(bench, url, ', pause 100ms'),
}

const WAYS: readonly Way[] = [
  { name: 'pgate, batches', kind: 'pgate', change: (bench, url) => runBatches(bench, url, '') },
  {
    name: 'loop in PL/pgSQL with COMMIT',
    kind: 'peer',
    change: (_, url) => queryRows(url, 'call change_in_a_loop()'),
  },
  {
    name: 'one UPDATE',
    kind: 'peer',
    change: (_, url) => queryRows(url, 'update large set note = md5(note)'),
  },
]

/**
 * A backfill next to an application that reads and writes single rows: how long it takes, and the 99th
 * percentile of the application's statements, measured by the server's own clock.
 */
export const batches: Workload = { name: 'batches', cases: casesOf() }

function casesOf(): readonly WorkloadCase[] {
  // One run shows all three: a case that comes later takes what an earlier one has measured.
  const known = new Map<Way, Promise<Figures>[]>()
  const figures = (bench: Bench, way: Way, index: number): Promise<Figures> => {
    const runs = known.get(way) ?? []
    known.set(way, runs)
    runs[index] ??= measure(bench, way)
    return runs[index]
  }
  const one = (figure: keyof Figures, title: string, ways: readonly Way[]): WorkloadCase => ({
    id: `batches.${figure}`,
    run: (bench): Promise<CaseResult> =>
      measureCase({
        id: `batches.${figure}`,
        title: title.replace('N', bench.size(ROWS).toLocaleString('en-US')),
        unit: 'ms',
        runs: fewer(bench, 10),
        contestants: ways.map((way) => {
          let index = 0
          return {
            ...{ name: way.name, kind: way.kind },
            measure: async () => {
              const run = index
              index += 1
              return { value: (await figures(bench, way, run))[figure] }
            },
          }
        }),
      }),
  })
  const all = [UNDISTURBED, WITH_PAUSE, ...WAYS]
  return [
    one('time', 'change each of N rows, next to a reader and a writer', WAYS),
    one('reader', '99th percentile of a reader next to it', all),
    one('writer', '99th percentile of a writer next to it', all),
  ]
}

function measure(bench: Bench, { name, change }: Way): Promise<Figures> {
  return withEmptyDatabase(bench.server.url, `batches ${name}`, async (url) => {
    await queryRows(url, schema(bench.size(ROWS)))
    const probes = ['reader', 'writer'].map((kind) => queryRows(url, `call probe('${kind}')`))
    const startedAt = performance.now()
    try {
      await change(bench, url)
    } finally {
      await queryRows(url, 'insert into over values (true)')
    }
    const time = performance.now() - startedAt
    await Promise.all(probes)
    const [row] = await queryRows<{ reader: number; writer: number }>(
      url,
      `select percentile_cont(0.99) within group (order by ms) filter (where kind = 'reader') as reader,
              percentile_cont(0.99) within group (order by ms) filter (where kind = 'writer') as writer
         from waits`,
    )
    return { time, reader: row?.reader ?? 0, writer: row?.writer ?? 0 }
  })
}

async function runBatches(bench: Bench, url: string, pause: string): Promise<void> {
  const folder = join(bench.folder, 'batches')
  const text = `-- note\n--\n-- revision: aaa\n-- revises: none\n
-- pgate: upgrade
-- pgate: batch large by id, ${BATCH} rows${pause}
UPDATE large SET note = md5(note) FROM batch WHERE large.id = batch.id;
`
  await writeFiles(folder, [['20260101_0900_aaa_note.sql', text]])
  await mustRun(pgateCommand(BUILT_PGATE, ['upgrade'], { folder, url }))
}

/** The table, the loop, and a probe that keeps what each of its statements took until a row is in `over`. */
function schema(rows: number): string {
  return `
    create table large (id bigint primary key, note text not null, seen int not null default 0);
    insert into large select n, md5(n::text) from generate_series(1, ${rows}) n;
    create table over (yes boolean);
    create table waits (kind text, ms double precision);
    create procedure change_in_a_loop() language plpgsql as $$
    declare low bigint := 0;
    begin
      while low < ${rows} loop
        update large set note = md5(note) where id > low and id <= low + ${BATCH};
        commit;
        low := low + ${BATCH};
      end loop;
    end $$;
    create procedure probe(kind text) language plpgsql as $$
    declare
      began timestamptz; found_note text; one bigint;
      all_ms double precision[] := '{}';
    begin
      loop
        exit when exists (select from over);
        one := 1 + floor(random() * ${rows})::bigint;
        began := clock_timestamp();
        if kind = 'reader' then
          select note into found_note from large where id = one;
        else
          update large set seen = seen + 1 where id = one;
        end if;
        commit;
        all_ms := all_ms || extract(epoch from clock_timestamp() - began)::float8 * 1000;
        perform pg_sleep(0.002);
      end loop;
      insert into waits select kind, ms from unnest(all_ms) ms;
    end $$`
}
