import { quoteIdentifier, quoteLiteral } from '../postgres/sql/identifier.ts'
import { partitionCte } from './partitions.sql.ts'
import { rolesSql } from './roles.sql.ts'
import type { CatalogScope } from './scope.ts'

/**
 * What every part of the catalog query starts from: `scope` (the schemas), `own` (pgate's tables),
 * `member` (what belongs to an extension), `migrator` and `role`, `revision_path`, `partition` and `loose` (partitions, and those that are
 * promised by their shape) and `relation` (the tables, views and sequences that are compared). Names are inlined as literals, because the query goes out with SET LOCAL in one
 * message, where no parameter is allowed.
 */
export function scopeSql(scope: CatalogScope): string {
  return /* SQL */ `
    scope as materialized (
      select n.oid, quote_ident(n.nspname) as name
        from pg_namespace n
       where ${schemaCondition(scope)}
         and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    ),
    member as materialized (
      select classid, objid from pg_depend where deptype = 'e'
    ),
    own as materialized (
      select c.oid
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where ${namesCondition(scope.ownTables)}
    ),
    ${partitionCte(scope)},
    loose as materialized (
      select c.oid, quote_ident(n.nspname) as schema,
             quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
        from partition p
        join pg_class c on c.oid = p.oid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_class h on h.oid = p.holder
        join scope s on s.oid = h.relnamespace
       where p.loose
    ),
    revision_path as materialized (select ${revisionPath(scope)} as prefix),
    ${rolesSql(namesCondition(scope.ownTables.slice(0, 1)))},
    relation as materialized (
      select c.oid, c.relkind, c.relpersistence, c.relispartition, c.relpartbound, c.reloptions,
             c.relrowsecurity, c.relforcerowsecurity, s.name as schema,
             s.name || '.' || quote_ident(c.relname) as name
        from pg_class c join scope s on s.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
         and c.relpersistence <> 't'
         and c.oid not in (select objid from member where classid = 'pg_class'::regclass)
         and c.oid not in (select oid from own)
         and c.oid not in (select oid from partition where loose)
    )`
}

function schemaCondition({ schemas }: CatalogScope): string {
  if (schemas !== 'all') return `n.nspname = any (array[${schemas.map(quoteLiteral)}]::name[])`
  return /* SQL */ `n.oid not in (
    select d.objid from pg_depend d where d.classid = 'pg_namespace'::regclass and d.deptype = 'e')`
}

function namesCondition(tables: CatalogScope['ownTables']): string {
  const names = tables.map(({ schema, name }) => `(${quoteLiteral(schema)}, ${quoteLiteral(name)})`)
  return names.length === 0 ? 'false' : `(n.nspname, c.relname) in (${names.join(', ')})`
}

/**
 * What a function's `SET search_path FROM CURRENT` begins with in a revision: PGATE_SCHEMA as pgate
 * writes it, always quoted.
 */
function revisionPath({ pathSchema }: CatalogScope): string {
  if (pathSchema === undefined) return 'null::text'
  return quoteLiteral(`search_path=${quoteIdentifier(pathSchema)}, `)
}
