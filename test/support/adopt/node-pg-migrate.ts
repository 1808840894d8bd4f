import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows } from '../database/query.ts'
import { peersAreThere, runPeer } from '../peers/peers.ts'
import type { Place, Project } from './project.ts'

const ALL = [
  '1767945600000_create-shifts',
  '1768032000000_check-shifts',
  '1770105600000_index-shifts',
]

export const nodePgMigrateProject: Project = {
  name: 'node-pg-migrate',
  env: { PGATE_MIGRATIONS: 'migrations' },
  command: () => ['node-pg-migrate', 'up'],
  isThere: peersAreThere,
  made: (place) => runPeer(place, ['node-pg-migrate', 'up', '2']),
  applied: async ({ url }) => {
    const rows = await queryRows<{ name: string }>(url, 'select name from pgmigrations order by id')
    return rows.map(({ name }) => name)
  },
  all: ALL,
  back: async (place: Place) => {
    await writeFile(
      join(place.folder, 'migrations/1772524800000_add-note.sql'),
      '-- Up Migration\nALTER TABLE shifts ADD COLUMN note text;\n',
    )
    await runPeer(place, ['node-pg-migrate', 'up'])
  },
}
