import { type Catalog, readCatalog } from '../../../src/catalog/catalog.ts'
import { catalogScope } from '../../../src/catalog/scope.ts'
import { withSession } from '../../../src/postgres/session/session.ts'
import { databaseOf, patiently } from '../database/connect.ts'
import { queryRows } from '../database/query.ts'

const SCOPE = catalogScope({ schema: 'public', versionTable: 'alembic_version' }, 'all')

/** Every object of the database by our own catalog query, and the version rows. */
export async function stateOf(url: string): Promise<{
  readonly objects: Catalog['objects']
  readonly versions: readonly unknown[]
}> {
  const { objects } = await withSession(databaseOf(url), patiently(), (session) =>
    readCatalog(session, SCOPE),
  )
  const versions = await queryRows(url, 'select version_num from alembic_version order by 1')
  // The two go through branches in orders of their own, and each adds its columns as it comes.
  const unordered = [...objects].map(([key, { position: _, ...rest }]) => [key, rest] as const)
  return { objects: new Map(unordered), versions }
}
