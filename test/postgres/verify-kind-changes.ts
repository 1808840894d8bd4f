import { type Change, different, extra, missing } from './change.ts'

/** Single changes to what the rich schema has beyond tables and code. */
export const KIND_CHANGES: readonly Change[] = [
  missing('publication changes', 'drop publication changes'),
  missing('publication changes', 'alter publication changes rename to change'),
  missing('published table public.users of changes', 'alter publication changes drop table users'),
  missing(
    'published schema "Audit" of audit',
    'alter publication audit drop tables in schema "Audit"',
  ),
  different('publication changes', `alter publication changes set (publish = 'insert')`),
  different(
    'publication everything',
    'alter publication everything set (publish_via_partition_root = true)',
  ),
  different(
    'publication everything',
    'drop publication everything; create publication everything for table tenants',
  ),
  different(
    'published table public.users of changes',
    'alter publication changes set table users (id, mail, active) where (not active), tenants',
  ),
  different(
    'published table public.users of changes',
    'alter publication changes set table users (id, active) where (active), tenants',
  ),
  different(
    'published table public.users of changes',
    'alter publication changes set table users, tenants',
  ),
  extra('published table public.serials of changes', 'alter publication changes add table serials'),
  extra('published schema public of audit', 'alter publication audit add tables in schema public'),
  extra('publication by_hand', 'create publication by_hand'),

  missing('event trigger watch_ddl', 'drop event trigger watch_ddl'),
  missing('event trigger watch_ddl', 'alter event trigger watch_ddl rename to watch'),
  different('event trigger watch_ddl', 'alter event trigger watch_ddl disable'),
  different('event trigger watch_ddl', 'alter event trigger watch_ddl enable replica'),
  different('event trigger watch_ddl', 'alter event trigger watch_ddl enable always'),
  different(
    'event trigger watch_ddl',
    `drop event trigger watch_ddl; create event trigger watch_ddl on ddl_command_end
       when tag in ('CREATE CAST') execute function on_ddl()`,
  ),
  different(
    'event trigger watch_ddl',
    `drop event trigger watch_ddl; create event trigger watch_ddl on ddl_command_start
       when tag in ('CREATE CAST', 'DROP CAST') execute function on_ddl()`,
  ),
  extra(
    'event trigger by_hand',
    'create event trigger by_hand on sql_drop execute function on_ddl()',
  ),

  missing('text search configuration public.names', 'drop text search configuration names'),
  missing(
    'text search configuration public.names',
    'alter text search configuration names rename to name',
  ),
  different(
    'text search configuration public.names',
    'alter text search configuration names drop mapping for asciiword',
  ),
  different(
    'text search configuration public.names',
    'alter text search configuration names alter mapping replace short with simple',
  ),
  different(
    'text search configuration public.names',
    'alter text search configuration names alter mapping for asciiword with simple, short',
  ),
  different(
    'text search configuration public.names',
    `drop text search configuration names; create text search configuration names (parser = words)`,
  ),
  missing(
    'text search dictionary public.short',
    'alter text search dictionary short set schema "Audit"',
  ),
  different(
    'text search dictionary public.short',
    'alter text search dictionary short (accept = true)',
  ),
  missing('text search template public.lexical', 'drop text search template lexical'),
  missing(
    'text search template public.lexical',
    'alter text search template lexical rename to lexicals',
  ),
  missing('text search parser public.words', 'drop text search parser words'),
  missing('text search parser public.words', 'alter text search parser words rename to word'),

  missing('operator public.===(text, text)', 'drop operator === (text, text)'),
  different(
    'operator public.===(text, text)',
    'alter operator === (text, text) set (restrict = none)',
  ),
  different('operator public.===(text, text)', 'alter operator === (text, text) set (join = none)'),
  missing(
    'operator class public.reverse_ops using btree',
    'drop operator class reverse_ops using btree',
  ),
  missing(
    'operator class public.reverse_ops using btree',
    'alter operator class reverse_ops using btree rename to reversed_ops',
  ),
  missing(
    'operator family public.odd_ops using btree',
    'alter operator family odd_ops using btree rename to odder_ops',
  ),
  different(
    'operator family public.odd_ops using btree',
    `alter operator family odd_ops using btree add operator 1 < (bigint, bigint),
       function 1 (bigint, bigint) btint8cmp(bigint, bigint)`,
  ),
  extra('operator family public.by_hand using btree', 'create operator family by_hand using btree'),

  missing('collation public.plain_c', 'drop collation plain_c'),
  missing('collation public.plain_c', 'alter collation plain_c rename to plain'),
  different(
    'collation public.plain_c',
    `drop collation plain_c; create collation plain_c (provider = libc, locale = 'POSIX')`,
  ),
  missing('conversion public.latin', 'drop conversion latin'),
  different(
    'conversion public.latin',
    `drop conversion latin;
     create default conversion latin for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8`,
  ),

  missing('base type public.tag', 'drop type tag cascade'),
  different('base type public.tag', 'alter type tag set (storage = external)'),
  missing('cast (integer as public.order_state)', 'drop cast (integer as order_state)'),
  different(
    'cast (integer as public.order_state)',
    `drop cast (integer as order_state);
     create cast (integer as order_state) with function state_of(integer)`,
  ),
  extra('cast (text as bytea)', 'create cast (text as bytea) without function'),
  missing('language odd', 'drop language odd'),
  missing('language odd', 'alter language odd rename to odder'),
  different('language odd', 'drop language odd; create language odd handler odd_call'),
  missing('access method heaped', 'drop access method heaped cascade'),

  missing('foreign data wrapper nowhere', 'drop foreign data wrapper nowhere cascade'),
  different(
    'foreign data wrapper nowhere',
    `alter foreign data wrapper nowhere options (set debug 'false')`,
  ),
  missing('server elsewhere', 'drop server elsewhere cascade'),
  missing('server elsewhere', 'alter server elsewhere rename to nearby'),
  different('server elsewhere', `alter server elsewhere options (set host 'sea')`),
  different('server elsewhere', 'alter server elsewhere options (drop password)'),
  different('server elsewhere', `alter server elsewhere version '2'`),
  missing('foreign table public.far', 'drop foreign table far'),
  different('foreign table public.far', `alter foreign table far options (set table_name 'near')`),
]
