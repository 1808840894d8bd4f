import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'
import { queryRows } from '../database/query.ts'
import { runDbmate } from '../peers/dbmate.ts'
import type { Place, Project } from './project.ts'

const NEXT = '20260301090000_add_due_date.sql'

export const dbmateProject: Project = {
  name: 'dbmate',
  env: { PGATE_MIGRATIONS: 'db/migrations' },
  isThere: () => inject('environment').dbmate !== undefined,
  made: async (place) => {
    await dbmate(place, 'up')
    await dbmate(place, 'rollback')
  },
  applied: async ({ url }) => {
    const rows = await queryRows<{ version: string }>(
      url,
      'select version from schema_migrations order by version',
    )
    return rows.map(({ version }) => version)
  },
  all: ['20260110083000', '20260112101500', '20260203140000'],
  back: async (place) => {
    await writeFile(
      join(place.folder, 'db/migrations', NEXT),
      '-- migrate:up\nalter table invoices add column due date;\n\n-- migrate:down\nalter table invoices drop column due;\n',
    )
    await dbmate(place, 'up')
  },
}

async function dbmate({ folder, url }: Place, ...args: readonly string[]): Promise<void> {
  const program = inject('environment').dbmate ?? 'dbmate'
  const on = { url, folder: join(folder, 'db/migrations') }
  const { exitCode, output } = await runDbmate(program, on, ...args)
  if (exitCode !== 0) throw new Error(`dbmate ${args.join(' ')}: ${output}`)
}
