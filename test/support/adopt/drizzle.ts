import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { queryRows } from '../database/query.ts'
import { drizzleMigrate } from '../peers/drizzle.ts'
import { type DrizzleEntry, drizzleJournal } from '../peers/drizzle-folder.ts'
import { peersAreThere } from '../peers/peers.ts'
import type { Place, Project } from './project.ts'

const NEXT: DrizzleEntry = { tag: '0003_note', when: 1_772_355_600_000 }

export const drizzleProject: Project = {
  name: 'drizzle',
  env: { PGATE_MIGRATIONS: 'drizzle' },
  isThere: peersAreThere,
  made: async (place) => {
    const entries = await entriesOf(place)
    // All but the newest, as the deploy before this one had it.
    await migrate(place, entries.slice(0, -1))
    await writeFile(journalOf(place), drizzleJournal(entries))
  },
  applied: async ({ url }) => {
    const rows = await queryRows<{ at: string }>(
      url,
      'select created_at::text as at from drizzle.__drizzle_migrations order by id',
    )
    return rows.map(({ at }) => at)
  },
  all: ['1768034000000', '1768213000000', '1770127200000'],
  back: async (place) => {
    const sql = 'ALTER TABLE "books" ADD COLUMN "note" text;'
    await writeFile(join(place.folder, 'drizzle', `${NEXT.tag}.sql`), sql)
    await migrate(place, [...(await entriesOf(place)), NEXT])
  },
}

async function migrate(place: Place, entries: readonly DrizzleEntry[]): Promise<void> {
  await writeFile(journalOf(place), drizzleJournal(entries))
  await drizzleMigrate('drizzle', { url: place.url, folder: join(place.folder, 'drizzle') })
}

async function entriesOf(place: Place): Promise<readonly DrizzleEntry[]> {
  const { entries } = JSON.parse(await readFile(journalOf(place), 'utf8'))
  return entries.map(({ tag, when }: DrizzleEntry) => ({ tag, when }))
}

function journalOf({ folder }: Place): string {
  return join(folder, 'drizzle/meta/_journal.json')
}
