import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CatalogScope } from '../../../src/catalog/scope.ts'
import { readSchema } from '../../../src/diff/read-schema.ts'
import type { Schema } from '../../../src/diff/schema.ts'
import { withSession } from '../../../src/postgres/session/session.ts'
import { runPgateHere } from '../../support/cli/call.ts'
import { expectDone, SYSTEMS } from '../../support/cli/systems.ts'
import { databaseOf, patiently } from '../../support/database/connect.ts'
import { faultsOfWay } from '../../support/diff/faults-of.ts'
import { inDatabase, wrongIn } from '../../support/diff/there-and-back.ts'
import { sized } from '../../support/run/long.ts'
import { servers, type TestServer, withDatabase } from '../../support/servers/servers.ts'

interface Folder {
  readonly name: string
  readonly migrations: string
  readonly env: (url: string) => Readonly<Record<string, string>>
}

const FOLDERS: readonly Folder[] = [
  {
    name: 'the sample',
    migrations: join(import.meta.dirname, '../../../migrations'),
    env: (url) => ({ DATABASE_URL: url, PGATE_EXTENSIONS: 'vector,uuid-ossp' }),
  },
  ...SYSTEMS,
]

const SCOPE: CatalogScope = {
  schemas: 'all',
  ownTables: ['alembic_version', 'pgate_journal'].map((name) => ({ schema: 'public', name })),
  everyPartition: true,
}

const majors = sized({
  sample: servers({ vector: true }).slice(0, 1),
  whole: servers({ vector: true }),
})

describe.each(majors)('on $name, what each revision makes', { timeout: 180_000 }, (server) => {
  it.each(FOLDERS)('is made and undone by the statements in $name', async (folder) => {
    const written = await schemasOf(server, folder)
    expect(written.length).toBeGreaterThan(1)
    const stops = [...written, ...written.toReversed().slice(1)]
    await inDatabase(server, async (session) => {
      for (const wanted of stops.slice(1)) {
        const from = await readSchema(session, SCOPE)
        const isUnread = wrongIn(from, wanted).length === 0
        const faults = await faultsOfWay(
          session,
          { from, to: wanted },
          isUnread ? { isUnread } : {},
        )
        expect(faults).toEqual([])
      }
    })
  })
})

/** What the folder's revisions, as they are written, make of an empty database, one after the other. */
async function schemasOf(server: TestServer, folder: Folder): Promise<readonly Schema[]> {
  return withDatabase(server, async ({ url }) => {
    const env = { ...folder.env(url), PGATE_MIGRATIONS: folder.migrations }
    const read = () =>
      withSession(databaseOf(url), patiently(), (session) => readSchema(session, SCOPE))
    const schemas = [await read()]
    for (let isAtHead = false; !isAtHead; ) {
      expectDone(await runPgateHere(['upgrade', '+1'], { env }))
      schemas.push(await read())
      isAtHead = (await runPgateHere(['current'], { env })).stdout.includes('(head)')
    }
    return schemas
  })
}
