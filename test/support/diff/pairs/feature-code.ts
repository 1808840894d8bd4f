import type { Pair } from '../pair.ts'

const T = `create table t (id integer primary key, n integer, b text);`
const TOUCH = `create function touch() returns trigger language plpgsql as $$ begin return new; end $$;`

/** Functions, triggers, views and rules. */
export const CODE_FEATURES: readonly Pair[] = [
  {
    name: 'a trigger with its function',
    both: T,
    from: '',
    to: `${TOUCH} create trigger t_touch before insert or update of n on t for each row
      when (new.n > 0) execute function touch()`,
  },
  {
    name: 'a trigger that is disabled',
    both: `${T} ${TOUCH}`,
    from: `create trigger off after insert on t for each row execute function touch();
      create trigger always after insert on t for each row execute function touch()`,
    to: `create trigger off after insert on t for each row execute function touch();
      create trigger always after insert on t for each row execute function touch();
      create trigger made before delete on t for each row execute function touch();
      alter table t disable trigger off, enable always trigger always, enable replica trigger made`,
  },
  {
    name: 'a procedure',
    both: T,
    from: `create procedure clean(days integer) language sql begin atomic delete from t where n < days; end`,
    to: `create procedure clean(days integer default 30) language plpgsql as $$ begin delete from t; commit; end $$;
      create procedure other(inout n integer) language sql as 'select 1'`,
  },
  {
    name: 'an aggregate',
    both: `create function plus(integer, integer) returns integer language sql immutable return $1 + $2;`,
    from: `create aggregate total(integer) (sfunc = plus, stype = integer, initcond = '0')`,
    to: `create aggregate total(integer) (sfunc = plus, stype = integer, initcond = '7', parallel = safe, combinefunc = plus);
      create aggregate other(float8) (sfunc = float8_accum, stype = float8[], finalfunc = float8_avg, initcond = '{0,0,0}')`,
  },
  {
    name: 'a function that returns another type',
    from: `create function f(a integer) returns integer language sql immutable as 'select a';
      create view v as select f(1) as x`,
    to: `create function f(a integer) returns bigint language sql immutable as 'select a::bigint';
      create view v as select f(1) as x`,
  },
  {
    name: 'a function in a default',
    from: `create table t (id integer primary key, code text)`,
    to: `create function draw(n integer) returns text language sql as $$ select repeat('x', n) $$;
      create table t (id integer primary key, code text not null default draw(8))`,
    rows: `insert into t values (1, 'x')`,
  },
  {
    name: 'a function in an index',
    both: T,
    from: `create function norm(a text) returns text language sql immutable return lower(a);
      create index i on t (norm(b))`,
    to: `create function norm(a text) returns text language sql immutable return upper(a);
      create function other(a text) returns text language sql immutable strict return trim(a);
      create index i on t (norm(b)); create index j on t (other(b)) where other(b) <> ''`,
    rows: `insert into t values (1, 2, 'x')`,
  },
  {
    name: 'a function in a check',
    both: T,
    from: `create function good(a integer) returns boolean language sql immutable return a > 0;
      alter table t add constraint c check (good(n))`,
    to: `create function good(a integer, most integer) returns boolean language sql immutable return a < most;
      alter table t add constraint c check (good(n, 10))`,
    rows: `insert into t values (1, 2, 'x')`,
  },
  {
    name: 'a view with another body, and one with another column',
    both: T,
    from: `create view same as select id, n from t; create view more as select id from t; create view less as select id, n from t`,
    to: `create view same as select id, n from t where n > 1; create view more as select id, b from t; create view less as select n from t`,
  },
  {
    name: 'a view on a view',
    both: T,
    from: `create view one as select id, n from t; create view two as select n from one; create view three as select one.id, two.n from two, one`,
    to: `create view one as select id, n::text as n from t; create view two as select n from one; create view three as select one.id, two.n from two, one`,
  },
  {
    name: 'a view with its options',
    both: T,
    since: 15,
    from: `create view v as select id from t; create view w with (security_barrier) as select id from t`,
    to: `create view v with (security_invoker = true) as select id from t;
      create view w as select id from t where n > 0 with local check option`,
  },
  {
    name: 'a materialized view with a unique index',
    both: T,
    from: `create materialized view m as select n, count(*) as c from t group by n`,
    to: `create materialized view m as select n, count(*) as c, min(b) as least from t group by n;
      create unique index m_key on m (n); create index m_least on m (least) where c > 1`,
  },
  {
    name: 'a rule',
    both: T,
    from: `create rule changed as on delete to t do instead nothing`,
    to: `create rule changed as on delete to t where old.n > 1 do instead nothing;
      create rule made as on insert to t do also notify t; alter table t disable rule made`,
  },
]
