import type { Pair } from '../pair.ts'

/** Types within types. */
export const TYPE_DETAILS: readonly Pair[] = [
  {
    name: 'domains over domains',
    from: `create domain a as integer check (value > 0); create domain b as a; create table t (id integer primary key, n b)`,
    to: `create domain a as integer check (value > 0) check (value < 100); create domain b as a not null default 5 constraint odd check (value % 2 = 1);
      create domain c as b[]; create table t (id integer primary key, n b, m c)`,
  },
  {
    name: 'a domain over another type',
    from: `create domain d as integer check (value > 0); create table t (id integer primary key, n d default 2); create view v as select n from t`,
    to: `create domain d as bigint check (value > 0); create table t (id integer primary key, n d default 2); create view v as select n from t`,
    rows: `insert into t values (1, 5)`,
  },
  {
    name: 'composite types in arrays and in each other',
    from: `create type a as (x integer); create table t (id integer primary key, l a[])`,
    to: `create type a as (x integer, y text); create type b as (one a, more a[]); create table t (id integer primary key, l a[], m b)`,
  },
  {
    name: 'a composite type that loses an attribute, and one whose attribute changes its type',
    from: `create type a as (x integer, y text); create type b as (x integer); create function f(b) returns integer language sql return $1.x`,
    to: `create type a as (y text); create type b as (x bigint); create function f(b) returns bigint language sql return $1.x`,
  },
  {
    name: 'an enum in a composite type, a domain, an array and a function',
    from: `create type e as enum ('a', 'b', 'c'); create type row_of as (e e, n integer); create domain few as e check (value <> 'b');
      create table t (id integer primary key, e few, r row_of, l e[]); create function f(e) returns e[] language sql immutable return array[$1]`,
    to: `create type e as enum ('c', 'b', 'a', 'd'); create type row_of as (e e, n integer); create domain few as e check (value <> 'b');
      create table t (id integer primary key, e few, r row_of, l e[]); create function f(e) returns e[] language sql immutable return array[$1]`,
  },
  {
    name: 'ranges of own types and an operator class',
    from: `create table t (id integer primary key)`,
    to: `create type e as enum ('a', 'b'); create type e_span as range (subtype = e); create domain d as e_span;
      create type text_span as range (subtype = text, subtype_opclass = text_pattern_ops, multirange_type_name = text_spans);
      create table t (id integer primary key, d d, s text_spans)`,
    rows: `insert into t values (1)`,
  },
  {
    name: 'a range type that changes',
    from: `create type span as range (subtype = integer); create table t (id integer primary key); create function f(span) returns integer language sql return lower($1)`,
    to: `create type span as range (subtype = bigint); create table t (id integer primary key); create function f(span) returns bigint language sql return lower($1)`,
  },
  {
    name: 'a collation that changes under a column and an index',
    from: `create collation c (provider = libc, locale = 'C'); create table t (id integer primary key, n text collate c); create index i on t (n collate c)`,
    to: `create collation c (provider = libc, locale = 'POSIX'); create table t (id integer primary key, n text collate c); create index i on t (n collate c)`,
    rows: `insert into t values (1, 'x')`,
  },
  {
    name: 'operators, casts and text search',
    isApart: true,
    from: `create table t (id integer primary key)`,
    to: `create function same(text, text) returns boolean language sql immutable return $1 = $2; create operator === (leftarg = text, rightarg = text, function = same, commutator = ===);
      create type e as enum ('a'); create function to_e(integer) returns e language sql immutable return 'a'::e; create cast (integer as e) with function to_e(integer) as assignment;
      create text search dictionary short (template = simple, accept = false); create text search configuration names (copy = simple);
      alter text search configuration names alter mapping for asciiword with short, simple; create view v as select 'x' === 'y' as x, 1::e as e`,
    rows: `insert into t values (1)`,
  },
]
