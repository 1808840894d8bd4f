import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows } from '../database/query.ts'
import { peersAreThere, runPeer } from '../peers/peers.ts'
import type { Place, Project } from './project.ts'

const ALL = [
  '20260110083000_create_orders.mjs',
  '20260112101500_add_order_state.mjs',
  '20260203140000_index_orders.mjs',
]

export const knexProject: Project = {
  name: 'knex',
  env: { PGATE_MIGRATIONS: 'migrations', PGATE_MIGRATE_INPUTS: 'knexfile.mjs' },
  command: () => ['knex', 'migrate:latest'],
  isThere: peersAreThere,
  made: (place) => runPeer(place, ['knex', 'migrate:up']),
  applied: async ({ url }) => {
    const rows = await queryRows<{ name: string }>(
      url,
      'select name from knex_migrations order by id',
    )
    return rows.map(({ name }) => name)
  },
  all: ALL,
  back: async (place: Place) => {
    await writeFile(
      join(place.folder, 'migrations/20260301090000_add_note.mjs'),
      "export const up = (knex) => knex.raw('alter table orders add column note text')\nexport const down = (knex) => knex.raw('alter table orders drop column note')\n",
    )
    await runPeer(place, ['knex', 'migrate:latest'])
  },
}
