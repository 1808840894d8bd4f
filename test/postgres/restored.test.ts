import { beforeAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/catalog/catalog.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import type { Manifest } from '../../src/steps/verify/manifest/manifest.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { restore } from '../support/database/restore.ts'
import { share, sized } from '../support/run/long.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { CHANGES } from './verify-changes.ts'
import { drift, manifestFrom, unseenChanges } from './verify-held.ts'
import { RICH_SCHEMA } from './verify-rich-schema.ts'
import { EVERYTHING, schemaSources, withRichSchema } from './verify-sources.ts'

const SERVERS = servers({ docker: true })
const manifests = new Map<string, Manifest>()

beforeAll(async () => {
  for (const source of schemaSources()) {
    await withRichSchema(source, async (session, catalog) => {
      manifests.set(source.name, await manifestFrom(session, catalog))
    })
  }
})

const NO_DRIFT = { missing: [], different: [], reordered: [], extra: [], notices: [] }

/** Older to newer, which is the way that dumps are meant to go. */
const MOVES = SERVERS.flatMap((from) =>
  SERVERS.filter((to) => from.major <= to.major).map((to) => ({ from, to })),
)

/** From the oldest to the newest, and once more onto the newest. */
const FARTHEST = sized({
  sample: MOVES.filter(({ from, to }) => from.major === 15 && to.major === 18),
  whole: MOVES,
})

/** Lends the rich schema as it is after a dump of one server was restored on another, and again there. */
async function withRestored(
  { from, to }: { readonly from: TestServer; readonly to: TestServer },
  use: (once: Session, twice: Session) => Promise<void>,
): Promise<void> {
  const on = (url: string, act: (session: Session) => Promise<unknown>) =>
    withSession(databaseOf(url), patiently(), act)
  await withDatabase(from, (first) =>
    withDatabase(to, (second) =>
      withDatabase(to, async (third) => {
        await on(first.url, (session) => session.query(RICH_SCHEMA))
        await restore({ server: from, database: first }, { server: to, database: second })
        await restore({ server: to, database: second }, { server: to, database: third })
        await on(second.url, (once) => on(third.url, (twice) => use(once, twice)))
      }),
    ),
  )
}

describe.each(FARTHEST)('the rich schema, dumped from $from.name, restored on $to.name', (move) => {
  it('is what the manifest of every server promises, restored once or twice', async () => {
    await withRestored(move, async (...sessions) => {
      for (const [times, session] of sessions.entries()) {
        const live = await readCatalog(session, EVERYTHING)
        for (const [name, manifest] of manifests) {
          expect({ name, times, ...drift(manifest, live) }).toEqual({ name, times, ...NO_DRIFT })
        }
      }
    })
  })
})

// Each read takes its time: in every run each change is made on one move at most.
describe.each(FARTHEST)('the rich schema, restored on $to.name out of $from.name', (move) => {
  it('shows every single change', async () => {
    const changes = share(CHANGES, { part: FARTHEST.indexOf(move), of: 2 * FARTHEST.length })
    await withRestored(move, async (once) => {
      expect(await unseenChanges(once, manifests, changes)).toEqual([])
    })
  }, 400_000)
})
