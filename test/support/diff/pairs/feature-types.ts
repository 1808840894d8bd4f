import type { Pair } from '../pair.ts'

/** Types, extensions and comments. */
export const TYPE_FEATURES: readonly Pair[] = [
  {
    name: 'a new enum, and a column of it',
    both: `create table users (id integer primary key)`,
    from: '',
    to: `create type mood as enum ('sad', 'it''s ok', 'happy');
      create table t (id integer primary key, m mood not null default 'sad')`,
  },
  {
    name: 'an enum that loses a value',
    from: `create type mood as enum ('sad', 'ok', 'happy');
      create table t (id integer primary key, m mood not null default 'ok', all_of mood[] default '{sad}')`,
    to: `create type mood as enum ('sad', 'happy');
      create table t (id integer primary key, m mood not null default 'happy', all_of mood[] default '{sad}')`,
    rows: `insert into t values (1, 'sad', '{happy}')`,
  },
  {
    name: 'an enum that gets a value in the middle, used as a default',
    from: `create type mood as enum ('sad', 'happy');
      create table t (id integer primary key, m mood not null default 'sad')`,
    to: `create type mood as enum ('sad', 'ok', 'happy');
      create table t (id integer primary key, m mood not null default 'ok')`,
    rows: `insert into t values (1, 'happy')`,
  },
  {
    name: 'a domain with checks',
    from: `create table t (id integer primary key, mail text)`,
    to: `create domain email as text default 'a@b' constraint form check (value ~ '@') check (length(value) < 90);
      create table t (id integer primary key, mail email)`,
    rows: `insert into t values (1, 'x@y')`,
  },
  {
    name: 'a domain that is not null',
    from: `create domain positive as integer check (value > 0); create table t (n positive)`,
    to: `create domain positive as integer not null default 1 check (value > 0); create table t (n positive)`,
    rows: `insert into t values (3)`,
  },
  {
    name: 'a composite type',
    from: `create type address as (street text, zip varchar(5)); create table t (id integer primary key, home address)`,
    to: `create type address as (street text, zip varchar(10), town text); create table t (id integer primary key, home address)`,
  },
  {
    name: 'a range type',
    from: `create table t (id integer primary key)`,
    to: `create type span as range (subtype = float8, subtype_diff = float8mi);
      create table t (id integer primary key, during span)`,
    rows: `insert into t values (1)`,
  },
  {
    name: 'an extension, and a use of it',
    isApart: true,
    from: `create table t (id integer primary key)`,
    to: `create extension citext; create table t (id integer primary key, mail citext unique)`,
    rows: `insert into t values (1)`,
  },
  {
    name: 'an extension goes',
    isApart: true,
    both: `create table t (id integer primary key)`,
    from: `create extension pgcrypto; create extension hstore; create table bag (h hstore)`,
    to: '',
    rows: `insert into t values (1)`,
  },
  {
    name: 'comments',
    isUnread: true,
    both: `create table t (id integer primary key)`,
    from: '',
    to: `comment on table t is 'a table'; comment on column t.id is 'its key'`,
  },
]
