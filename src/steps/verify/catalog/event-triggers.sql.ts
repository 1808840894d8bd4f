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
