import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows, withClient } from '../database/query.ts'
import type { Place, Project } from './project.ts'

/** diesel is in no registry that the tests use: these are its statements, by its sources. */
const TABLE = `CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
  version VARCHAR(50) PRIMARY KEY NOT NULL,
  run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
)`
const ROW = 'INSERT INTO __diesel_schema_migrations (version) VALUES ($1)'

export const dieselProject: Project = {
  name: 'diesel',
  env: { PGATE_MIGRATIONS: 'migrations' },
  made: async (place) => {
    await queryRows(place.url, TABLE)
    await run(place, '00000000000000_diesel_initial_setup')
    await run(place, '2026-01-10-083000_create_tickets')
  },
  applied: async ({ url }) => {
    const rows = await queryRows<{ version: string }>(
      url,
      'select version from __diesel_schema_migrations order by version',
    )
    return rows.map(({ version }) => version)
  },
  all: ['00000000000000', '20260110083000', '20260203140000'],
  back: async (place) => {
    const name = '2026-03-01-090000_add_priority'
    await mkdir(join(place.folder, 'migrations', name))
    await writeFile(
      join(place.folder, 'migrations', name, 'up.sql'),
      'ALTER TABLE tickets ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;\n',
    )
    await run(place, name)
  },
}

/** One transaction, the row last. */
async function run({ url, folder }: Place, name: string): Promise<void> {
  const sql = await readFile(join(folder, 'migrations', name, 'up.sql'), 'utf8')
  const [version = ''] = name.split('_')
  await withClient(url, async (client) => {
    await client.query('BEGIN')
    await client.query(sql)
    await client.query(ROW, [version.replaceAll('-', '')])
    await client.query('COMMIT')
  })
}
