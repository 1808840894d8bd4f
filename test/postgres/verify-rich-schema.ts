import { RICH_GRANTS } from './verify-rich-grants.ts'
import { RICH_KINDS } from './verify-rich-kinds.ts'

/** One schema with something of everything that PostgreSQL 15 to 18 can all hold. */
export const RICH_SCHEMA = /* SQL */ `
create schema "Audit";

create type order_state as enum ('new', 'paid', 'sent', 'in "quotes"', 'it''s');
create domain email as text default 'nobody@example.org'
  constraint email_form check (value ~* '^[^@\\s]+@[^@\\s]+$') check (length(value) < 255);
create domain positive as integer not null check (value > 0);
create type address as (street text, zip varchar(10), home point);
create type float_span as range (subtype = float8, subtype_diff = float8mi);

create table tenants (
  id uuid primary key default gen_random_uuid(),
  name varchar(80) not null unique,
  tags text[] not null default '{}',
  settings jsonb not null default '{"a": [1, 2.50], "b": "\\\\ü"}'::jsonb,
  opened timestamptz not null default '2024-03-01 12:00:00+02'::timestamptz,
  period interval not null default '1 year 2 mons 3 days 04:05:06'::interval,
  token bytea default '\\x00ff'::bytea,
  ratio float8 default 0.1,
  plan text not null default 'free' check (plan in ('free', 'team', 'big')),
  level varchar(10) check (level in ('low', 'high')),
  size numeric(12, 3) check (size between 0 and 1000.5 and size <> 13),
  constraint tenants_name_trim check (name = btrim(name) and char_length(name) >= 2)
);

create table users (
  id bigint generated always as identity (start with 100 increment by 5) primary key,
  tenant_id uuid not null references tenants (id) on delete cascade,
  mail email not null,
  "Full Name" text collate "C",
  "odd.name" integer default (1 + 2) * 3,
  points positive,
  home address,
  state order_state not null default 'new',
  lower_mail text generated always as (lower(mail::text)) stored,
  active boolean not null default true,
  boss_id bigint references users (id) deferrable initially deferred,
  created_at timestamptz not null default now(),
  updated_on date default current_date,
  unique (tenant_id, mail),
  check (case when state = 'sent' then active else true end)
);
create table serials (a serial primary key, b bigserial, c smallserial, note text);
create sequence tickets as integer increment by 7 minvalue 7 maxvalue 70000 start with 14 cycle;
create sequence owned_by_column owned by serials.note;

create index users_partial on users (created_at desc nulls last) where active and state <> 'sent';
create unique index users_expression on users (tenant_id, (lower(mail::text) || '!')) include (active);
create index users_gin on tenants using gin (tags, settings jsonb_path_ops) with (fastupdate = off);
create index users_any on users (state) where state = any (array['new', 'paid']::order_state[]);
create index users_like on users ("Full Name" text_pattern_ops, "odd.name");
create index users_coalesce on users (coalesce(updated_on, date '2000-01-01'));
create statistics users_stats (dependencies, ndistinct) on tenant_id, active from users;

create table bookings (
  room integer not null,
  during tstzrange not null,
  span float_span,
  exclude using gist (during with &&) where (room > 0),
  constraint bookings_later check (upper(during) > lower(during)) no inherit
);

create table events (
  id bigint not null,
  at timestamptz not null default now(),
  tenant_id uuid references tenants (id) on delete set null,
  kind text not null check (kind <> ''),
  primary key (id, at)
) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to (maxvalue);
create table events_rest partition of events default;
create index events_kind on events (kind, at);
create table shards (k integer, v text) partition by hash (k, (length(v)));
create table shards_0 partition of shards for values with (modulus 2, remainder 0);
create table shards_1 partition of shards for values with (modulus 2, remainder 1);
create table regions (code text) partition by list (lower(code));
create table regions_eu partition of regions for values in ('de', 'fr', null);

create table parents (id integer primary key, what text check (what <> 'x'));
create table children (extra text) inherits (parents);
create unlogged table scratch (k text primary key, v jsonb);

create function plain(a integer, b text default 'x''y', variadic c integer[] default '{}')
  returns text language sql immutable parallel safe as $$ select a::text || b $$;
create function plain(a text) returns text language sql as $$ select upper(a) $$;
create function atomic_one(wanted bigint, ago interval default interval '1 day') returns bigint
  language sql stable
  begin atomic
    select count(*) from users where users.id = wanted and created_at > now() - ago;
  end;
create function atomic_return(a integer) returns integer language sql return a * 2 + 1;
create function touch() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  new.updated_on := current_date; -- a comment that stays
  return new;
end $$;
create function pages(out id bigint, out title text) returns setof record language plpgsql
  cost 500 rows 10 as $$ begin return query select 1::bigint, 'a'::text; end $$;
create procedure "Audit".clean(days integer default 30) language plpgsql as $$
begin delete from events where at < now() - make_interval(days => days); end $$;
create aggregate sum_of_squares (float8) (
  sfunc = float8_accum, stype = float8[], finalfunc = float8_var_pop, initcond = '{0,0,0}'
);

create trigger users_touch before update of mail, state on users
  for each row when (old.mail is distinct from new.mail or old.state <> new.state)
  execute function touch();
create trigger events_touch after insert on events for each row execute function touch();
create constraint trigger users_late after insert or update on users
  deferrable initially deferred for each row execute function touch();
create trigger serials_statement after delete on serials
  referencing old table as gone for each statement execute function touch();
alter table serials enable always trigger serials_statement;

create view active_users as
  select id, mail, tenant_id, state::text as state_text from users where active;
create view user_names as
  select u.id, t.name || ': ' || coalesce(u."Full Name", '?') as title,
         case u.state when 'new' then 1 when 'paid' then 2 else 0 end as rank,
         (select count(*) from events where events.tenant_id = u.tenant_id) as events,
         row_number() over (partition by u.tenant_id order by u.created_at desc) as place
    from users u join tenants t on t.id = u.tenant_id
   where u.state = any (array['new', 'paid']::order_state[])
      or u.mail like 'a%' and u.created_at > now() - interval '30 days';
create view counts with (security_barrier = true) as
  select tenant_id, count(*) as n, max(place) as last
    from active_users left join user_names using (id)
   group by tenant_id having count(*) > 1 order by 2 desc limit 100;
create view recursive_bosses as
  with recursive up (id, boss_id, depth) as (
    select id, boss_id, 0 from users where boss_id is null
    union all
    select users.id, users.boss_id, up.depth + 1 from users, up where users.boss_id = up.id
  ) select * from up;
create view shapes as
  select extract(year from at) as year, at::date between '2024-01-01' and '2024-12-31' as in_2024,
         string_agg(distinct kind, ',' order by kind) filter (where kind is not null) as kinds,
         exists (select 1 from tenants where tenants.id = any (array_agg(tenant_id))) as known,
         array[1, 2, 3] || cardinality(array_agg(id)) as numbers,
         (at at time zone 'UTC') as utc, substring('abc' from 2 for 1) as part, row('s', 'z', null)::address as place
    from events group by at;
create materialized view daily as
  select date_trunc('day', at) as day, kind, count(*) as n from events group by 1, 2;
create unique index daily_key on daily (day, kind);
create table "Audit"."Log Entries" (
  "Id" integer generated by default as identity,
  who bigint references users (id) on update cascade on delete set null,
  what text
);
create rule log_no_delete as on delete to "Audit"."Log Entries" do instead nothing;

alter table users enable row level security;
alter table "Audit"."Log Entries" enable row level security;
alter table "Audit"."Log Entries" force row level security;
create policy own_tenant on users for select
  using (tenant_id = current_setting('app.tenant', true)::uuid
         or exists (select 1 from tenants where id = tenant_id and name = 'root'));
create policy no_ghosts on users as restrictive for update to current_user, public
  using (active) with check (active and state in ('new', 'paid'));
alter table bookings add constraint bookings_room check (room < 1000) not valid;
comment on table users is 'comments are not compared';
${RICH_KINDS}${RICH_GRANTS}`
