import type { Session } from '../postgres/session/session.ts'
import { withoutSchema } from '../steps/verify/manifest/schema-names.ts'

/**
 * How SQL is spelled in a revision: relative to PGATE_SCHEMA, so that the file serves any schema; unchanged
 * where a name of that schema is one of the server's own too, which would be found first.
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function relativeNames(
  session: Session,
  schema: string,
): Promise<(sql: string) => string> {
  const { rows } = await session.query<{ is_shadowed: boolean }>(SHADOWED, [schema])
  if (rows[0]?.is_shadowed !== false) return (sql) => sql
  return (sql) => withoutSchema(sql, schema)
}

/** Whether pg_catalog has something of the same name, and of routines of the same arguments. */
const SHADOWED = /* SQL */ `
  with own as (select oid from pg_namespace where nspname = $1),
       system as (select 'pg_catalog'::regnamespace::oid as oid)
  select exists (
      select from own, system, pg_class a join pg_class b using (relname)
       where a.relnamespace = own.oid and b.relnamespace = system.oid)
    or exists (
      select from own, system, pg_type a join pg_type b using (typname)
       where a.typnamespace = own.oid and b.typnamespace = system.oid)
    or exists (
      select from own, system, pg_proc a join pg_proc b using (proname, proargtypes)
       where a.pronamespace = own.oid and b.pronamespace = system.oid)
    or exists (
      select from own, system, pg_operator a join pg_operator b using (oprname, oprleft, oprright)
       where a.oprnamespace = own.oid and b.oprnamespace = system.oid)
    or exists (
      select from own, system, pg_collation a join pg_collation b using (collname)
       where a.collnamespace = own.oid and b.collnamespace = system.oid) as is_shadowed`
