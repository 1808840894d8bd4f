import type { Pair } from '../pair.ts'

const T = `create table t (id integer primary key, a integer, b text, tags text[], doc jsonb,
  during tstzrange, gone timestamptz);`
const ROWS = `insert into t values (1, 5, 'x', '{a}', '{}', null, null), (2, 6, 'y', '{b}', '[]', null, now())`

/** Indexes, constraints and statistics. */
export const INDEX_FEATURES: readonly Pair[] = [
  {
    name: 'a descending index',
    both: T,
    rows: ROWS,
    from: '',
    to: `create index i on t (a desc nulls last, b)`,
  },
  {
    name: 'a unique index that includes a column',
    both: T,
    rows: ROWS,
    from: '',
    to: `create unique index i on t (a) include (b, gone)`,
  },
  {
    name: 'a GIN index',
    both: T,
    rows: ROWS,
    from: '',
    to: `create index i on t using gin (tags, doc jsonb_path_ops)`,
  },
  {
    name: 'a partial index',
    both: T,
    rows: ROWS,
    from: '',
    to: `create index i on t (a) where gone is null and b <> 'x'`,
  },
  {
    name: 'an index on an expression',
    both: T,
    rows: ROWS,
    from: '',
    to: `create unique index i on t (lower(b), (coalesce(a, 0) + 1)); create index j on t (b text_pattern_ops)`,
  },
  {
    name: 'an index with storage parameters',
    both: T,
    rows: ROWS,
    from: `create index i on t (b)`,
    to: `create index i on t (b) with (fillfactor = 70)`,
  },
  {
    name: 'an index that changes its columns',
    both: T,
    rows: ROWS,
    from: `create index i on t (a, b); create index j on t (gone)`,
    to: `create index i on t (b, a); create unique index j on t (gone, a)`,
  },
  {
    name: 'a check',
    both: T,
    rows: ROWS,
    from: `alter table t add constraint changed check (a > 0)`,
    to: `alter table t add constraint changed check (a > 1), add check (b <> ''), add check (a < 9 or b is null)`,
  },
  {
    name: 'a check that is not valid',
    both: T,
    rows: ROWS,
    from: `alter table t add constraint validated check (b <> 'q') not valid`,
    to: `alter table t add constraint positive check (a > 5) not valid;
      alter table t add constraint validated check (b <> 'q')`,
  },
  {
    name: 'an exclusion',
    both: T,
    rows: ROWS,
    from: '',
    to: `alter table t add constraint apart exclude using gist (during with &&) where (gone is null)`,
  },
  {
    name: 'a unique constraint under which nulls are equal',
    both: T,
    rows: ROWS,
    since: 15,
    from: `alter table t add constraint one unique (b)`,
    to: `alter table t add constraint one unique nulls not distinct (b)`,
  },
  {
    name: 'another primary key',
    from: `create table t (id integer not null, other uuid not null, constraint t_pkey primary key (id))`,
    to: `create table t (id integer not null, other uuid not null, constraint t_pkey primary key (other, id))`,
    rows: `insert into t values (1, gen_random_uuid())`,
  },
  {
    name: 'statistics',
    both: T,
    rows: ROWS,
    from: `create statistics changed (ndistinct) on a, b from t`,
    to: `create statistics changed (ndistinct, mcv) on a, b from t;
      create statistics more on b, gone, (a + 1) from t`,
  },
]
