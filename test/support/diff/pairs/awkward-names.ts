import type { Pair } from '../pair.ts'

/** Names and places that are easily got wrong. */
export const AWKWARD_NAMES: readonly Pair[] = [
  {
    name: 'names in quotes, with dots, quotes, spaces and capitals',
    from: `create type "My.Enum" as enum ('a''b'); create table "T.""x" ("a b" integer primary key, "Sel""ect" "My.Enum", "c.d" text)`,
    to: `create type "My.Enum" as enum ('a''b', 'C "d"');
      create table "T.""x" ("a b" bigint primary key, "Sel""ect" "My.Enum" default 'a''b', "é%" text, "c.d" varchar(9),
        constraint "odd name" check ("c.d" <> 'x'), constraint "F.K" foreign key ("a b") references "T.""x");
      create index "I.x" on "T.""x" ("Sel""ect", lower("c.d")); create view "V w" as select "a b", "c.d" from "T.""x";
      create function "F.n"("a b" integer) returns integer language sql as 'select 1';
      create sequence "S.q" owned by "T.""x"."é%"`,
    rows: `insert into "T.""x" values (1, 'a''b', 'y')`,
  },
  {
    name: 'reserved words as names',
    from: `create table "user" ("order" integer primary key, "select" text)`,
    to: `create table "user" ("order" bigint primary key, "select" text not null default 'x', "table" integer references "user");
      create table "group" ("user" integer); create view "all" as select "order" from "user"; create index "index" on "user" ("select")`,
    rows: `insert into "user" values (1, 'x')`,
  },
  {
    name: 'objects of one schema that use those of others',
    isApart: true,
    both: 'create schema a; create schema "B c";',
    from: `create table a.t (id integer primary key)`,
    to: `create type "B c".kind as enum ('x'); create domain a.short as varchar(9);
      create function "B c".draw() returns "B c".kind language sql return 'x'::"B c".kind;
      create table a.t (id integer primary key, k "B c".kind default "B c".draw(), s a.short);
      create table "B c".t (id integer references a.t, k "B c".kind[]); create view public.v as select k from a.t;
      create function public.f("B c".t) returns a.short language sql stable return 'x'`,
    rows: `insert into a.t values (1)`,
  },
  {
    name: 'a table that moves to another schema, nothing answered',
    isApart: true,
    both: 'create schema a;',
    from: `create table public.t (id serial primary key, n text); create index i on public.t (n)`,
    to: `create table a.t (id serial primary key, n text); create index i on a.t (n)`,
  },
  {
    name: 'one name for a table, a column, a constraint, a trigger and a function',
    both: `create function x() returns trigger language plpgsql as 'begin return new; end';`,
    from: `create table x (x integer)`,
    to: `create table x (x integer, constraint x check (x > 0)); create trigger x before insert on x for each row execute function x();
      create policy x on x using (x > 1); create table y (x integer, constraint x check (x > 0)); create rule x as on delete to y do instead nothing;
      create function x(x integer) returns integer language sql immutable return x; create index y_x on x (x(x))`,
    rows: `insert into x values (1)`,
  },
  {
    name: 'overloaded functions',
    from: `create function f(integer) returns integer language sql return 1; create function f(text) returns integer language sql return 2;
      create view v as select f(1) as x`,
    to: `create function f(text, integer default 3) returns integer language sql return 2; create function f(bigint) returns integer language sql return 3;
      create function f(numeric[], out a integer, out b text) language sql as $$ select 1, 'x' $$; create view v as select f(1) as x`,
  },
  {
    name: 'names that exchange their places',
    from: `create table a (id integer primary key, one text); create table b (id integer primary key, two integer);
      create index i on a (one); create index j on b (two)`,
    to: `create table a (id integer primary key, two integer); create table b (id integer primary key, one text);
      create index j on a (two); create index i on b (one)`,
  },
  {
    name: 'a view where a table was, and a table where a view was',
    both: `create table base (id integer);`,
    from: `create table a (id integer); create view b as select id from base; create materialized view c as select id from base`,
    to: `create view a as select id from base; create table b (id integer); create view c as select id from base`,
  },
  {
    name: 'names of 63 bytes that differ at their ends',
    from: `create table t (id integer); create index ${'i'.repeat(62)}a on t (id)`,
    to: `create table t (id integer, ${'c'.repeat(63)} text); create index ${'i'.repeat(62)}a on t (id desc); create index ${'i'.repeat(62)}b on t (id)`,
  },
]
