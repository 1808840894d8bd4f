/** What the rich schema has beyond tables and code: one of every kind that is made seldom. */
export const RICH_KINDS = /* SQL */ `
create function same_text(text, text) returns boolean language sql immutable as 'select $1 = $2';
create operator === (leftarg = text, rightarg = text, function = same_text,
  commutator = operator(public.===), restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator family odd_ops using btree;
create operator class reverse_ops for type integer using btree family odd_ops as
  operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <,
  function 1 btint4cmp(integer, integer);
create collation plain_c (provider = libc, locale = 'C');
create conversion latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;

create text search dictionary short (template = simple, accept = false);
create text search configuration names (copy = simple);
alter text search configuration names alter mapping for asciiword with short, simple;
create text search template lexical (init = dsimple_init, lexize = dsimple_lexize);
create text search parser words (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end,
  lextypes = prsd_lextype, headline = prsd_headline);

create type tag;
create function tag_in(cstring) returns tag language internal immutable strict as 'textin';
create function tag_out(tag) returns cstring language internal immutable strict as 'textout';
create type tag (input = tag_in, output = tag_out, like = text);
create function state_of(integer) returns order_state language sql immutable
  as $$ select 'new'::public.order_state $$;
create cast (integer as order_state) with function state_of(integer) as assignment;
create function odd_call() returns language_handler language c
  as '$libdir/plpgsql', 'plpgsql_call_handler';
create function odd_inline(internal) returns void language c
  as '$libdir/plpgsql', 'plpgsql_inline_handler';
create language odd handler odd_call inline odd_inline;
create access method heaped type table handler heap_tableam_handler;

create publication changes for table users (id, mail, active) where (active), tenants
  with (publish = 'insert, update');
create publication everything for all tables;
create publication audit for tables in schema "Audit";
create function on_ddl() returns event_trigger language plpgsql as 'begin end';
create event trigger watch_ddl on ddl_command_end when tag in ('CREATE CAST', 'DROP CAST')
  execute function on_ddl();

create foreign data wrapper nowhere options (debug 'true');
create server elsewhere type 'lake' version '1' foreign data wrapper nowhere
  options (host 'lake', password 'CANARY');
create user mapping for public server elsewhere options (user 'u', password 'CANARY');
create foreign table far (id integer, note text) server elsewhere
  options (table_name 'far', secret 'CANARY');
`
