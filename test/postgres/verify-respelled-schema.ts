/**
 * Every text that a server prints out of an expression or a query, made of what it prints otherwise
 * after one more parse; with names that want quotes.
 */
export const RESPELLED_SCHEMA = /* SQL */ `
create table public.plain (id integer);
create schema "A.b";
set search_path = "A.b";
create domain word as varchar(9) default case when 'a'::varchar in ('a', 'b') then 'x' end
  constraint "is known" check (value in ('a', 'b'));
create table "t(1)" (
  id integer, v varchar(5), n integer, at date,
  yes boolean default ('a'::varchar in ('a', 'b')),
  made boolean generated always as (v in ('a', 'b')) stored,
  during int4range,
  primary key (id, v, n),
  constraint "some values" check (v in ('a', 'b')),
  constraint ranges exclude using gist (during with &&) where (v in ('a', 'b'))
);
create index "by.id" on "t(1)" (id, (v in ('c', 'd'))) where v in ('a', 'b');
create statistics "s.t" on (v in ('a', 'b')), id from "t(1)";
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger "on.change" before update on "t(1)" for each row
  when (new.v in ('a', 'b') and old.v <> 'a') execute function touch();
alter table "t(1)" enable row level security;
create policy "p.1" on "t(1)" using (v in ('a', 'b')
  or exists (select from "t(1)" o where o.id = "t(1)".n)) with check (v in ('c', 'd'));
create view "v.1" with (security_barrier) as select id, v from "t(1)" where v in ('a', 'b');
create view on_view as select o.v in ('a', 'b') as known from "v.1" o join "t(1)" using (id);
create materialized view seen as select count(*) filter (where v in ('a', 'b')) as n from "t(1)";
create rule "r.1" as on insert to "v.1" where new.v in ('a', 'b') do instead
  insert into "t(1)" (id, v, n) values (new.id, new.v, 1);
create rule "r.2" as on insert to "v.1" do instead nothing;
create function "f(x.y"(v varchar default 'a', known boolean default 'a'::varchar in ('a', 'b'))
  returns integer language sql begin atomic
    select t.id from "t(1)" t where t.v in ('a', 'b') and "f(x.y".v = t.v; end;
create procedure pr(inout known boolean default 'a'::varchar in ('a', 'b')) language sql
  begin atomic select v in ('a', 'b') from "t(1)"; end;
create table parts (at date, v varchar(5), constraint of_all check (v in ('a', 'b')))
  partition by range (at, (v in ('a', 'b')));
create table "p.2020" partition of parts for values from ('2020-01-01', false) to ('2021-01-01', true);
create trigger parts_touch before insert on parts for each row when (new.v in ('a', 'b'))
  execute function touch();
alter table "p.2020" disable trigger parts_touch;
create publication "p.q" for table "t(1)" where (n between 1 and 2 and v = 'a');
reset search_path;
`

/** Key and field of what has a second spelling there. */
export const RESPELLED_FIELDS: readonly string[] = [
  'column "A.b"."t(1)".made generated',
  'column "A.b"."t(1)".yes default',
  'constraint "A.b"."t(1)"."some values" definition',
  'constraint "A.b"."t(1)".ranges definition',
  'constraint "A.b".parts.of_all definition',
  'constraint "A.b".word."is known" definition',
  'domain "A.b".word default',
  'function "A.b"."f(x.y"(character varying, boolean) arguments',
  'function "A.b"."f(x.y"(character varying, boolean) sqlBody',
  'index "A.b"."by.id" definition',
  'materialized view "A.b".seen definition',
  'policy "A.b"."t(1)"."p.1" check',
  'policy "A.b"."t(1)"."p.1" using',
  'procedure "A.b".pr(boolean) arguments',
  'procedure "A.b".pr(boolean) sqlBody',
  'published table "A.b"."t(1)" of "p.q" where',
  'rule "A.b"."v.1"."r.1" definition',
  'statistics "A.b"."s.t" definition',
  'table "A.b".parts partitionKey',
  'trigger "A.b"."t(1)"."on.change" definition',
  'trigger "A.b".parts.parts_touch definition',
  'view "A.b"."v.1" definition',
  'view "A.b".on_view definition',
]
