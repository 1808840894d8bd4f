/** How the search path that revisions run under is written: PGATE_SCHEMA, then the role's own. */
const CURRENT_PATH = 'search_path from current'

/**
 * Functions, procedures and aggregates, field by field rather than by pg_get_functiondef: a body in
 * quotes (\`body\`) is kept as written and compared as text on every server, one that the server
 * prints back itself (\`sqlBody\`: BEGIN ATOMIC, RETURN) is not. Constructors that a range type brings
 * along depend on it internally and are left out.
 */
export const FUNCTIONS_SQL = /* SQL */ `
  select case p.prokind when 'p' then 'procedure ' when 'a' then 'aggregate ' else 'function ' end
         || s.name || '.' || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')',
         jsonb_strip_nulls(jsonb_build_object(
           'arguments', nullif(pg_get_function_arguments(p.oid), ''),
           'returns', pg_get_function_result(p.oid),
           'language', case when p.prokind <> 'a' then l.lanname end,
           'window', case when p.prokind = 'w' then true end,
           'body', case when p.prokind <> 'a' and p.prosqlbody is null then p.prosrc end,
           'sqlBody', pg_get_function_sqlbody(p.oid),
           'library', p.probin,
           'volatility', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' end,
           'strict', case when p.proisstrict then true end,
           'securityDefiner', case when p.prosecdef then true end,
           'leakproof', case when p.proleakproof then true end,
           'parallel', case p.proparallel when 's' then 'safe' when 'r' then 'restricted' end,
           'cost', case when p.procost <> case when l.lanname in ('c', 'internal') then 1
                                               else 100 end then p.procost::text end,
           'rows', case when p.proretset and p.prorows <> 1000 then p.prorows::text end,
           'support', nullif(p.prosupport, 0)::regproc::text,
           'transforms', (select jsonb_agg(format_type(t, null)) from unnest(p.protrftypes) as t),
           'settings', (
             select jsonb_agg(case when strpos(item, path.prefix) = 1 then '${CURRENT_PATH}'
                                   else item end order by number)
               from unnest(p.proconfig) with ordinality as one (item, number), revision_path path),
           'transition', nullif(a.aggtransfn, 0)::regproc::text,
           'state', format_type(nullif(a.aggtranstype, 0), null),
           'initial', a.agginitval,
           'final', nullif(a.aggfinalfn, 0)::regproc::text,
           'finalExtra', case when a.aggfinalextra then true end,
           'finalModify', nullif(a.aggfinalmodify, case when a.aggkind = 'n' then 'r' else 'w' end),
           'serialize', nullif(a.aggserialfn, 0)::regproc::text,
           'deserialize', nullif(a.aggdeserialfn, 0)::regproc::text,
           'movingTransition', nullif(a.aggmtransfn, 0)::regproc::text,
           'movingInverse', nullif(a.aggminvtransfn, 0)::regproc::text,
           'movingFinal', nullif(a.aggmfinalfn, 0)::regproc::text,
           'movingState', format_type(nullif(a.aggmtranstype, 0), null),
           'movingInitial', a.aggminitval,
           'combine', nullif(a.aggcombinefn, 0)::regproc::text,
           'sortOperator', nullif(a.aggsortop, 0)::regoperator::text
         ))
    from pg_proc p
    join scope s on s.oid = p.pronamespace
    join pg_language l on l.oid = p.prolang
    left join pg_aggregate a on a.aggfnoid = p.oid
   where p.oid not in (select objid from member where classid = 'pg_proc'::regclass)
     and p.oid not in (
       select objid from pg_depend
        where classid = 'pg_proc'::regclass and refclassid = 'pg_type'::regclass and deptype = 'i')`

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

/** Event triggers; they are the whole database's. */
export const EVENT_TRIGGERS_SQL = /* SQL */ `
  select 'event trigger ' || quote_ident(e.evtname),
         jsonb_strip_nulls(jsonb_build_object(
           'event', e.evtevent,
           'tags', (select jsonb_agg(tag order by tag) from unnest(e.evttags) as tag),
           'function', e.evtfoid::regprocedure::text,
           'enabled', case e.evtenabled when 'O' then 'enabled' when 'D' then 'disabled'
                                        when 'R' then 'replica' else 'always' end
         ))
    from pg_event_trigger e
   where e.oid not in (select objid from member where classid = 'pg_event_trigger'::regclass)`
