import type { Pair } from '../pair.ts'

/** What other engines get wrong: each is one of their known failures. */
export const KNOWN_FAULTS: readonly Pair[] = [
  {
    name: 'an enum of another name, used in a default',
    from: `create type a as enum ('x'); create table t (s a not null default 'x')`,
    to: `create type b as enum ('x'); create table t (s b not null default 'x')`,
    rows: `insert into t values ('x')`,
  },
  {
    name: 'both ends of a foreign key become uuids',
    from: `create table a (id text primary key); create table b (a text references a (id))`,
    to: `create table a (id uuid primary key); create table b (a uuid references a (id))`,
    rows: `insert into a values ('7a3e1f52-8f0b-4a83-9a55-2b1d3a2f6a11'); insert into b select id from a`,
  },
  {
    name: 'a table that is attached as a partition, without the default of its parent',
    both: `create table p (id integer not null, n integer default 7) partition by range (id);`,
    from: `create table c (id integer not null, n integer)`,
    to: `create table c (id integer not null, n integer);
      alter table p attach partition c for values from (0) to (10)`,
    rows: `insert into c values (1, 2)`,
  },
  {
    name: 'a new partition without the default of its parent',
    both: `create table p (id integer not null, n integer default 7) partition by range (id);`,
    from: '',
    to: `create table c partition of p for values from (0) to (10);
      alter table c alter n drop default; alter table c add constraint small check (n < 90)`,
  },
  {
    name: 'an enum value before the end, used as a default',
    from: `create type s as enum ('a', 'c'); create table t (id integer, s s default 'a')`,
    to: `create type s as enum ('a', 'b', 'c'); create table t (id integer, s s default 'b')`,
    rows: `insert into t values (1, 'c')`,
  },
  {
    name: 'a table goes, and another takes the names of its sequence and its key',
    from: `create table mod_add (id serial, constraint mod_add_pkey primary key (id))`,
    to: `create sequence mod_add_id_seq; create table other (id integer default nextval('mod_add_id_seq'), constraint mod_add_pkey primary key (id))`,
  },
  {
    name: 'a column of one enum becomes another enum',
    both: `create type a as enum ('x', 'y'); create type b as enum ('y', 'x', 'z');`,
    from: `create table t (id integer primary key, s a not null default 'x')`,
    to: `create table t (id integer primary key, s b not null default 'y')`,
    rows: `insert into t values (1, 'x')`,
  },
  {
    name: 'an enum that becomes text, and its type goes',
    from: `create type a as enum ('x', 'y'); create table t (id integer primary key, s a default 'x'); create index i on t (s) where s = 'y'`,
    to: `create table t (id integer primary key, s text default 'x'); create index i on t (s) where s = 'y'`,
    rows: `insert into t values (1, 'x')`,
  },
  {
    name: 'a view on a view on a column that changes its type',
    from: `create table t (id integer primary key, n integer); create view one as select id, n from t; create view two as select n from one`,
    to: `create table t (id integer primary key, n bigint); create view one as select id, n from t; create view two as select n from one`,
    rows: `insert into t values (1, 2)`,
  },
]

