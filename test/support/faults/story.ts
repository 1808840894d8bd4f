import { Client } from 'pg'
import { expect } from 'vitest'
import { type PgateResult, type RunningPgate, runPgate, startPgate } from '../cli/cli.ts'
import { type RevisionFolder, revisionText, withRevisionFolder } from '../cli/revision-folder.ts'
import { queryRows, withClient } from '../database/query.ts'
import type { Struck } from './check-fault.ts'
import { untilWaiting } from './crash.ts'

/** How `bbb` goes: it waits for `held`, or builds an index next to a writer, or just runs. */
const SECOND = {
  waits: 'CREATE TABLE second (id int);\nLOCK TABLE held IN EXCLUSIVE MODE;',
  builds:
    'INSERT INTO first VALUES (1);\nCREATE INDEX CONCURRENTLY first_id ON first (id);\nINSERT INTO first VALUES (2);',
  runs: 'CREATE TABLE second (id int);',
  writes: `CREATE TABLE second (id int);
DO $$ BEGIN
  CREATE TABLE big AS SELECT repeat(md5(n::text), 16) FROM generate_series(1, 30000) n;
  DROP TABLE big;
END $$;`,
} as const

/** The two revisions, and what is given to every run of them. */
export interface Story {
  readonly folder: RevisionFolder
  readonly env: Readonly<Record<string, string>>
}

/** Lends a folder with `aaa`, which makes the table `first`, and `bbb`, which the fault meets. */
export async function withStory<T>(
  second: keyof typeof SECOND,
  use: (story: Story) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await folder.write(
      'a.sql',
      revisionText({ id: 'aaa', upgrade: 'CREATE TABLE first (id int);' }),
    )
    await folder.write(
      'b.sql',
      revisionText({ id: 'bbb', revises: 'aaa', upgrade: SECOND[second] }),
    )
    const env = {
      PGATE_MIGRATIONS: folder.path,
      PGATE_EXTENSIONS: '',
      PGATE_LOG_FORMAT: 'pretty',
      PGATE_DDL_LOCK_TIMEOUT: '60s',
    }
    return use({ folder, env })
  })
}

/** Takes an empty database to where every fault begins: `aaa` applied, and `held` to be held. */
export async function beginStory(url: string, { env }: Story): Promise<void> {
  const first = await runPgate(['upgrade', 'aaa'], { env: { ...env, DATABASE_URL: url } })
  expect(first).toMatchObject({ exitCode: 0 })
  await queryRows(url, 'create table held (id int)')
}

/** Runs the gate from now to its end. */
export async function strikeFromStart(env: Readonly<Record<string, string>>): Promise<Struck> {
  return timed(performance.now(), await runPgate([], { env }))
}

/** A gate that is kept in the middle of `bbb`, until it is let go or the test is over. */
export interface Held {
  readonly gate: RunningPgate
  /** From now to the gate's end. */
  struck(): Promise<Struck>
  /** Lets the gate, or what is left of it on the server, go on. */
  release(): Promise<void>
}

/** Starts a gate that meets the holder of `held`, or writes to `first` (`url`: past any proxy). */
export async function withHeld<T>(
  place: {
    readonly url: string
    readonly env: Readonly<Record<string, string>>
    readonly second: 'waits' | 'builds'
  },
  use: (held: Held) => Promise<T>,
): Promise<T> {
  const { lock, event, query } = HOLDS[place.second]
  const holder = new Client({ connectionString: place.url })
  // The server that is stopped takes this session along.
  holder.on('error', () => {})
  await holder.connect()
  try {
    await holder.query(`begin; lock table ${lock}`)
    const gate = startPgate([], { env: place.env })
    await withClient(place.url, (observer) => untilWaiting(observer, gate, { event, query }))
    const struck = async () => timed(performance.now(), await gate.ended)
    return await use({ gate, struck, release: () => holder.end() })
  } finally {
    await holder.end()
  }
}

const HOLDS = {
  waits: { lock: 'held in share mode', event: 'relation', query: /lock table held/i },
  // A build gets its own lock next to a writer's, and then waits for that writer to end.
  builds: { lock: 'first in row exclusive mode', event: 'virtualxid', query: /create index/i },
} as const

/** From a moment of `performance.now()` to the end, which is now. */
export function timed(
  struckAt: number,
  { exitCode, stdout }: Pick<PgateResult, 'exitCode' | 'stdout'>,
): Struck {
  return { exitCode, stdout, tookMs: performance.now() - struckAt }
}
