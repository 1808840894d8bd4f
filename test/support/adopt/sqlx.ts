import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows } from '../database/query.ts'
import type { Place, Project } from './project.ts'

export const sqlxProject: Project = {
  name: 'sqlx',
  env: { PGATE_MIGRATIONS: 'migrations', PGATE_FORMAT: 'sqlx' },
  made: (place) => run(place, '20260110083000_create_documents.sql', 'create documents'),
  applied: async ({ url }) => {
    const rows = await queryRows<{ version: string }>(
      url,
      'select version from _sqlx_migrations where success order by version',
    )
    return rows.map(({ version }) => version)
  },
  all: ['20260110083000', '20260112101500', '20260203140000'],
  back: async (place) => {
    const name = '20260301090000_add_author.sql'
    await writeFile(
      join(place.folder, 'migrations', name),
      'ALTER TABLE documents ADD author text;\n',
    )
    await refuseOtherChecksums(place)
    await run(place, name, 'add author')
  },
}

/** What sqlx sends for one file: its table, then the file with its row in one transaction. */
async function run({ folder, url }: Place, name: string, description: string): Promise<void> {
  const text = await readFile(join(folder, 'migrations', name), 'utf8')
  await queryRows(
    url,
    `CREATE TABLE IF NOT EXISTS _sqlx_migrations (
      version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
      success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)`,
  )
  const row = `insert into _sqlx_migrations (version, description, success, checksum, execution_time)
    values (${name.slice(0, 14)}, '${description}', true, '\\x${checksum(text)}', -1)`
  await queryRows(url, `begin; ${text}; ${row}; commit`)
}

/** As sqlx does before it runs anything: each row against its file. */
async function refuseOtherChecksums({ folder, url }: Place): Promise<void> {
  const rows = await queryRows<{ name: string; checksum: string }>(
    url,
    `select concat(version, '_', replace(description, ' ', '_')) as name, encode(checksum, 'hex') as checksum
       from _sqlx_migrations`,
  )
  for (const { name, checksum: recorded } of rows) {
    const path = join(folder, 'migrations', name)
    const text = await readFile(`${path}.sql`, 'utf8').catch(() =>
      readFile(`${path}.up.sql`, 'utf8'),
    )
    if (checksum(text) !== recorded) throw new Error(`${name}: sqlx would not start`)
  }
}

function checksum(text: string): string {
  return createHash('sha384').update(text).digest('hex')
}
