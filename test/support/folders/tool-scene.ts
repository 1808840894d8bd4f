import type { QueryResultRow } from 'pg'
import { runPgateHere } from '../cli/call.ts'
import { type RevisionFolder, withRevisionFolder } from '../cli/revision-folder.ts'
import { queryRows } from '../database/query.ts'
import { type TestServer, withDatabase } from '../servers/servers.ts'

/** A tool's folder, a database, and pgate to work on them. */
export interface ToolScene {
  readonly url: string
  readonly folder: RevisionFolder
  readonly pgate: (...args: readonly string[]) => ReturnType<typeof runPgateHere>
  readonly rows: <Row extends QueryResultRow>(sql: string) => Promise<readonly Row[]>
}

/** Lends a folder of these files, and an empty database. */
export async function withToolScene(
  server: TestServer,
  {
    files,
    env,
  }: {
    readonly files: Readonly<Record<string, string>>
    readonly env: Readonly<Record<string, string>>
  },
  use: (scene: ToolScene) => Promise<void>,
): Promise<void> {
  await withRevisionFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text)
    await withDatabase(server, async ({ url }) => {
      const all = {
        DATABASE_URL: url,
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_LOG_LEVEL: 'warn',
        ...env,
      }
      await use({
        url,
        folder,
        pgate: (...args) => runPgateHere(args, { env: all }),
        rows: (sql) => queryRows(url, sql),
      })
    })
  })
}

/** A query of all that a table is made of: its columns, their defaults, its constraints. */
export function shapeSql(table: string): string {
  return `select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
      pg_get_expr(d.adbin, d.adrelid) as value,
      (select json_agg(json_build_array(c.conname, pg_get_constraintdef(c.oid)) order by c.conname)
         from pg_constraint c where c.conrelid = a.attrelid and c.contype <> 'n') as constraints
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = '${table}'::regclass and a.attnum > 0 order by a.attnum`
}
