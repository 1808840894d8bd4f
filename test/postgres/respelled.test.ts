import { describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/catalog/catalog.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import { compareCatalogs, type DriftReport } from '../../src/steps/verify/drift/drift.ts'
import { readRespellings } from '../../src/steps/verify/spelling/respell.ts'
import { SILENT_LOG } from '../support/cli/silent-log.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { restore } from '../support/database/restore.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'
import { drift, manifestFrom } from './verify-held.ts'
import { RESPELLED_FIELDS, RESPELLED_SCHEMA } from './verify-respelled-schema.ts'
import { EVERYTHING, schemaSources } from './verify-sources.ts'

const ABOUT = { log: SILENT_LOG, signal: new AbortController().signal }

describe.each(schemaSources())('on $name', ({ lend }) => {
  it('every text that holds an expression is printed again, and the database stays as it is', async () => {
    await lend(async (session) => {
      await session.query(RESPELLED_SCHEMA)
      const { objects, digest } = await readCatalog(session, EVERYTHING)
      const respelled = await readRespellings(ABOUT, session, objects)
      const fields = [...respelled].flatMap(([key, respelling]) =>
        Object.keys(respelling).map((field) => `${key} ${field}`),
      )
      expect(fields.toSorted()).toEqual(RESPELLED_FIELDS)
      expect((await readCatalog(session, EVERYTHING)).digest).toBe(digest)
      expect(session.transactionStatus()).toBe('idle')
    })
  })

  it('a text that is not taken a second time keeps its one spelling, and the rest are printed', async () => {
    await lend(async (session) => {
      await session.query(
        `create table t (v varchar(5) check (v in ('a', 'b')), n integer default 1)`,
      )
      const { objects } = await readCatalog(session, EVERYTHING)
      const broken = new Map([
        ['column public.gone.n', { default: '1 + 1' }],
        ...objects,
        ['column public.t.n', { default: 'no_such_function(1)' }],
      ])
      const noted: string[] = []
      const debug = (_: string, message: string) => noted.push(message)
      const respelled = await readRespellings(
        { ...ABOUT, log: { ...SILENT_LOG, debug } },
        session,
        broken,
      )
      expect([...respelled.keys()]).toEqual(['constraint public.t.t_v_check'])
      expect(noted).toEqual([
        'column public.gone.n could not be parsed a second time',
        'column public.t.n could not be parsed a second time',
      ])
    })
  })
})

describe.each(servers({ docker: true }))('dumped and restored on $name', (server) => {
  const it = testOn(server)

  it('every such text is one of its spellings, and the original is what a squash of it promises', async ({
    database: first,
  }) => {
    await withDatabase(server, async (second) => {
      const on = <T>(url: string, use: (session: Session) => Promise<T>) =>
        withSession(databaseOf(url), patiently(), use)
      await on(first.url, (session) => session.query(RESPELLED_SCHEMA))
      const original = await on(first.url, readAll)
      await restore({ server, database: first }, { server, database: second })
      const restored = await on(second.url, readAll)

      const { objects: expected, respelled } = original.manifest
      const live = restored.catalog.objects
      const changed = compareCatalogs({ expected, live, sameMajor: true })
      expect(fieldsOf(changed).toSorted()).toEqual(RESPELLED_FIELDS)
      expect(compareCatalogs({ expected, live, respelled, sameMajor: true })).toEqual(NO_DRIFT)
      expect(drift(restored.manifest, original.catalog)).toEqual(NO_DRIFT)
    })
  })
})

const NO_DRIFT = { missing: [], different: [], reordered: [], extra: [], notices: [] }

async function readAll(session: Session) {
  const catalog = await readCatalog(session, EVERYTHING)
  return { catalog, manifest: await manifestFrom(session, catalog) }
}

function fieldsOf({ different }: DriftReport): readonly string[] {
  return different.flatMap(({ key, fields }) => fields.map(({ field }) => `${key} ${field}`))
}
