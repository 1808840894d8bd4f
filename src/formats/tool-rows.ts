import { quoteLiteral } from '../postgres/sql/identifier.ts'
import { KNOWN_TOOLS } from './known-tools.ts'

/** A migrator's history table: its name, and columns that it has at least. */
interface ToolTable {
  readonly name: string
  readonly columns: readonly string[]
}

/** Where migrators keep what they have run. A name may be several tools'. */
const TOOL_TABLES: readonly ToolTable[] = [
  ...KNOWN_TOOLS.map(({ table, columns }) => ({
    name: table,
    columns: columns.map((column) => column.replace(/ .*/, '')),
  })),
  // Of these pgate knows no more: Laravel, Entity Framework, Kysely, MikroORM, Doctrine.
  { name: 'migrations', columns: ['migration', 'batch'] },
  { name: '__EFMigrationsHistory', columns: ['MigrationId'] },
  { name: 'kysely_migration', columns: ['name', 'timestamp'] },
  { name: 'mikro_orm_migrations', columns: ['name', 'executed_at'] },
  { name: 'doctrine_migration_versions', columns: ['version', 'executed_at'] },
]

/** Whether a table of this name, with these columns among others, is a migrator's history. */
export function isToolTable(name: string, columns: readonly string[]): boolean {
  return TOOL_TABLES.some(
    (table) => table.name === name && table.columns.every((column) => columns.includes(column)),
  )
}

/** Objects below this were made by initdb. */
const FIRST_USER_OBJECT = 16_384

/**
 * Statements of a block in PL/pgSQL that put into the variable `into` a line for each such table of the
 * database: its name, and SHA-256 over its rows; null where one of them cannot be read, which proves nothing.
 * Only plain tables of PostgreSQL's own types are read, and none under row security, so that nothing of
 * anybody's is run. Needs the search_path of FINGERPRINT_SETTINGS.
 * @param own a further table, by the name of PGATE_VERSION_TABLE
 */
export function toolRowsBlock(into: string, own: string): string {
  const known = [...TOOL_TABLES, { name: own, columns: [] }].map(
    ({ name, columns }) =>
      `(${quoteLiteral(name)}, array[${columns.map(quoteLiteral).join(', ')}]::text[])`,
  )
  const names = [...new Set([...TOOL_TABLES.map(({ name }) => name), own])]
  return `
    declare
      tool_table record;
      tool_digest text;
    begin
      ${into} := '';
      for tool_table in
        select format('%I.%I', n.nspname, c.relname) as name,
               not row_security_active(c.oid) and has_schema_privilege(n.oid, 'usage')
                 and has_table_privilege(c.oid, 'select')
                 and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
                                  and not a.attisdropped and a.atttypid >= ${FIRST_USER_OBJECT}) as readable
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relname = any (array[${names.map(quoteLiteral).join(', ')}]::name[])
           and c.relkind in ('r', 'p')
           and n.nspname <> 'information_schema' and not starts_with(n.nspname, 'pg_')
           and exists (select from (values ${known.join(', ')}) known (name, columns)
                        where known.name = c.relname and known.columns <@ array(
                          select a.attname::text from pg_attribute a
                           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
         order by 1
      loop
        tool_digest := null;
        if tool_table.readable then
          execute format($tool$
            select encode(sha256(convert_to(coalesce(
                     string_agg(line, chr(10) order by line collate "C"), ''), 'UTF8')), 'hex')
              from (select to_jsonb(one)::text as line from %s one) lines $tool$, tool_table.name)
            into tool_digest;
        end if;
        ${into} := ${into} || tool_table.name || ' ' || tool_digest || chr(10);
      end loop;
    end;`
}
