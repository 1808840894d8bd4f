import type { Pair } from '../pair.ts'

/** Partitions and inheritance. */
export const INHERITED: readonly Pair[] = [
  {
    name: 'columns and constraints of parents and children',
    from: `create table p (id integer not null, n integer); create table c (extra text) inherits (p); create table d (own text) inherits (c)`,
    to: `create table p (id integer not null, n bigint not null default 5, more text, constraint n_min check (n > 0));
      create table c (extra text default 'x') inherits (p); create table d (own text, check (own <> '')) inherits (c)`,
    rows: `insert into p values (1, 2); insert into c values (2, 3, 'x'); insert into d values (3, 4, 'y', 'z')`,
  },
  {
    name: 'tables that begin and end to inherit',
    from: `create table p (id integer, n text); create table q (m integer); create table c (id integer, n text, m integer); create table d (x text) inherits (p)`,
    to: `create table p (id integer, n text); create table q (m integer); create table c (id integer, n text, m integer);
      alter table c inherit p; alter table c inherit q; create table d (x text) inherits (p); alter table d no inherit p`,
    rows: `insert into c values (1, 'x', 2); insert into d values (2, 'y', 'z')`,
  },
  {
    name: 'partitions that are detached, attached and given other bounds',
    from: `create table p (id integer not null, n text) partition by range (id); create table a partition of p for values from (0) to (10);
      create table b partition of p for values from (10) to (20); create table c (id integer not null, n text)`,
    to: `create table p (id integer not null, n text) partition by range (id); create table a (id integer not null, n text);
      create table b partition of p for values from (10) to (15); create table c partition of p for values from (15) to (30)`,
    rows: `insert into p values (1, 'x'), (11, 'y'); insert into c values (16, 'z')`,
  },
  {
    name: 'a partitioned table with keys, indexes and triggers, and a change of each',
    both: `create function f() returns trigger language plpgsql as 'begin return new; end'; create table ref (id integer primary key);`,
    from: `create table p (id integer not null, k text not null, n integer, r integer references ref, constraint p_key primary key (id, k)) partition by list (k);
      create table p_a partition of p for values in ('a'); create table p_rest partition of p default; create index p_n on p (n);
      create trigger t after insert on p for each row execute function f()`,
    to: `create table p (id bigint not null, k text not null, n bigint, r integer, constraint p_key primary key (k, id), constraint p_n_min check (n > 0)) partition by list (k);
      create table p_a partition of p for values in ('a', 'b'); create table p_rest partition of p default; create index p_n on p (n) where n > 1; create unique index p_u on p (k, n, id);
      create trigger t before insert or update on p for each row execute function f()`,
    rows: `insert into p values (1, 'a', 2), (2, 'x', 3)`,
  },
  {
    name: 'indexes and constraints of one partition alone',
    from: `create table p (id integer not null, n integer) partition by range (id); create table a partition of p for values from (0) to (9); create index a_n on a (n)`,
    to: `create table p (id integer not null, n integer) partition by range (id); create table a partition of p for values from (0) to (9);
      create unique index a_n on a (n); alter table a add constraint a_key primary key (id), add constraint small check (n < 99)`,
    rows: `insert into p values (1, 2)`,
  },
  {
    name: 'a trigger that is disabled on one partition alone',
    both: `create function f() returns trigger language plpgsql as 'begin return new; end'; create table p (id integer not null) partition by range (id);
      create table a partition of p for values from (0) to (9); create trigger t after insert on p for each row execute function f();`,
    from: '',
    to: `alter table a disable trigger t`,
  },
  {
    name: 'a table that becomes partitioned',
    unwritten: ['table public.t', 'table public.t_1'],
    from: `create table t (id integer not null, n text)`,
    to: `create table t (id integer not null, n text) partition by range (id); create table t_1 partition of t for values from (0) to (9)`,
  },
  {
    name: 'a table with another partition key',
    unwritten: ['table public.t', 'table public.t_1'],
    from: `create table t (id integer not null, n text) partition by range (id); create table t_1 partition of t for values from (0) to (9); create view v as select id from t`,
    to: `create table t (id integer not null, n text) partition by hash (id); create table t_1 partition of t for values with (modulus 1, remainder 0); create view v as select id from t`,
  },
  {
    name: 'partitions by hash and by expression',
    from: '',
    to: `create table h (id bigint, v text, primary key (id)) partition by hash (id); create table h_0 partition of h for values with (modulus 2, remainder 0);
      create table h_1 partition of h for values with (modulus 2, remainder 1); create table e (c text, d date) partition by range (lower(c), d);
      create table e_1 partition of e for values from ('a', minvalue) to ('m', maxvalue); create table e_rest partition of e default`,
  },
  {
    name: 'partitions by hash under another modulus',
    from: `create table h (id integer) partition by hash (id); create table h_0 partition of h for values with (modulus 1, remainder 0)`,
    to: `create table h (id integer) partition by hash (id); create table h_0 partition of h for values with (modulus 2, remainder 0); create table h_1 partition of h for values with (modulus 2, remainder 1)`,
  },
  {
    name: 'a column of partitions that becomes generated, with the default that it has',
    from: `create table h (id integer, n integer default 3) partition by hash (id); create table h_0 partition of h for values with (modulus 1, remainder 0)`,
    to: `create table h (id integer, n integer generated always as (id + 1) stored) partition by hash (id); create table h_0 partition of h for values with (modulus 1, remainder 0)`,
    rows: `insert into h values (1)`,
  },
  {
    name: 'a table that is partitioned by hash and has no partition',
    from: '',
    to: `create table h (id integer) partition by hash (id)`,
  },
  {
    name: 'partitions of a table that foreign keys reference',
    both: `create table p (id integer primary key) partition by range (id); create table p_1 partition of p for values from (0) to (9);`,
    from: `create table p_2 partition of p for values from (9) to (20); create table t (id integer references p)`,
    to: `create table t (id integer references p); create table u (id integer references p)`,
    rows: `insert into p values (1); insert into t values (1)`,
  },
  {
    name: 'a unique constraint on the columns of the primary key',
    from: '',
    to: `create table t (id integer primary key, n integer); alter table t add unique (id), add constraint other unique (id), add unique (n)`,
  },
  {
    name: 'a partition with its columns in another order',
    both: `create table p (id integer not null, a text, b integer default 3) partition by range (id);`,
    from: '',
    to: `create table c (b integer default 3, gone text, id integer not null, a text); alter table c drop gone;
      alter table p attach partition c for values from (0) to (9)`,
  },
]
