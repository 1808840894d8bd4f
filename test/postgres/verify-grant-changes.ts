import { type Change, different, extra, harmless, missing, shutting, warned } from './change.ts'

/** Single changes to who may do what, whose it is and how it is stored. */
export const GRANT_CHANGES: readonly Change[] = [
  missing('grant SELECT on table public.users to rich_app', 'revoke select on users from rich_app'),
  missing('grant INSERT on table public.users to rich_app', 'revoke all on users from rich_app'),
  missing(
    'grant UPDATE on column public.users.mail to rich_app',
    'revoke update (mail) on users from rich_app',
  ),
  missing(
    'grant SELECT on view public.active_users to rich_app',
    'revoke select on active_users from rich_app',
  ),
  missing(
    'grant SELECT on view public.active_users to rich_app with grant option',
    'revoke grant option for select on active_users from rich_app',
  ),
  missing(
    'grant USAGE on schema "Audit" to rich_app',
    'revoke usage on schema "Audit" from rich_app',
  ),
  missing(
    'grant USAGE on sequence public.tickets to rich_app',
    'revoke usage on sequence tickets from rich_app',
  ),
  missing(
    'grant EXECUTE on function public.plain(text) to rich_app',
    'revoke execute on function plain(text) from rich_app',
  ),
  missing(
    'grant USAGE on server elsewhere to rich_app',
    'revoke usage on foreign server elsewhere from rich_app',
  ),
  missing(
    'grant SELECT on new tables in schema "Audit" of the migrating role to rich_app',
    'alter default privileges in schema "Audit" revoke select on tables from rich_app',
  ),
  missing(
    'revoke EXECUTE on function public.plain(text) from public',
    'grant execute on function plain(text) to public',
  ),
  missing(
    'revoke USAGE on composite type public.address from public',
    'grant usage on type address to public',
  ),
  missing(
    'revoke DELETE on table public.tenants from its owner',
    'grant delete on tenants to current_user',
  ),
  shutting(
    'revoke EXECUTE on function public.doubled(integer) from public',
    'revoke execute on function doubled(integer) from public',
    'calls of every other role fail',
  ),
  shutting(
    'revoke SELECT on table public.serials from its owner',
    'revoke select on serials from current_user',
    'the queries of its owner fail',
  ),
  shutting(
    'revoke USAGE on enum public.order_state from public',
    'revoke usage on type order_state from public',
    'no other role can name the type',
  ),
  warned('revoke USAGE on schema public from public', 'revoke usage on schema public from public'),
  extra('grant DELETE on table public.users to rich_app', 'grant delete on users to rich_app'),
  extra('grant SELECT on table public.tenants to public', 'grant select on tenants to public'),
  extra('grant SELECT on table public.users to rich_owner', 'grant select on users to rich_owner'),
  extra('grant CREATE on schema public to rich_app', 'grant create on schema public to rich_app'),
  extra(
    'grant SELECT on new tables of the migrating role to rich_owner',
    'alter default privileges grant select on tables to rich_owner',
  ),
  extra(
    'revoke CONNECT on the database from public',
    `do $$ begin execute format('revoke connect on database %I from public', current_database()); end $$`,
  ),
  {
    ...extra(
      'revoke EXECUTE on function public.by_hand() from public',
      `alter default privileges revoke execute on functions from public;
       create function by_hand() returns integer language sql return 1`,
    ),
    why: 'default privileges of a hardened database, and a function that nothing promises',
  },
  different('owner of table public.scratch', 'alter table scratch owner to current_user'),
  different('owner of table public.tenants', 'alter table tenants owner to rich_owner'),
  different('owner of view public.counts', 'alter view counts owner to rich_owner'),
  different(
    'owner of materialized view public.daily',
    'alter materialized view daily owner to rich_owner',
  ),
  different('owner of function public.pages()', 'alter function pages() owner to rich_app'),
  different('owner of function public.touch()', 'alter function touch() owner to rich_owner'),
  different('owner of sequence public.tickets', 'alter sequence tickets owner to rich_owner'),
  different('owner of range type public.float_span', 'alter type float_span owner to rich_app'),
  different('owner of enum public.order_state', 'alter type order_state owner to rich_owner'),
  different('owner of domain public.email', 'alter domain email owner to rich_owner'),
  harmless(
    'schema "Audit"',
    'alter schema "Audit" owner to rich_owner',
    'who runs the server may have made the schema beforehand',
  ),
  harmless(
    'publication changes',
    'alter publication changes owner to rich_owner',
    'made by a superuser where the migrating role may not',
  ),

  different('table public.users', 'alter table users replica identity default'),
  different('table public.users', 'alter table users replica identity nothing'),
  different(
    'table public.tenants',
    'alter table tenants replica identity using index tenants_name_key',
  ),
  different('table public.bookings', 'alter table bookings replica identity full'),
  different(
    'option fillfactor of table public.parents',
    'alter table parents set (fillfactor = 90)',
  ),
  missing('option fillfactor of table public.parents', 'alter table parents reset (fillfactor)'),
  extra('option fillfactor of table public.users', 'alter table users set (fillfactor = 90)'),
  harmless(
    'table public.parents',
    'alter table parents set (autovacuum_enabled = true, autovacuum_vacuum_scale_factor = 0.01)',
    'vacuum is tuned on the live database',
  ),
  harmless(
    'table public.users',
    'alter table users set (toast.autovacuum_enabled = false, parallel_workers = 4)',
    'vacuum and the planner are tuned on the live database',
  ),
  different(
    'option statistics of column public.users.mail',
    'alter table users alter mail set statistics 100',
  ),
  missing(
    'option statistics of column public.users.mail',
    'alter table users alter mail set statistics -1',
  ),
  extra(
    'option statistics of column public.users.state',
    'alter table users alter state set statistics 100',
  ),
  missing(
    'option n_distinct of column public.users.active',
    'alter table users alter active reset (n_distinct)',
  ),
  different('table public.addresses', 'alter table addresses not of'),
  different('table public.serials', 'alter table serials set access method heaped'),
  different('table public.odd_heap', 'alter table odd_heap set access method heap'),
  different(
    'column public.far.id',
    `alter foreign table far alter id options (set column_name 'id')`,
  ),
  different('materialized view public.daily', 'refresh materialized view daily with no data'),
  harmless(
    'materialized view public.later_on',
    'refresh materialized view later_on',
    'an application refreshes what a revision left empty',
  ),
  different(
    'table public.tenants',
    `alter table tenants drop column level; alter table tenants add column level varchar(10)
       constraint tenants_level_check check (level in ('low', 'high'))`,
  ),
  harmless('table public.users', 'cluster users using users_pkey', 'the order of rows on disk'),
  harmless('table public.users', `comment on table users is 'other'`, 'comments change nothing'),
  harmless('table public.users', 'analyze users', 'statistics'),
]
