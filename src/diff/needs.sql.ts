import { scopeSql } from '../catalog/scope.sql.ts'
import type { CatalogScope } from '../catalog/scope.ts'

/** Identity columns' sequences are described by the column. */
const IDENTITY = /* SQL */ `
  identity as materialized (
    select d.objid as oid, d.refobjid as holder, d.refobjsubid as attnum
      from pg_depend d
     where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
       and d.refobjsubid > 0 and d.deptype = 'i'
  )`

/** Where the catalogs keep relations and what hangs on them. No \`part\`: the whole, and each part of it. */
const RELATIONS = /* SQL */ `
  select 'pg_class'::regclass::oid as class, r.oid, 0 as part, true as is_itself,
         case r.relkind when 'f' then 'foreign table ' when 'v' then 'view '
           when 'm' then 'materialized view ' when 'S' then 'sequence ' else 'table ' end || r.name as key
    from relation r where r.oid not in (select oid from identity)
  union all
  select 'pg_class'::regclass, i.oid, 0, false, 'column ' || r.name || '.' || quote_ident(a.attname)
    from identity i join relation r on r.oid = i.holder
    join pg_attribute a on a.attrelid = i.holder and a.attnum = i.attnum
  union all
  select 'pg_class'::regclass, r.oid, a.attnum, true, 'column ' || r.name || '.' || quote_ident(a.attname)
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
   where r.relkind <> 'S'
  union all
  select 'pg_attrdef'::regclass, d.oid, 0, true, 'column ' || r.name || '.' || quote_ident(a.attname)
    from relation r join pg_attrdef d on d.adrelid = r.oid
    join pg_attribute a on a.attrelid = r.oid and a.attnum = d.adnum
  union all
  select unnest(array['pg_constraint'::regclass, 'pg_class'::regclass]::oid[]),
         unnest(array[k.oid, case when k.contype in ('p', 'u', 'x') then k.conindid end]), 0, true,
         'constraint ' || r.name || '.' || quote_ident(k.conname)
    from relation r join pg_constraint k on k.conrelid = r.oid
   where k.contype <> 'n' and k.conparentid = 0
  union all
  select 'pg_class'::regclass, c.oid, 0, true, 'index ' || r.schema || '.' || quote_ident(c.relname)
    from relation r join pg_index i on i.indrelid = r.oid
    join pg_class c on c.oid = i.indexrelid and not c.relispartition
    left join pg_constraint k on k.conindid = c.oid and k.contype in ('p', 'u', 'x')
   where k.oid is null
  union all
  select 'pg_statistic_ext'::regclass, x.oid, 0, true, 'statistics ' || s.name || '.' || quote_ident(x.stxname)
    from pg_statistic_ext x join scope s on s.oid = x.stxnamespace
  union all
  select 'pg_trigger'::regclass, t.oid, 0, true, 'trigger ' || r.name || '.' || quote_ident(t.tgname)
    from relation r join pg_trigger t on t.tgrelid = r.oid
   where not t.tgisinternal and t.tgparentid = 0
  union all
  select 'pg_rewrite'::regclass, w.oid, 0, true, case when w.rulename <> '_RETURN'
           then 'rule ' || r.name || '.' || quote_ident(w.rulename)
           else case r.relkind when 'm' then 'materialized view ' else 'view ' end || r.name end
    from relation r join pg_rewrite w on w.ev_class = r.oid
  union all
  select 'pg_policy'::regclass, p.oid, 0, true, 'policy ' || r.name || '.' || quote_ident(p.polname)
    from relation r join pg_policy p on p.polrelid = r.oid
  union all
  select 'pg_publication_rel'::regclass, t.oid, 0, true,
         'published table ' || r.name || ' of ' || quote_ident(p.pubname)
    from pg_publication_rel t join pg_publication p on p.oid = t.prpubid
    join relation r on r.oid = t.prrelid`

