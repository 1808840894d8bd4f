/**
 * Constraints of tables and domains. A partition's copies are their parent's and are left
 * out. \`NOT VALID\` is cut off the definition and stands in \`validated\`; to_jsonb reads
 * \`conenforced\` (18) where the column exists. \`triggers\` shows a foreign key that does not act,
 * after ALTER TABLE … DISABLE TRIGGER ALL.
 */
export const CONSTRAINTS_SQL = /* SQL */ `
  select 'constraint ' || r.name || '.' || quote_ident(c.conname),
         jsonb_strip_nulls(jsonb_build_object(
           'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
           'validated', case when not c.convalidated
                              and to_jsonb(c) ->> 'conenforced' is distinct from 'false' then false end,
           'triggers', case when disabled.tgconstraint is not null then 'disabled' end
         ))
    from relation r
    join pg_constraint c on c.conrelid = r.oid
    left join (
      select distinct tgconstraint from pg_trigger
       where tgisinternal and tgenabled in ('D', 'R') and tgconstraint <> 0
    ) disabled on disabled.tgconstraint = c.oid
   where c.contype in ('c', 'f', 'p', 'u', 'x')
     and c.conparentid = 0
     and (c.conislocal or c.coninhcount = 0)
  union all
  select 'constraint ' || s.name || '.' || quote_ident(t.typname) || '.' || quote_ident(c.conname),
         jsonb_strip_nulls(jsonb_build_object(
           'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
           'validated', case when not c.convalidated then false end
         ))
    from pg_constraint c
    join pg_type t on t.oid = c.contypid
    join scope s on s.oid = t.typnamespace
   where c.contype = 'c'
     and t.oid not in (select objid from member where classid = 'pg_type'::regclass)`
