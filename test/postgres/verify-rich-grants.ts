/** Makes a role where the server has none; another test may do the same at the same moment. */
function role(name: string): string {
  return `do $$ begin create role ${name};
    exception when duplicate_object or unique_violation then null; end $$;`
}

/** Who may do what in the rich schema, whose it is, and how it is stored. */
export const RICH_GRANTS = /* SQL */ `
${role('rich_app')}
${role('rich_owner')}
grant select, insert on users to rich_app;
grant update (mail, state) on users to rich_app;
grant select on active_users to rich_app with grant option;
grant usage on schema "Audit" to rich_app;
grant usage on sequence tickets to rich_app;
revoke execute on function plain(text) from public;
grant execute on function plain(text) to rich_app;
revoke usage on type address from public;
grant usage on foreign server elsewhere to rich_app;
revoke delete on tenants from current_user;
alter default privileges in schema "Audit" grant select on tables to rich_app;
alter table scratch owner to rich_owner;
alter function pages() owner to rich_owner;
alter type float_span owner to rich_owner;

alter table users replica identity full;
alter table tenants replica identity using index tenants_pkey;
alter table parents set (fillfactor = 70, autovacuum_enabled = false);
alter table users alter mail set statistics 500, alter active set (n_distinct = 2);
create type row_shape as (id integer, note text);
create table addresses of row_shape;
create table odd_heap (id integer) using heaped;
create materialized view later_on as select 1 as n with no data;
alter foreign table far alter column id options (column_name 'ID');
create function doubled(integer) returns integer language sql as 'select $1 * 2';
`
