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
