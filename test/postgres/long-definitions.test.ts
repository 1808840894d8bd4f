import { describe, expect } from 'vitest'
import { readCatalog, readDigest } from '../../src/catalog/catalog.ts'
import { withSession } from '../../src/postgres/session/session.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { queryRows } from '../support/database/query.ts'
import { anyServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const SCOPE = { schemas: ['public'], ownTables: [] }

describe.each(anyServer())('a function of megabytes on $name', (server) => {
  const it = testOn(server)

  it('is compared by its digest, and never read', async ({ database: { url } }) => {
    const create = (last: string) =>
      queryRows(
        url,
        `do $do$ begin execute 'create or replace function long() returns void language sql as $f$ select 1 -- '
             || repeat('x', 3000000) || '${last} $f$'; end $do$`,
      )
    await create('a')
    const read = () =>
      withSession(databaseOf(url), patiently(), async (session) => ({
        catalog: await readCatalog(session, SCOPE),
        digest: await readDigest(session, SCOPE),
      }))
    const before = await read()
    const definition = before.catalog.objects.get('function public.long()')
    expect(definition).toMatchObject({ language: 'sql' })
    expect(definition?.body).toMatch(/^md5 [0-9a-f]{32} of 30\d+ characters$/)
    expect(before.digest).toBe(before.catalog.digest)
    await create('b')
    const after = await read()
    expect(after.catalog.objects.get('function public.long()')?.body).not.toBe(definition?.body)
  })
})
