/** The word that a relation's key begins with; `kind`: an expression for pg_class.relkind. */
function relationWord(kind: string): string {
  return /* SQL */ `case ${kind} when 'f' then 'foreign table ' when 'v' then 'view '
    when 'm' then 'materialized view ' when 'S' then 'sequence ' else 'table ' end`
}

/** A routine's key, of pg_proc `p` in scope `s`. */
const ROUTINE_KEY = /* SQL */ `
  case p.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end
  || s.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'`

/** A type's key, of pg_type `t` in scope `s`. */
const TYPE_KEY = /* SQL */ `
  case t.typtype when 'e' then 'enum ' when 'd' then 'domain ' when 'c' then 'composite type '
                 when 'r' then 'range type ' else 'base type ' end
  || s.name || '.' || quote_ident(t.typname)`

/** Types that stand by themselves: no row type of a table, no array, no multirange. */
const OWN_TYPE = /* SQL */ `
  (t.typtype in ('e', 'd', 'r') or t.typtype = 'b' and t.typisdefined and t.typelem = 0
   or t.typtype = 'c' and exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
  and t.oid not in (select objid from member where classid = 'pg_type'::regclass)`

/** Routines that no extension and no range type brought. */
const OWN_ROUTINE = /* SQL */ `
  p.oid not in (select objid from member where classid = 'pg_proc'::regclass)
  and p.oid not in (
    select objid from pg_depend
     where classid = 'pg_proc'::regclass and refclassid = 'pg_type'::regclass and deptype = 'i')`

/** Relations that belong to another: the sequence of a column, of pgate's own tables, too. */
const OWNED_RELATION = /* SQL */ `
  select objid from pg_depend
   where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and refobjsubid > 0
     and deptype in ('a', 'i')`

/** PUBLIC may use the schema \`public\`, and before 15 create there: initdb's doing, and nobody's grant. */
const PUBLIC_SCHEMA = /* SQL */ `
  array[makeaclitem(0, n.nspowner, 'USAGE', false)]
  || case when current_setting('server_version_num')::int < 150000
          then array[makeaclitem(0, n.nspowner, 'CREATE', false)] else '{}' end`

/** Every access list that is not the one that an object is made with: \`acl\` against \`base\`. */
const LISTS = /* SQL */ `
  select ${relationWord('r.relkind')} || r.name as object, c.relowner as owner, c.relacl as acl,
         case r.relkind when 'S' then 's' else 'r' end::"char" as type,
         acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", c.relowner) as base
    from relation r join pg_class c on c.oid = r.oid
   where c.relacl is not null
     and r.oid not in (
       select objid from pg_depend
        where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass
          and refobjid in (select oid from own))
  union all
  select 'column ' || r.name || '.' || quote_ident(a.attname), c.relowner, a.attacl, null, null
    from relation r join pg_class c on c.oid = r.oid
    join pg_attribute a on a.attrelid = r.oid and a.attacl is not null and not a.attisdropped
  union all
  select ${ROUTINE_KEY}, p.proowner, p.proacl, 'f', acldefault('f', p.proowner)
    from pg_proc p join scope s on s.oid = p.pronamespace
   where p.proacl is not null and ${OWN_ROUTINE}
  union all
  select ${TYPE_KEY}, t.typowner, t.typacl, 'T', acldefault('T', t.typowner)
    from pg_type t join scope s on s.oid = t.typnamespace
   where t.typacl is not null and ${OWN_TYPE}
  union all
  select 'schema ' || s.name, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner)), 'n',
         acldefault('n', n.nspowner) || case when n.nspname = 'public' then ${PUBLIC_SCHEMA} else '{}' end
    from scope s join pg_namespace n on n.oid = s.oid
   where n.nspacl is not null or n.nspname = 'public'
  union all
  select 'language ' || quote_ident(l.lanname), l.lanowner, l.lanacl, null, acldefault('l', l.lanowner)
    from pg_language l where l.lanacl is not null and l.oid >= 16384
  union all
  select 'foreign data wrapper ' || quote_ident(w.fdwname), w.fdwowner, w.fdwacl, null,
         acldefault('F', w.fdwowner)
    from pg_foreign_data_wrapper w where w.fdwacl is not null
  union all
  select 'server ' || quote_ident(s.srvname), s.srvowner, s.srvacl, null, acldefault('S', s.srvowner)
    from pg_foreign_server s where s.srvacl is not null
  union all
  select 'the database', d.datdba, d.datacl, null, acldefault('d', d.datdba)
    from pg_database d where d.datname = current_database() and d.datacl is not null
  union all
  select format('new %s%s of %s', case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences'
                  when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas'
                  else 'large objects' end,
                ' in schema ' || quote_ident(n.nspname), role.name),
         d.defaclrole, d.defaclacl, null,
         case when d.defaclnamespace = 0
              then acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)
              end
    from pg_default_acl d
    join role on role.oid = d.defaclrole
    left join pg_namespace n on n.oid = d.defaclnamespace`

