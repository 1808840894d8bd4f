import { setPriority } from 'node:os'
import { expect } from 'vitest'
import { queryRows } from '../database/query.ts'
import { sized } from '../run/long.ts'
import { type PgateResult, startPgate } from './cli.ts'
import { type RevisionFolder, revisionText } from './revision-folder.ts'

/** How many start at once: enough of them, in every run, to pass fifteen connections. */
const gateCount = () => sized({ sample: 20, whole: 50 })

/** All of them together weigh no more than a few: tests next to them go on. */
const NICENESS = 4

/** Tables and rows, and of CONCURRENTLY what waits for every older snapshot and transaction. */
const UPGRADES = [
  `create table words (id int primary key, word text);
insert into words select n, 'word ' || n from generate_series(1, 500) n;`,
  `create index concurrently words_word on words (word);
insert into words values (501, 'between');
create unique index concurrently words_both on words (id, word);`,
  'alter table words add column length int generated always as (char_length(word)) stored;',
  `drop index concurrently words_both;
reindex table concurrently words;
update words set word = word || '!' where id = 1;`,
  'create table places (id int references words);',
]

const IDS = UPGRADES.map((_, index) => `rev${index + 1}`)

/** Writes five revisions, two of which run outside a transaction. */
export async function writeMixedRevisions(folder: RevisionFolder): Promise<void> {
  for (const [index, upgrade] of UPGRADES.entries()) {
    const id = IDS[index] ?? ''
    const before = IDS[index - 1]
    const text = revisionText({ id, upgrade, ...(before && { revises: before }) })
    await folder.write(`${id}.sql`, text)
  }
}

/** Starts fifty gates at once, 20 in a sample, each a process of its own, and waits for all of them. */
export function runFifty(env: Readonly<Record<string, string>>): Promise<readonly PgateResult[]> {
  const gates = Array.from({ length: gateCount() }, () =>
    startPgate([], { env, timeoutMs: 110_000 }),
  )
  for (const { pid } of gates) setPriority(pid, NICENESS)
  return Promise.all(gates.map(({ ended }) => ended))
}

/** All are open, and of what {@link writeMixedRevisions} wrote each statement ran once. */
export async function mustHaveRunOnce(url: string, gates: readonly PgateResult[]): Promise<void> {
  expect(gates.filter((gate) => gate.exitCode !== 0)).toEqual([])
  const runs = `select revision, outcome from pgate_journal where action <> 'verify' order by id`
  expect(await queryRows(url, runs)).toEqual(IDS.map((revision) => ({ revision, outcome: 'done' })))
  expect(
    await queryRows(
      url,
      `select (select count(*)::int from words) as words,
              (select word from words where id = 1) as first,
              (select array_agg(indexrelid::regclass::text order by indexrelid::regclass::text collate "C") from pg_index
                where indrelid = 'words'::regclass and indisvalid and indisready) as indexes,
              (select count(*)::int from pg_index where not indisvalid) as invalid,
              (select array_agg(version_num::text) from alembic_version) as versions`,
    ),
  ).toEqual([
    {
      words: 501,
      first: 'word 1!',
      indexes: ['words_pkey', 'words_word'],
      invalid: 0,
      versions: [IDS.at(-1)],
    },
  ])
}
