import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows } from '../database/query.ts'
import type { Place, Project } from './project.ts'

export const golangMigrateProject: Project = {
  name: 'golang-migrate',
  env: { PGATE_MIGRATIONS: 'migrations', PGATE_FORMAT: 'golang-migrate' },
  made: (place) => up(place, 1, '000001_create_accounts.up.sql'),
  applied: async ({ url }) => {
    const rows = await queryRows<{ version: number }>(
      url,
      'select generate_series(1, version)::int as version from schema_migrations where not dirty',
    )
    return rows.map(({ version }) => String(version))
  },
  all: ['1', '2', '3'],
  back: async (place) => {
    const name = '000004_add_names.up.sql'
    await writeFile(join(place.folder, 'migrations', name), 'ALTER TABLE accounts ADD name text;\n')
    await up(place, 4, name)
  },
}

/** What golang-migrate sends for one file: the row before and after it, and the file as it is. */
async function up({ folder, url }: Place, version: number, name: string): Promise<void> {
  const row = (dirty: boolean) =>
    `BEGIN; TRUNCATE "public"."schema_migrations"; INSERT INTO "public"."schema_migrations" (version, dirty) VALUES (${version}, ${dirty}); COMMIT`
  const statements = [
    'CREATE TABLE IF NOT EXISTS "public"."schema_migrations" (version bigint not null primary key, dirty boolean not null)',
    row(true),
    await readFile(join(folder, 'migrations', name), 'utf8'),
    row(false),
  ]
  for (const statement of statements) await queryRows(url, statement)
}
