import { queryWithFixedSettings } from '../catalog/fixed-settings.ts'
import type { Session } from '../postgres/session/session.ts'
import type { OwnTables } from '../revisions/sql/own-tables.ts'
import { isOwn } from './row-digests.ts'

/**
 * The statements that make again what no manifest holds, and a file written from the catalog would lose: comments,
 * the caches of sequences, and the index that a table is clustered by; without those of pgate's own tables.
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readUncompared(session: Session, own: OwnTables): Promise<readonly string[]> {
  const { rows } = await queryWithFixedSettings<{ schema: string; name: string; sql: string }>(
    session,
    UNCOMPARED_SQL,
  )
  return rows.filter((row) => !isOwn(own, row)).map(({ sql }) => sql)
}

const OF_EXTENSION = (classid: string, objid: string) =>
  `exists (select from pg_depend e where e.deptype = 'e' and e.classid = ${classid} and e.objid = ${objid})`

const UNCOMPARED_SQL = /* SQL */ `
  select coalesce(n.nspname, '') as schema, coalesce(c.relname, '') as name,
         format('COMMENT ON %s %s IS %L',
           case when i.type like '% column' then 'COLUMN'
                when i.type like '% constraint' then 'CONSTRAINT'
                when i.type = 'statistics object' then 'STATISTICS'
                else upper(i.type) end,
           case when k.contypid > 0 then format('%I ON DOMAIN %s', k.conname, format_type(k.contypid, null))
                else i.identity end,
           d.description) as sql
    from pg_description d
    cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    left join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid
    left join pg_namespace n on n.oid = c.relnamespace
    left join pg_constraint k on d.classoid = 'pg_constraint'::regclass and k.oid = d.objoid
   where d.objoid >= 16384 and i.type not in ('extension', 'large object')
     and not ${OF_EXTENSION('d.classoid', 'd.objoid')}
  union all
  select '', '', format('ALTER SEQUENCE %s CACHE %s', s.seqrelid::regclass, s.seqcache)
    from pg_sequence s
   where s.seqcache <> 1 and not ${OF_EXTENSION("'pg_class'::regclass", 's.seqrelid')}
  union all
  select '', '', format('ALTER TABLE %s CLUSTER ON %I', x.indrelid::regclass, c.relname)
    from pg_index x join pg_class c on c.oid = x.indexrelid
   where x.indisclustered and x.indrelid >= 16384
     and not ${OF_EXTENSION("'pg_class'::regclass", 'x.indrelid')}
   order by sql`
