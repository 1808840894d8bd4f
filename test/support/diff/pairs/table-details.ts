import type { Pair } from '../pair.ts'

/** What tables and columns have beyond the common. */
export const TABLE_DETAILS: readonly Pair[] = [
  {
    name: 'foreign keys in a circle that change their actions',
    from: `create table a (id integer primary key, b integer); create table b (id integer primary key, c integer);
      create table c (id integer primary key, a integer); alter table a add constraint ab foreign key (b) references b;
      alter table b add constraint bc foreign key (c) references c; alter table c add constraint ca foreign key (a) references a`,
    to: `create table a (id integer primary key, b integer); create table b (id integer primary key, c integer);
      create table c (id integer primary key, a integer); alter table a add constraint ab foreign key (b) references b on delete set null;
      alter table b add constraint bc foreign key (c) references c on update cascade deferrable initially deferred;
      alter table c add constraint ca foreign key (a) references a match full not valid`,
    rows: `insert into a values (1); insert into b values (1); insert into c values (1, 1)`,
  },
  {
    name: 'foreign keys in a circle, with their tables',
    from: `create table keep (id integer primary key)`,
    to: `create table keep (id integer primary key); create table a (id integer primary key, b integer, k integer references keep);
      create table b (id integer primary key, a integer references a, self integer references b);
      alter table a add foreign key (b) references b; alter table keep add a integer references a`,
    rows: `insert into keep values (1)`,
  },
  {
    name: 'a foreign key on a unique index that is no constraint',
    from: `create table a (id integer, n integer); create unique index a_id on a (id); create table b (a integer, constraint f foreign key (a) references a (id))`,
    to: `create table a (id integer, n integer); create unique index a_id on a (id) include (n); create table b (a integer, constraint f foreign key (a) references a (id))`,
    rows: `insert into a values (1, 2); insert into b values (1)`,
  },
  {
    name: 'a default by the sequence of another table',
    from: `create table a (id serial primary key); create table b (id integer primary key)`,
    to: `create table a (id serial primary key); create table b (id integer primary key default nextval('a_id_seq'))`,
    rows: `insert into a default values; insert into b values (7)`,
  },
  {
    name: 'a column that becomes serial, and one that no longer is',
    from: `create table t (id integer primary key, n serial); create table g (id integer generated always as identity, n text)`,
    to: `create table t (id serial primary key, n integer not null); create table g (id integer not null, n text)`,
    rows: `insert into t values (1); insert into g (n) values ('x')`,
  },
  {
    name: 'columns in another order',
    from: `create table t (id integer primary key, b text); create view v as select * from t`,
    to: `create table t (id integer primary key, a text, b text); create view v as select * from t`,
    rows: `insert into t values (1, 'x')`,
  },
  {
    name: 'a generated column that uses a function, and both change',
    from: `create function half(n integer) returns integer language sql immutable return n / 2;
      create table t (id integer primary key, n integer, h integer generated always as (half(n)) stored)`,
    to: `create function half(n bigint) returns bigint language sql immutable return n / 2;
      create table t (id integer primary key, n bigint, h bigint generated always as (half(n)) stored)`,
    rows: `insert into t values (1, 4)`,
  },
  {
    name: 'a column that becomes generated, and one that no longer is',
    from: `create table t (id integer primary key, a integer, b integer generated always as (id + 1) stored, c integer default 3)`,
    to: `create table t (id integer primary key, a integer generated always as (id * 2) stored, b integer, c integer default 3)`,
    rows: `insert into t (id, a) values (1, 2)`,
  },
  {
    name: 'types that are cast by no assignment',
    from: `create table t (id integer primary key, a text default '1', b integer default 1, c text, d varchar(9)[], e jsonb)`,
    to: `create table t (id integer primary key, a integer default 1, b boolean default true, c timestamptz, d text[], e text)`,
    rows: `insert into t values (1, '5', 1, '2024-01-01 00:00:00+00', '{a}', '{}')`,
  },
  {
    name: 'defaults of every sort',
    from: `create table t (id integer primary key, a text default 'x', b timestamptz, c jsonb default '{}', d integer[], e uuid)`,
    to: `create table t (id integer primary key, a text default E'y\\'\\n\\\\', b timestamptz default now() + interval '1 day',
      c jsonb default '{"a": "''"}', d integer[] not null default array[1, 2], e uuid default gen_random_uuid())`,
    rows: `insert into t (id, d) values (1, '{}')`,
  },
  {
    name: 'not null comes and goes, with and without a key',
    from: `create table t (id integer primary key, a integer, b integer not null); create table u (id integer not null, a integer)`,
    to: `create table t (id integer not null, a integer not null, b integer); create table u (id integer primary key, a integer not null unique)`,
    rows: `insert into t values (1, 2, 3); insert into u values (1, 2)`,
  },
  {
    name: 'storage, compression, statistics and options of columns and tables',
    from: `create table t (id integer primary key, a text, b text) with (fillfactor = 70); alter table t alter a set storage main`,
    to: `create table t (id integer primary key, a text compression pglz, b text) with (fillfactor = 90, toast_tuple_target = 256);
      alter table t alter b set storage plain, alter b set statistics 500, alter a set (n_distinct = 5); create index i on t (a) with (deduplicate_items = off)`,
    rows: `insert into t values (1, 'x', 'y')`,
  },
  {
    name: 'what identifies a row to replicas',
    from: `create table t (id integer primary key, n integer not null unique); create table u (id integer); alter table u replica identity full`,
    to: `create table t (id integer primary key, n integer not null unique); create table u (id integer); alter table t replica identity using index t_n_key; alter table u replica identity nothing`,
  },
  {
    name: 'a table of a composite type',
    both: `create type row_of as (id integer, note text);`,
    from: '',
    to: `create table t of row_of; create table u of row_of (primary key (id), note default 'x')`,
  },
  {
    name: 'a generated column goes with the column that it uses',
    from: `create table t (id integer primary key, a integer, b integer generated always as (a + 1) stored); create index i on t (b)`,
    to: `create table t (id integer primary key)`,
    rows: `insert into t values (1, 2)`,
  },
  {
    name: 'a wide key, a composite foreign key and constraints that can be put off',
    from: `create table a (x integer, y integer, primary key (x, y)); create table b (x integer, y integer, n integer, constraint n unique (n))`,
    to: `create table a (x integer, y integer, primary key (x, y)); create table b (x integer, y integer, n integer,
      constraint n unique (n) deferrable initially deferred, constraint f foreign key (x, y) references a on delete set null)`,
    rows: `insert into a values (1, 2); insert into b values (1, 2, 3)`,
  },
]
