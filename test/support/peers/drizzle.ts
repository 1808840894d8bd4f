import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PEERS } from './peers.ts'

const require = createRequire(join(PEERS, 'package.json'))

/** The package of each form. */
const PACKAGES = { drizzle: 'drizzle-orm', 'drizzle-1': 'drizzle-orm-1' } as const

/** What `drizzle-kit migrate` and an application run at start: drizzle-orm's own migrator. */
export async function drizzleMigrate(
  form: keyof typeof PACKAGES,
  { url, folder }: { readonly url: string; readonly folder: string },
): Promise<void> {
  const { drizzle } = require(`${PACKAGES[form]}/node-postgres`)
  const { migrate } = require(`${PACKAGES[form]}/node-postgres/migrator`)
  const { Client } = require('pg')
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await migrate(drizzle({ client }), { migrationsFolder: folder })
  } finally {
    await client.end()
  }
}
