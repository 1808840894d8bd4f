import { queryRows } from '../support/database/query.ts'

/**
 * What a role that may create objects in `public` can put in the way of names that are looked up
 * there first: functions and operators with the signatures of pg_catalog's own, and some that fit
 * better than those; views under the names of its tables; domains under the names of its types.
 * A statement that uses one of them fails with "shadowed".
 */
export async function shadowPgCatalog(url: string): Promise<void> {
  await queryRows(url, [FUNCTIONS, OPERATORS, CLOSER_OPERATORS, VIEWS, DOMAINS].join(';'))
}

/** What cannot be copied (a polymorphic or internal argument) is left out. */
const unlessRefused = (create: string) => `begin ${create}; exception when others then null; end;`

const FUNCTIONS = `do $shadow$
declare it record;
begin
  for it in select proname, pg_get_function_identity_arguments(oid) as arguments
              from pg_proc where pronamespace = 'pg_catalog'::regnamespace
               and proname !~ '(in|out|recv|send|handler)$' loop
    ${unlessRefused(`execute format('create function public.%I(%s) returns text language plpgsql as %L',
      it.proname, it.arguments, 'begin raise exception ''shadowed''; end')`)}
  end loop;
end $shadow$`

const createOperator = (name: string, left: string, right: string, result: string) => `
  number := number + 1;
  ${unlessRefused(`execute format('create function public.shadow_%s(%s, %s) returns %s language plpgsql as %L',
    number, ${left}, ${right}, ${result}, 'begin raise exception ''shadowed''; end');
  execute format('create operator public.%s (leftarg = %s, rightarg = %s, function = public.shadow_%s)',
    ${name}, ${left}, ${right}, number)`)}`

const OPERATORS = `do $shadow$
declare it record; number integer := 0;
begin
  for it in select oprname, oprleft::regtype, oprright::regtype, oprresult::regtype
              from pg_operator where oprnamespace = 'pg_catalog'::regnamespace and oprleft <> 0 loop
    ${createOperator('it.oprname', 'it.oprleft', 'it.oprright', 'it.oprresult')}
  end loop;
end $shadow$`

/** PostgreSQL has none of these, so they win even where pg_catalog is searched first. */
const CLOSER_OPERATORS = `do $shadow$
declare it record; number integer := 100000;
begin
  for it in select name, l, r from unnest(array['=', '<>', '<', '>', '<=', '>=']) as name,
              unnest(array['varchar', 'text', 'name']) as l,
              unnest(array['varchar', 'text', 'name']) as r loop
    ${createOperator('it.name', 'it.l', 'it.r', "'boolean'")}
  end loop;
end $shadow$`

const VIEWS = `do $shadow$
declare it record;
begin
  for it in select relname from pg_class
             where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r', 'v') loop
    execute format('create view public.%I as select ''shadowed''::text as shadowed', it.relname);
  end loop;
end $shadow$`

const DOMAINS = `do $shadow$
declare it record;
begin
  for it in select typname from pg_type
             where typnamespace = 'pg_catalog'::regnamespace and typtype = 'b'
               and typcategory <> 'A' loop
    execute format('create domain public.%I as pg_catalog.text check (pg_catalog.length(value) < 0)',
      it.typname);
  end loop;
end $shadow$`
