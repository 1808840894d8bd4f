import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows } from '../database/query.ts'
import { peersAreThere } from '../peers/peers.ts'
import { prismaDeploy } from '../peers/prisma.ts'
import type { Place, Project } from './project.ts'

const ALL = ['20260110083000_init', '20260112101500_add_orders', '20260203140000_index_orders']
const NEXT = '20260301090000_add_note'

export const prismaProject: Project = {
  name: 'prisma',
  env: { PGATE_MIGRATIONS: 'prisma/migrations' },
  isThere: peersAreThere,
  made: async (place) => {
    // All but the newest, as the deploy before this one had it.
    const newest = join(folderOf(place), ALL.at(-1) ?? '')
    await cp(newest, `${place.folder}/newest`, { recursive: true })
    await rm(newest, { recursive: true })
    await prismaDeploy({ url: place.url, folder: folderOf(place) })
    await cp(`${place.folder}/newest`, newest, { recursive: true })
  },
  applied: async ({ url }) => {
    const rows = await queryRows<{ name: string }>(
      url,
      `select migration_name as name from _prisma_migrations
        where finished_at is not null and rolled_back_at is null order by started_at`,
    )
    return rows.map(({ name }) => name)
  },
  all: ALL,
  back: async (place) => {
    await mkdir(join(folderOf(place), NEXT))
    await writeFile(
      join(folderOf(place), NEXT, 'migration.sql'),
      '-- AlterTable\nALTER TABLE "Order" ADD COLUMN "note" TEXT;\n',
    )
    return prismaDeploy({ url: place.url, folder: folderOf(place) })
  },
}

function folderOf({ folder }: Place): string {
  return join(folder, 'prisma/migrations')
}