/** Types and routines, with what a range type or a composite type brings along. */
const TYPES = /* SQL */ `
  select 'pg_type'::regclass as class, t.oid, null::integer as part, true as is_itself,
         case t.typtype when 'e' then 'enum ' when 'd' then 'domain ' when 'c' then 'composite type '
           when 'r' then 'range type ' else 'base type ' end
         || s.name || '.' || quote_ident(t.typname) as key, t.typrelid
    from pg_type t join scope s on s.oid = t.typnamespace
   where t.typtype in ('e', 'd', 'r', 'b') and t.oid not in (select typarray from pg_type)
      or t.typtype = 'c' and t.typrelid in (select oid from pg_class where relkind = 'c')`

const ROUTINES = /* SQL */ `
  select class, oid, part, is_itself, key from own_type
  union all
  select 'pg_class'::regclass, typrelid, null, true, key from own_type where typrelid <> 0
  union all
  select 'pg_type'::regclass, g.rngmultitypid, null, false, key
    from own_type t join pg_range g on g.rngtypid = t.oid
  union all
  select d.classid, d.objid, null, false, t.key
    from own_type t
    join pg_depend d on d.refclassid = 'pg_type'::regclass and d.refobjid = t.oid
                    and d.classid = 'pg_proc'::regclass and d.deptype = 'i'
  union all
  select 'pg_constraint'::regclass, k.oid, 0, true,
         'constraint ' || s.name || '.' || quote_ident(t.typname) || '.' || quote_ident(k.conname)
    from pg_constraint k join pg_type t on t.oid = k.contypid join scope s on s.oid = t.typnamespace
   where k.contype = 'c'
  union all
  select 'pg_proc'::regclass, p.oid, 0, true,
         case p.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end
         || s.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'
    from pg_proc p join scope s on s.oid = p.pronamespace`

/** Catalogs whose objects are a word and a name in a schema: catalog, columns for schema and name, word. */
const IN_SCHEMA = [
  ['pg_collation', 'collnamespace', 'collname', 'collation'],
  ['pg_conversion', 'connamespace', 'conname', 'conversion'],
  ['pg_ts_config', 'cfgnamespace', 'cfgname', 'text search configuration'],
  ['pg_ts_dict', 'dictnamespace', 'dictname', 'text search dictionary'],
  ['pg_ts_parser', 'prsnamespace', 'prsname', 'text search parser'],
  ['pg_ts_template', 'tmplnamespace', 'tmplname', 'text search template'],
] as const

/** The same of what belongs to no schema; what initdb makes is no revision's. */
const BY_ITSELF = [
  ['pg_extension', 'extname', 'extension'],
  ['pg_language', 'lanname', 'language'],
  ['pg_am', 'amname', 'access method'],
  ['pg_foreign_data_wrapper', 'fdwname', 'foreign data wrapper'],
  ['pg_foreign_server', 'srvname', 'server'],
  ['pg_publication', 'pubname', 'publication'],
  ['pg_event_trigger', 'evtname', 'event trigger'],
] as const

