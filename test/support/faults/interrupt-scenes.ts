import { revisionText } from '../cli/revision-folder.ts'
import type { Whereabouts } from './interrupt.ts'

/** Where a run is when the signal arrives, and what is there afterwards. */
export interface Scene extends Whereabouts {
  /** In the words of the test's name. */
  readonly during: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** SQL that is run before, each alone. */
  readonly before?: readonly string[]
  /** True: a gate opens first, on revision `aaa` alone. */
  readonly migrated?: boolean
  /** The revision that is pending, `bbb`: its upgrade, or the whole of a module. */
  readonly pending?: { readonly sql: string } | { readonly module: string }
  /** What somebody else has done in a transaction that stays open. */
  readonly hold?: string
  /** The journal's rows of `bbb`. */
  readonly journal?: readonly Record<string, unknown>[]
}

/** Longer than any test: what ends before was ended. */
const SLEEP = 'select pg_sleep(600)'
/** Of a catalog that verify reads, and that a new session does not open at its start as it does others. */
const LOCK_CATALOG = 'lock table pg_policy in access exclusive mode'
const INTERRUPTED = { outcome: 'interrupted', statements_done: 0 }

/** The revision that is there in every scene. */
export const FIRST = revisionText({
  id: 'aaa',
  upgrade: 'create table t (id int);',
  downgrade: `${SLEEP};`,
})

const SLEEPS_AT_COMMIT = `create function sleeps() returns trigger language plpgsql
  as $$ begin perform pg_sleep(600); return null; end $$;
create constraint trigger sleeps after insert on t
  deferrable initially deferred for each row execute function sleeps();
insert into t values (1);`

const SQL_SCENES: readonly Scene[] = [
  {
    during: 'CREATE EXTENSION',
    env: { PGATE_EXTENSIONS: 'uuid-ossp' },
    hold: 'create extension "uuid-ossp"',
    runs: 'create extension',
  },
  {
    during: 'a statement of a transaction',
    pending: { sql: `create table gone (id int);\n${SLEEP};` },
    runs: 'pg_sleep',
    journal: [INTERRUPTED],
  },
  {
    during: 'a statement outside a transaction',
    migrated: true,
    pending: { sql: 'insert into t values (1);\ncreate index concurrently t_id on t (id);' },
    hold: 'insert into t values (2)',
    runs: 'create index concurrently',
    journal: [{ outcome: 'interrupted', statements_done: 1 }],
  },
  {
    during: 'a catalog query of verify',
    hold: LOCK_CATALOG,
    waitsFor: 'pg_policy',
  },
]

/** Where a gate behind a pooler is interrupted, too. */
export const POOLED_SCENES = SQL_SCENES

export const SCENES: readonly Scene[] = [
  ...SQL_SCENES,
  {
    during: 'the change of the version row',
    migrated: true,
    pending: { sql: 'create table gone (id int);' },
    hold: 'lock table alembic_version in share mode',
    waitsFor: 'alembic_version',
    journal: [INTERRUPTED],
  },
  {
    during: 'COMMIT',
    pending: { sql: SLEEPS_AT_COMMIT },
    runs: '^commit',
    journal: [INTERRUPTED],
  },
  {
    during: 'the query of a module',
    pending: { module: `export const upgrade = (db) => db.query('${SLEEP}')` },
    runs: 'pg_sleep',
    journal: [INTERRUPTED],
  },
  {
    during: 'the one question of an unchanged gate',
    migrated: true,
    hold: LOCK_CATALOG,
    waitsFor: 'pg_policy',
  },
  {
    during: 'a downgrade',
    args: ['downgrade', 'base'],
    migrated: true,
    runs: 'pg_sleep',
  },
  {
    during: 'a look at the version rows',
    args: ['wait', '--for', 'head'],
    migrated: true,
    hold: 'lock table alembic_version in access exclusive mode',
    waitsFor: 'alembic_version',
  },
]

/** The text and the name of the pending revision's file. */
export function pendingFile(pending: NonNullable<Scene['pending']>): readonly [string, string] {
  if ('sql' in pending) {
    return ['b.sql', revisionText({ id: 'bbb', revises: 'aaa', upgrade: pending.sql })]
  }
  const header = "export const revision = 'bbb'\nexport const revises = 'aaa'\n"
  return ['b.mjs', `${header}${pending.module}\nexport const downgrade = () => {}\n`]
}
