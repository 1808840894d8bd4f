/**
 * Triggers, rules and row security policies. A partition's copy of a trigger is the
 * parent's; one that was switched on or off by itself stands with the partition.
 */
export const TRIGGERS_SQL = /* SQL */ `
  select 'trigger ' || r.name || '.' || quote_ident(t.tgname),
         jsonb_build_object(
           'definition', pg_get_triggerdef(t.oid),
           'enabled', case t.tgenabled when 'O' then 'enabled' when 'D' then 'disabled'
                                       when 'R' then 'replica' else 'always' end
         )
    from relation r
    join pg_trigger t on t.tgrelid = r.oid
   where not t.tgisinternal and t.tgparentid = 0
  union all
  select 'rule ' || r.name || '.' || quote_ident(w.rulename),
         jsonb_build_object(
           'definition', pg_get_ruledef(w.oid),
           'enabled', case w.ev_enabled when 'O' then 'enabled' when 'D' then 'disabled'
                                        when 'R' then 'replica' else 'always' end
         )
    from relation r
    join pg_rewrite w on w.ev_class = r.oid
   where w.rulename <> '_RETURN'
  union all
  select 'policy ' || r.name || '.' || quote_ident(p.polname),
         jsonb_strip_nulls(jsonb_build_object(
           'command', case p.polcmd when 'r' then 'select' when 'a' then 'insert'
                                    when 'w' then 'update' when 'd' then 'delete' else 'all' end,
           'restrictive', case when not p.polpermissive then true end,
           'roles', (select jsonb_agg(o.name order by o.name collate "C")
                       from unnest(p.polroles) as granted (oid)
                       join role o on o.oid = granted.oid),
           'using', pg_get_expr(p.polqual, p.polrelid),
           'check', pg_get_expr(p.polwithcheck, p.polrelid)
         ))
    from relation r
    join pg_policy p on p.polrelid = r.oid`
