import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows } from '../database/query.ts'
import { runAsFlyway } from '../folders/as-flyway.ts'
import type { Project } from './project.ts'

const NEXT = 'V4__add_price.sql'

export const flywayProject: Project = {
  name: 'flyway',
  env: { PGATE_MIGRATIONS: 'sql' },
  made: ({ url, folder }) =>
    runAsFlyway(url, join(folder, 'sql'), ['V1__create_rooms.sql', 'V2__create_bookings.sql']),
  applied: async ({ url }) => {
    const rows = await queryRows<{ script: string }>(
      url,
      'select script from flyway_schema_history where success order by installed_rank',
    )
    return rows.map(({ script }) => script)
  },
  all: [
    'V1__create_rooms.sql',
    'V2__create_bookings.sql',
    'V3__index_bookings.sql',
    'R__free_rooms.sql',
  ],
  back: async ({ url, folder }) => {
    await writeFile(
      join(folder, 'sql', NEXT),
      'ALTER TABLE rooms ADD COLUMN price numeric(8, 2);\n',
    )
    await runAsFlyway(url, join(folder, 'sql'), [NEXT])
  },
}