/** What makes the order of statements hard. */
export const ORDER_PROBLEMS: readonly Pair[] = [
  {
    name: 'several enum values, each used at once',
    from: `create type s as enum ('m'); create table t (id integer primary key, s s not null default 'm')`,
    to: `create type s as enum ('a', 'b', 'm', 'x', 'y');
      create table t (id integer primary key, s s not null default 'y', other s[] default '{a,b}', check (s <> 'x'));
      create index i on t (id) where s = 'b'; create view v as select * from t where s in ('a', 'x')`,
    rows: `insert into t values (1, 'm')`,
  },
  {
    name: 'an enum that loses a value under views, indexes, checks, defaults and a generated column',
    from: `create type s as enum ('a', 'b', 'c'); create table t (id integer primary key, s s not null default 'a',
        is_a boolean generated always as (s = 'a') stored, constraint ok check (s in ('a', 'b')));
      create index i on t (s); create unique index j on t (id) where s = 'a';
      create view v as select s, count(*) as n from t group by s; create view w as select * from v where s = 'b';
      create function f(x s) returns s language sql immutable as 'select x'; create table u (s s[], t s default f('b'))`,
    to: `create type s as enum ('b', 'a'); create table t (id integer primary key, s s not null default 'a',
        is_a boolean generated always as (s = 'a') stored, constraint ok check (s in ('a', 'b')));
      create index i on t (s); create unique index j on t (id) where s = 'a';
      create view v as select s, count(*) as n from t group by s; create view w as select * from v where s = 'b';
      create function f(x s) returns s language sql immutable as 'select x'; create table u (s s[], t s default f('b'))`,
    rows: `insert into t values (1, 'b'); insert into u values ('{a,b}', 'a')`,
  },
  {
    name: 'a key that changes its type, with all that references it',
    from: `create table a (id integer primary key, boss integer references a);
      create table b (a integer references a on delete cascade, a2 integer unique); create table c (b integer references b (a2))`,
    to: `create table a (id bigint primary key, boss bigint references a);
      create table b (a bigint references a on delete cascade, a2 bigint unique); create table c (b bigint references b (a2))`,
    rows: `insert into a values (1, 1); insert into b values (1, 3); insert into c values (3)`,
  },
  {
    name: 'a key that changes under a foreign key',
    from: `create table a (id integer not null, n integer not null, constraint a_key primary key (id), constraint a_n unique (n));
      create table b (a integer, constraint b_a foreign key (a) references a (id))`,
    to: `create table a (id integer not null, n integer not null, constraint a_key primary key (n), constraint a_n unique (id));
      create table b (a integer, constraint b_a foreign key (a) references a (n))`,
    rows: `insert into a values (1, 1); insert into b values (1)`,
  },
  {
    name: 'views from the leaves up, with materialized ones, their indexes, triggers and grants',
    both: `create function f() returns trigger language plpgsql as 'begin return null; end';`,
    from: `create table t (id integer primary key, n integer);
      create view a as select id, n from t; create materialized view b as select n, count(*) as c from a group by n;
      create unique index b_key on b (n); create view c as select b.n, a.id from a join b using (n);
      create trigger c_in instead of insert on c for each row execute function f(); grant select on c to pg_monitor`,
    to: `create table t (id integer primary key, n bigint);
      create view a as select id, n from t; create materialized view b as select n, count(*) as c from a group by n;
      create unique index b_key on b (n); create view c as select b.n, a.id from a join b using (n);
      create trigger c_in instead of insert on c for each row execute function f(); grant select on c to pg_monitor`,
    rows: `insert into t values (1, 2)`,
  },
  {
    name: 'partitions of partitions come and go',
    both: `create table keep (id integer);`,
    from: '',
    to: `create table p (a integer, b text, constraint p_a check (a > 0)) partition by range (a);
      create table p_1 partition of p for values from (1) to (10) partition by list (b);
      create table p_1_x partition of p_1 for values in ('x', 'y'); create table p_1_rest partition of p_1 default;
      create index p_i on p (b); create table p_2 partition of p default partition by hash (a);
      create table p_2_0 partition of p_2 for values with (modulus 1, remainder 0)`,
  },
  {
    name: 'defaults of a partition that are not those of its parent',
    from: `create table p (a integer, b text default 'p', c integer default 1) partition by range (a);
      create table q partition of p (b default 'q') for values from (1) to (9)`,
    to: `create table p (a integer, b text default 'r', c integer) partition by range (a);
      create table q partition of p (c default 3) for values from (1) to (9)`,
    rows: `insert into p values (1, 'x', 2)`,
  },
  {
    name: 'functions that take or return rows of a table, and one in its default',
    from: `create table t (id integer primary key, n integer)`,
    to: `create function draw() returns integer language sql as 'select 4';
      create table t (id integer primary key, n integer default draw(), made text);
      create table u (id integer primary key, name text);
      create function label(u) returns text language sql stable return $1.name || '!';
      create function all_of() returns setof u language sql stable begin atomic select * from u; end;
      create function next_of() returns integer language sql begin atomic select max(id) + 1 from u; end;
      create table w (n integer default next_of()); create view v as select label(u) from u`,
    rows: `insert into t values (1, 2)`,
  },
  {
    name: 'a sequence that an old table owned, and a new one uses',
    from: `create table old (id serial primary key)`,
    to: `create sequence old_id_seq as bigint; create table new (id bigint default nextval('old_id_seq') primary key)`,
  },
  {
    name: 'functions whose bodies need what is not there yet',
    from: '',
    to: `create function first() returns bigint language plpgsql as 'begin return (select count(*) from later); end';
      create table later (id integer); create function second() returns setof later language sql as $$ select * from later $$;
      create function third() returns bigint language sql as 'select first()'`,
  },
  {
    name: 'triggers on columns that change',
    both: `create function f() returns trigger language plpgsql as 'begin return new; end';`,
    from: `create table t (id integer primary key, n integer, m varchar(9), gone text);
      create trigger a before update of n, m on t for each row when (old.n <> new.n) execute function f();
      create trigger b after update on t for each row when (new.m is not null) execute function f();
      create trigger c before update of gone on t for each row execute function f(); alter table t disable trigger b`,
    to: `create table t (id integer primary key, n bigint, m text);
      create trigger a before update of n, m on t for each row when (old.n <> new.n) execute function f();
      create trigger b after update on t for each row when (new.m is not null) execute function f(); alter table t disable trigger b`,
    rows: `insert into t values (1, 2, 'x', 'y')`,
  },
]
