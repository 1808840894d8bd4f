import { type Change, different, extra, fault, harmless, missing, warned } from './change.ts'

/** Objects made by hand next to what is promised, and more of what can be done to it. */
export const EXTRA_CHANGES: readonly Change[] = [
  warned('policy public.users.by_hand', 'create policy by_hand on users using (true)'),
  warned(
    'policy public.users.by_hand',
    'create policy by_hand on users as restrictive using (false)',
  ),
  warned(
    'constraint public.tenants.by_hand',
    'alter table tenants add constraint by_hand check (false) not valid',
  ),
  warned(
    'constraint public.serials.by_hand',
    'alter table serials add constraint by_hand unique (b)',
  ),
  warned(
    'constraint public.bookings.by_hand',
    'alter table bookings add constraint by_hand exclude using gist (during with &&)',
  ),
  warned(
    'constraint public.scratch.by_hand',
    'alter table scratch add constraint by_hand foreign key (k) references tenants (name)',
  ),
  warned(
    'constraint public.email.by_hand',
    `alter domain email add constraint by_hand check (value <> 'x')`,
  ),
  warned('column public.scratch.by_hand', 'alter table scratch add column by_hand text not null'),
  extra(
    'column public.scratch.by_hand',
    `alter table scratch add column by_hand text not null default ''`,
  ),
  extra(
    'column public.scratch.by_hand',
    'alter table scratch add column by_hand integer generated always as identity',
  ),
  warned('index public.by_hand', 'create unique index by_hand on serials (note)'),
  warned('index public.by_hand', 'create unique index by_hand on daily (n)'),
  warned(
    'trigger public.serials.by_hand',
    `create trigger by_hand before insert on serials for each row execute function touch()`,
  ),
  warned(
    'trigger public.serials.by_hand',
    `create trigger by_hand after delete on serials execute function touch()`,
  ),
  warned(
    'trigger public.counts.by_hand',
    'create trigger by_hand instead of delete on counts for each row execute function touch()',
  ),
  warned(
    'rule public.serials.by_hand',
    'create rule by_hand as on insert to serials do instead nothing',
  ),
  warned(
    'rule public.serials.by_hand',
    'create rule by_hand as on delete to serials do also notify x',
  ),
  warned(
    'function public.plain(bigint)',
    'create function plain(bigint) returns text language sql return 1',
  ),
  warned(
    'function public.doubled(bigint)',
    'create function doubled(bigint) returns bigint language sql return 1',
  ),
  warned(
    'procedure "Audit".clean(text)',
    `create procedure "Audit".clean(text) language sql as ''`,
  ),
  warned(
    'operator public.===(integer, integer)',
    'create operator === (leftarg = integer, rightarg = integer, function = int4eq)',
  ),
  warned('table public.by_hand', 'create table by_hand () inherits (parents)'),
  warned('cast (text as bytea)', 'create cast (text as bytea) without function as implicit'),
  extra(
    'trigger public.by_hand.by_hand',
    `create table by_hand (id integer);
    create trigger by_hand before insert on by_hand for each row execute function touch()`,
  ),
  extra('view public.by_hand', 'create view by_hand as select 1 as one'),
  extra('materialized view public.by_hand', 'create materialized view by_hand as select 1 as one'),
  extra('sequence public.by_hand', 'create sequence by_hand'),
  extra('domain public.by_hand', 'create domain by_hand as text'),
  extra('composite type public.by_hand', 'create type by_hand as (a integer)'),
  extra('range type public.by_hand', 'create type by_hand as range (subtype = integer)'),
  extra(
    'statistics public.by_hand',
    'create statistics by_hand (dependencies) on id, state from users',
  ),
  extra(
    'index public.by_hand_id',
    'create table by_hand (id integer); create unique index by_hand_id on by_hand (id)',
  ),

  missing(
    'constraint public.users.users_pkey',
    'alter table users drop constraint users_pkey cascade',
  ),
  missing(
    'constraint public.tenants.tenants_plan_check',
    'alter table tenants rename constraint tenants_plan_check to plan_check',
  ),
  missing(
    'constraint public.bookings.bookings_during_excl',
    'alter table bookings drop constraint bookings_during_excl',
  ),
  missing(
    'constraint public.tenants.tenants_size_check',
    'alter table tenants drop constraint tenants_size_check',
  ),
  missing('table public.users', 'alter table users rename to people'),
  missing('table public.users', 'alter table users set schema "Audit"'),
  missing('column public.users.state', 'alter table users rename column state to status'),
  missing('trigger public.users.users_late', 'alter trigger users_late on users rename to late'),
  missing('trigger public.serials.serials_statement', 'drop trigger serials_statement on serials'),
  missing('policy public.users.own_tenant', 'alter policy own_tenant on users rename to tenant'),
  missing(
    'rule "Audit"."Log Entries".log_no_delete',
    'alter rule log_no_delete on "Audit"."Log Entries" rename to no_delete',
  ),
  missing('view public.active_users', 'drop view active_users cascade'),
  missing('materialized view public.daily', 'alter materialized view daily rename to days'),
  missing('sequence public.tickets', 'alter sequence tickets rename to ticket_numbers'),
  missing('sequence public.tickets', 'alter sequence tickets set schema "Audit"'),
  missing('enum public.order_state', 'alter type order_state set schema "Audit"'),
  missing('domain public.email', 'alter domain email rename to mail_address'),
  missing('domain public.positive', 'drop domain positive cascade'),
  missing('composite type public.address', 'alter type address rename to place'),
  missing('range type public.float_span', 'drop type float_span cascade'),
  missing('range type public.float_span', 'alter type float_span rename to span'),
  missing('procedure "Audit".clean(integer)', 'alter procedure "Audit".clean rename to clear'),
  missing('function public.touch()', 'drop function touch() cascade'),
  missing(
    'aggregate public.sum_of_squares(double precision)',
    'alter aggregate sum_of_squares(float8) rename to squares',
  ),
  missing('statistics public.users_stats', 'alter statistics users_stats rename to stats'),
  missing('schema "Audit"', 'alter schema "Audit" rename to audit'),
  missing('index public.daily_key', 'drop index daily_key'),
  missing('foreign table public.far', 'alter foreign table far rename to near'),

  different('column public.tenants.id', 'alter table tenants alter id drop default'),
  different('column public.serials.a', 'alter table serials alter a drop default'),
  different('column public.users.id', 'alter table users alter id drop identity'),
  different('column public.users.id', 'alter table users alter id set maxvalue 100000'),
  different('column public.users.mail', 'alter table users alter mail drop not null'),
  different('column public.users.active', 'alter table users alter active drop default'),
  different('column public.tenants.plan', 'alter table tenants alter plan type varchar(20)'),
  different(
    'column public.tenants.settings',
    'alter table tenants alter settings set compression pglz',
  ),
  different('column public.tenants.size', 'alter table tenants alter size type real'),
  different(
    'aggregate public.sum_of_squares(double precision)',
    `create or replace aggregate sum_of_squares (float8) (
       sfunc = float8_accum, stype = float8[], finalfunc = float8_var_pop, initcond = '{0,0,1}')`,
  ),
  different(
    'procedure "Audit".clean(integer)',
    `create or replace procedure "Audit".clean(days integer default 31) language plpgsql as
       'begin end'`,
  ),
  different('function public.touch()', 'alter function touch() leakproof'),
  different('function public.touch()', 'alter function touch() parallel safe'),
  different('function public.pages()', 'alter function pages() rows 20'),
  different('domain public.email', 'alter domain email drop default'),
  different('domain public.email', 'alter domain email set not null'),
  different('composite type public.address', 'alter type address drop attribute home'),
  different('composite type public.address', 'alter type address rename attribute zip to code'),
  different('sequence public.tickets', 'alter sequence tickets as bigint'),
  different('sequence public.tickets', 'alter sequence tickets start with 21'),
  different('sequence public.tickets', 'alter sequence tickets minvalue 6'),
  different(
    'statistics public.users_stats',
    `drop statistics users_stats;
     create statistics users_stats (dependencies) on tenant_id, active from users`,
  ),
  different(
    'trigger public.users.users_touch',
    'alter table users enable always trigger users_touch',
  ),
  different('trigger public.users.users_late', 'alter table users disable trigger users_late'),
  different(
    'rule "Audit"."Log Entries".log_no_delete',
    'alter table "Audit"."Log Entries" enable always rule log_no_delete',
  ),
  different('policy public.users.no_ghosts', 'alter policy no_ghosts on users to rich_app'),
  different(
    'policy public.users.no_ghosts',
    `drop policy no_ghosts on users; create policy no_ghosts on users for update to current_user, public
       using (active) with check (active and state in ('new', 'paid'))`,
  ),
  different('table public.tenants', 'alter table tenants enable row level security'),
  different('table public.users', 'alter table users force row level security'),
  different('table public.serials', 'alter table serials set unlogged'),
  different('view public.active_users', 'alter view active_users set (security_invoker = true)'),
  different(
    'constraint public.tenants.tenants_name_key',
    `alter table tenants drop constraint tenants_name_key cascade,
       add constraint tenants_name_key unique nulls not distinct (name)`,
  ),
  different(
    'constraint public.users.users_tenant_id_fkey',
    'alter table users alter constraint users_tenant_id_fkey deferrable',
  ),
  different('index public.users_gin', 'alter index users_gin reset (fastupdate)'),
  different(
    'index public.users_expression',
    `drop index users_expression;
     create index users_expression on users (tenant_id, (lower(mail::text) || '!')) include (active)`,
  ),
  fault(
    'index public.users_gin',
    `update pg_index set indisvalid = false where indexrelid = 'users_gin'::regclass`,
  ),
  harmless('sequence public.tickets', `select setval('tickets', 42)`, 'data'),
]