/**
 * Grants beyond what an object is made with, and privileges that it is made with and has no more;
 * one row for each privilege of each role. \`byDefault\`: ALTER DEFAULT PRIVILEGES of this database
 * has taken it away, as hardened databases do, and nobody from this object. MAINTAIN came with 17: a
 * dump of an older server leaves even the owner without it.
 */
export const GRANTS_SQL = /* SQL */ `
  select * from (with list as materialized (${LISTS})
  select distinct 'grant ' || held.privilege_type || ' on ' || list.object || ' to ' || role.name || option.words,
         jsonb_build_object('on', list.object)
    from list
    cross join lateral aclexplode(list.acl) held
    join role on role.oid = held.grantee and held.privilege_type <> 'MAINTAIN'
    cross join lateral (
      select '' as words
       where not exists (select from aclexplode(list.base) b
                          where b.grantee = held.grantee and b.privilege_type = held.privilege_type)
      union all
      select ' with grant option' where held.is_grantable and held.grantee <> list.owner
    ) option
  union all
  select 'revoke ' || lost.privilege_type || ' on ' || list.object || ' from '
         || case when lost.grantee = list.owner then 'its owner' else role.name end,
         jsonb_strip_nulls(jsonb_build_object(
           'on', list.object,
           'byDefault', (
             select true from pg_default_acl d
              where d.defaclrole = list.owner and d.defaclnamespace = 0
                and case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end = list.type
                and not exists (select from aclexplode(d.defaclacl) k
                                 where k.grantee = lost.grantee and k.privilege_type = lost.privilege_type))
         ))
    from list
    cross join lateral aclexplode(list.base) lost
    join role on role.oid = lost.grantee and lost.privilege_type <> 'MAINTAIN'
   where not exists (select from aclexplode(list.acl) a
                      where a.grantee = lost.grantee and a.privilege_type = lost.privilege_type)) as acl`

/**
 * Who owns what the migrating role does not. One row for each such object alone, so that a schema
 * made by one role has none.
 */
export const OWNERS_SQL = /* SQL */ `
  select 'owner of ' || item.key,
         jsonb_strip_nulls(jsonb_build_object(
           'role', role.name,
           'related', case when role.related then true end))
    from (
      select ${relationWord('r.relkind')} || r.name as key, c.relowner as owner
        from relation r join pg_class c on c.oid = r.oid
       where r.oid not in (${OWNED_RELATION})
      union all
      select ${ROUTINE_KEY}, p.proowner
        from pg_proc p join scope s on s.oid = p.pronamespace where ${OWN_ROUTINE}
      union all
      select ${TYPE_KEY}, t.typowner
        from pg_type t join scope s on s.oid = t.typnamespace where ${OWN_TYPE}
      union all
      select 'schema ' || s.name, n.nspowner from scope s join pg_namespace n on n.oid = s.oid
       where n.nspname <> 'public'
      union all
      select 'publication ' || quote_ident(pubname), pubowner from pg_publication
      union all
      select 'event trigger ' || quote_ident(evtname), evtowner from pg_event_trigger
      union all
      select 'server ' || quote_ident(srvname), srvowner from pg_foreign_server
    ) item
    join role on role.oid = item.owner
   where item.owner <> (select oid from migrator)`

/**
 * Storage options of tables and columns, each by itself: what a revision set has to be set, and what
 * is set besides is nobody's fault. Those by which vacuum and the planner are tuned are left out, since
 * that is done on a live database; so are a view's, which change what it does and stand with it.
 */
export const OPTIONS_SQL = /* SQL */ `
  select 'option ' || split_part(option, '=', 1) || ' of ' || holder.object,
         jsonb_build_object('on', holder.object, 'value', split_part(option, '=', 2))
    from (
      select ${relationWord('r.relkind')} || r.name as object, r.reloptions as options
        from relation r where r.relkind in ('r', 'p', 'm') and r.reloptions is not null
      union all
      select 'column ' || r.name || '.' || quote_ident(a.attname),
             array(select o from unnest(a.attoptions) as o where o ~ '^n_distinct') || case when a.attstattarget >= 0
               then array['statistics=' || a.attstattarget] else '{}' end
        from relation r join pg_attribute a on a.attrelid = r.oid
       where a.attnum > 0 and not a.attisdropped
         and (a.attoptions is not null or a.attstattarget >= 0)
    ) holder
    cross join lateral unnest(holder.options) as option
   where option !~ '^(autovacuum_|vacuum_|log_autovacuum|parallel_workers|toast\\.)'`