const OTHERS = /* SQL */ `
  select 'pg_operator'::regclass, o.oid, 0, true, 'operator ' || s.name || '.' || o.oprname || '('
         || coalesce(format_type(nullif(o.oprleft, 0), null), 'none') || ', '
         || format_type(o.oprright, null) || ')'
    from pg_operator o join scope s on s.oid = o.oprnamespace
  union all
  select 'pg_opclass'::regclass, c.oid, 0, true,
         'operator class ' || s.name || '.' || quote_ident(c.opcname) || ' using ' || quote_ident(m.amname)
    from pg_opclass c join scope s on s.oid = c.opcnamespace join pg_am m on m.oid = c.opcmethod
  union all
  select entry.class, entry.oid, 0, true,
         'operator family ' || s.name || '.' || quote_ident(f.opfname) || ' using ' || quote_ident(m.amname)
    from pg_opfamily f join scope s on s.oid = f.opfnamespace join pg_am m on m.oid = f.opfmethod
    cross join lateral (
      select 'pg_opfamily'::regclass::oid as class, f.oid
      union all select 'pg_amop'::regclass, o.oid from pg_amop o where o.amopfamily = f.oid
      union all select 'pg_amproc'::regclass, p.oid from pg_amproc p where p.amprocfamily = f.oid) entry
  union all
  select 'pg_cast'::regclass, c.oid, 0, true,
         'cast (' || format_type(c.castsource, null) || ' as ' || format_type(c.casttarget, null) || ')'
    from pg_cast c where c.oid >= 16384
  union all
  select 'pg_transform'::regclass, t.oid, 0, true,
         'transform for ' || format_type(t.trftype, null) || ' language ' || quote_ident(l.lanname)
    from pg_transform t join pg_language l on l.oid = t.trflang
  union all
  select 'pg_namespace'::regclass, s.oid, 0, true, 'schema ' || s.name from scope s
  ${IN_SCHEMA.map(
    ([catalog, schema, name, word]) => `union all
  select '${catalog}'::regclass, o.oid, 0, true, '${word} ' || s.name || '.' || quote_ident(o.${name})
    from ${catalog} o join scope s on s.oid = o.${schema}`,
  ).join('\n  ')}
  ${BY_ITSELF.map(
    ([catalog, name, word]) => `union all
  select '${catalog}'::regclass, o.oid, 0, true, '${word} ' || quote_ident(o.${name})
    from ${catalog} o where o.oid >= 16384`,
  ).join('\n  ')}
  union all
  select m.classid, m.objid, null, false, 'extension ' || quote_ident(e.extname)
    from pg_depend m join pg_extension e on e.oid = m.refobjid
   where m.deptype = 'e' and m.refclassid = 'pg_extension'::regclass`

/** Sequences are not kept from being made first by the column that owns them: its default needs them. */
const NO_NEED = /* SQL */ `
  d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
    and d.deptype = 'a' and d.objid in (select oid from pg_class where relkind = 'S')
  or d.classid = d.refclassid and d.objid = d.refobjid and d.objsubid = 0
  or d.classid in ('pg_amop'::regclass, 'pg_amproc'::regclass) and d.refclassid = 'pg_opclass'::regclass
  or d.classid = 'pg_type'::regclass and d.refclassid = 'pg_proc'::regclass
    and d.objid in (select oid from pg_type where typtype = 'b')`

/**
 * Rows \`(key, needs)\`: by the catalog's own key, the keys of what pg_depend says it needs. What an extension
 * brings is the extension; a constraint's index is the constraint; a row type is its table, an array its
 * element. Internal triggers and the copies that partitions have are in neither.
 */
export function needsSql(scope: CatalogScope): string {
  return /* SQL */ `with ${scopeSql(scope)}, ${IDENTITY},
    own_type as materialized (${TYPES}),
    named as materialized (${RELATIONS}\n union all ${ROUTINES}\n union all ${OTHERS}),
    row_type as materialized (
      select n.class, n.oid, n.part, n.is_itself, n.key from named n
       where (n.class, n.oid) not in (select classid, objid from member) or not n.is_itself
      union all
      select 'pg_type'::regclass, c.reltype, null, false, n.key
        from named n join pg_class c on c.oid = n.oid
       where n.class = 'pg_class'::regclass and coalesce(n.part, 0) = 0 and c.relkind <> 'c' and c.reltype <> 0
    ),
    address as materialized (
      select * from row_type
      union all
      select 'pg_type'::regclass, t.typarray, null, false, n.key
        from row_type n join pg_type t on t.oid = n.oid
       where n.class = 'pg_type'::regclass and t.typarray <> 0
    )
    select one.key, jsonb_agg(distinct other.key)
      from pg_depend d
      join address one on one.class = d.classid and one.oid = d.objid
                      and d.objsubid = coalesce(one.part, d.objsubid)
      join address other on other.class = d.refclassid and other.oid = d.refobjid
                        and d.refobjsubid = coalesce(other.part, d.refobjsubid)
     where one.is_itself and one.key <> other.key and not (${NO_NEED})
     group by one.key`
}
