/** The word that a relation's key begins with; `kind`: an expression for pg_class.relkind. */
export function relationWord(kind: string): string {
  return /* SQL */ `case ${kind} when 'f' then 'foreign table ' when 'v' then 'view '
    when 'm' then 'materialized view ' when 'S' then 'sequence ' else 'table ' end`
}

/** A routine's key, of pg_proc `p` in scope `s`. */
export const ROUTINE_KEY = /* SQL */ `
  case p.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end
  || s.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')'`

/** A type's key, of pg_type `t` in scope `s`. */
export const TYPE_KEY = /* SQL */ `
  case t.typtype when 'e' then 'enum ' when 'd' then 'domain ' when 'c' then 'composite type '
                 when 'r' then 'range type ' else 'base type ' end
  || s.name || '.' || quote_ident(t.typname)`

/** Types that stand by themselves: no row type of a table, no array, no multirange. */
export const OWN_TYPE = /* SQL */ `
  (t.typtype in ('e', 'd', 'r') or t.typtype = 'b' and t.typisdefined and t.typelem = 0
   or t.typtype = 'c' and exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
  and t.oid not in (select objid from member where classid = 'pg_type'::regclass)`

/** Routines that no extension and no range type brought. */
export const OWN_ROUTINE = /* SQL */ `
  p.oid not in (select objid from member where classid = 'pg_proc'::regclass)
  and p.oid not in (
    select objid from pg_depend
     where classid = 'pg_proc'::regclass and refclassid = 'pg_type'::regclass and deptype = 'i')`

/** Relations that belong to another: the sequence of a column, of pgate's own tables, too. */
export const OWNED_RELATION = /* SQL */ `
  select objid from pg_depend
   where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and refobjsubid > 0
     and deptype in ('a', 'i')`
