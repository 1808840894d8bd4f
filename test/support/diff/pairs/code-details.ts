import type { Pair } from '../pair.ts'

/** Functions, views, triggers and rights that hang on each other. */
export const CODE_DETAILS: readonly Pair[] = [
  {
    name: 'a column goes from under views, functions and policies that go on without it',
    from: `create table t (id integer primary key, a integer, b text); create view v as select id, a, b from t; create materialized view m as select a from v;
      create policy p on t using (a > 1); create function f() returns integer language sql begin atomic select max(a) from t; end`,
    to: `create table t (id integer primary key, b text); create view v as select id, b from t; create materialized view m as select id from v;
      create policy p on t using (id > 1); create function f() returns integer language sql begin atomic select max(id) from t; end`,
    rows: `insert into t values (1, 2, 'x')`,
  },
  {
    name: 'a function changes its arguments under all that uses it',
    from: `create function f(a integer) returns integer language sql immutable return a; create table t (id integer primary key, n integer default f(1),
        g integer generated always as (f(id)) stored, check (f(n) > 0)); create index i on t (f(n)); create view v as select f(n) as x from t;
      create policy p on t using (f(id) > 0); create function g() returns integer language sql return f(2)`,
    to: `create function f(a integer, b integer default 0) returns integer language sql immutable return a + b; create table t (id integer primary key, n integer default f(1),
        g integer generated always as (f(id)) stored, check (f(n) > 0)); create index i on t (f(n)); create view v as select f(n) as x from t;
      create policy p on t using (f(id) > 0); create function g() returns integer language sql return f(2)`,
    rows: `insert into t values (1, 2)`,
  },
  {
    name: 'a function changes the name of an argument',
    from: `create function f(a integer) returns integer language sql immutable as 'select a'; create view v as select f(1) as x`,
    to: `create function f(b integer) returns integer language sql immutable as 'select b'; create view v as select f(1) as x`,
  },
  {
    name: 'what a function says of itself',
    from: `create function f(a integer) returns setof integer language sql as 'select a'`,
    to: `create function f(a integer) returns setof integer language sql stable strict security definer leakproof parallel safe cost 7 rows 9
      set search_path = pg_catalog, "odd Name", pg_temp set work_mem = '8MB' as 'select a'`,
  },
  {
    name: 'functions that call each other, and tables that call them',
    from: '',
    to: `create function a(n integer) returns integer language sql immutable return n + 1; create function b(n integer) returns integer language sql immutable return a(n);
      create table t (id integer default b(1), check (a(id) > 0)); create function c() returns bigint language sql stable begin atomic select count(*) from t; end;
      create view v as select c() as n; create function d() returns setof v language sql stable begin atomic select * from v; end; create table u (n bigint default c())`,
  },
  {
    name: 'triggers with transition tables, constraint triggers and triggers of views',
    from: `create table t (id integer primary key); create view v as select id from t; create function f() returns trigger language plpgsql as 'begin return null; end'`,
    to: `create table t (id integer primary key); create view v as select id from t; create function f() returns trigger language plpgsql as 'begin return null; end';
      create trigger a after update on t referencing old table as was new table as is_now for each statement execute function f('x', 'it''s');
      create constraint trigger b after insert on t deferrable initially deferred for each row execute function f();
      create trigger c instead of delete on v for each row execute function f(); create trigger d before truncate on t for each statement execute function f()`,
    rows: `insert into t values (1)`,
  },
  {
    name: 'a trigger whose function is replaced by another',
    from: `create table t (id integer primary key); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger a before insert on t for each row execute function f()`,
    to: `create table t (id integer primary key); create function g() returns trigger language plpgsql as 'begin return new; end'; create trigger a before insert on t for each row execute function g()`,
  },
  {
    name: 'views with every sort of query',
    from: `create table t (id integer primary key, n integer, d date); create view v as select id from t`,
    to: `create table t (id integer primary key, n integer, d date); create view v as with recursive up (id) as (select 1 union all select id + 1 from up where id < 3) select id from up;
      create view w as select t.*, row_number() over (partition by n order by d desc) as place, (select max(id) from v) as most from t where exists (select from v where v.id = t.id) order by 1 limit 5;
      create view x (a, b) as select id, null::text from w union all select n, 'x' from t; create recursive view y (n) as select 1 union all select n + 1 from y where n < 3;
      create materialized view z as select a from x with no data; create view json as select j.* from t, jsonb_to_recordset('[]') as j(a integer, b text)`,
  },
  {
    name: 'views that exchange which stands on which',
    both: `create table t (id integer primary key, n integer);`,
    from: `create view a as select id, n from t; create view b as select id, n from a`,
    to: `create view b as select id, n from t; create view a as select id, n from b`,
  },
  {
    name: 'policies that ask other tables and functions',
    from: `create table t (id integer primary key, owner integer); create table m (who integer, t integer); alter table t enable row level security;
      create function mine(integer) returns boolean language sql stable begin atomic select exists (select from m where m.t = $1); end; create policy p on t using (mine(id))`,
    to: `create table t (id integer primary key, owner bigint); create table m (who bigint, t integer); alter table t enable row level security; alter table m enable row level security;
      create policy p on t using (exists (select from m where m.t = t.id and m.who = t.owner)) with check (owner > 0); create policy q on m for insert with check (who in (select owner from t))`,
    rows: `insert into t values (1, 2); insert into m values (2, 1)`,
  },
  {
    name: 'rights on what is made again',
    from: `create table t (id integer primary key, n integer, gone text); create view v as select id, n, gone from t; create function f(a integer) returns integer language sql return a;
      grant select on v to pg_monitor; grant select (n) on v to public; revoke execute on function f(integer) from public; grant select (gone, n), update (n) on t to pg_monitor`,
    to: `create table t (id integer primary key, n bigint); create view v as select id, n from t; create function f(a integer) returns bigint language sql return a;
      grant select on v to pg_monitor; grant select (n) on v to public; revoke execute on function f(integer) from public; grant update (n) on t to pg_monitor; grant insert on v to pg_monitor`,
    rows: `insert into t values (1, 2, 'x')`,
  },
  {
    name: 'publications',
    isApart: true,
    since: 15,
    both: `create schema a; create table t (id integer primary key, n integer, open boolean not null default true); create table a.u (id integer primary key);`,
    from: `create publication one for table t; create publication gone for all tables`,
    to: `create publication one for table t (id, n) where (id > 1), a.u with (publish = 'insert, delete'); create publication two for tables in schema a`,
    rows: `insert into t values (1, 2)`,
  },
  {
    name: 'default privileges, and the rights of a schema',
    isApart: true,
    from: `create schema a`,
    to: `create schema a; grant usage on schema a to pg_monitor; alter default privileges in schema a grant select on tables to pg_monitor; alter default privileges revoke execute on functions from public`,
  },
]
