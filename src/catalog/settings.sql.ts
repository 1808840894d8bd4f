/** Part of an option's or a setting's name that says that its value is nobody's business. */
const SECRET = 'passw|passfile|secret|token|credential|private|apikey|(^|[._-])key$'

/** A text `name=value`, with `…` in place of a value that may be a secret: it never leaves the server. */
function withoutSecret(item: string): string {
  return /* SQL */ `case when split_part(${item}, '=', 1) ~* '${SECRET}'
                         then split_part(${item}, '=', 1) || '=…' else ${item} end`
}

/**
 * Such texts as a JSON list in order; null where there is none.
 * @param list an expression of type text[]
 */
export function withoutSecretsSql(list: string): string {
  return /* SQL */ `(
    select jsonb_agg(${withoutSecret('item')} order by item collate "C") from unnest(${list}) as item)`
}

/**
 * Settings of the database and of roles, and which role is in which. They are the cluster's, so
 * What 16 grants a role's maker of itself is left out. `recent` reports those that were made since the database was: of a throwaway database, by its revisions.
 */
export const SETTINGS_SQL = /* SQL */ `
  select 'setting ' || split_part(item, '=', 1) || ' of ' || concat_ws(' in ',
           case when s.setrole <> 0 then 'role ' || role.name end,
           case when s.setdatabase <> 0 then 'the database' end),
         jsonb_strip_nulls(jsonb_build_object(
           'value', substr(${withoutSecret('item')}, strpos(item, '=') + 1),
           'recent', case when age(s.xmin) < (
             select age(xmin) from pg_database where datname = current_database()) then true end))
    from pg_db_role_setting s
    join role on role.oid = s.setrole
    cross join lateral unnest(s.setconfig) as item
   where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all
  select distinct 'grant role ' || role.name || ' to ' || member.name,
         jsonb_strip_nulls(jsonb_build_object(
           'on', 'role ' || role.name,
           'recent', case when age(m.xmin) < (
             select age(xmin) from pg_database where datname = current_database()) then true end))
    from pg_auth_members m
    join role on role.oid = m.roleid
    join role member on member.oid = m.member
   where greatest(m.roleid, m.member) >= 16384
     and not (m.grantor = 10 and m.member = (select oid from migrator))`
