import { beforeAll, describe, expect, it } from 'vitest'
import { readCatalog } from '../../src/catalog/catalog.ts'
import type { CatalogObjects } from '../../src/catalog/object-key.ts'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import type { Manifest } from '../../src/steps/verify/manifest/manifest.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { COLUMNS, randomExpressions } from '../support/database/random-expression.ts'
import { restore } from '../support/database/restore.ts'
import { sized } from '../support/run/long.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { drift, manifestFrom } from './verify-held.ts'
import { EVERYTHING, schemaSources } from './verify-sources.ts'

const SEED = Number(process.env.TEST_EXPRESSIONS_SEED ?? 20_251_126)
const COUNT = sized({ sample: 50, whole: 200 })
const TITLE = `${COUNT} random expressions (TEST_EXPRESSIONS_SEED=${SEED})`
const EXPRESSIONS = randomExpressions(COUNT, SEED)

/** Each in a check, a generated column, a default, an index, a view and a policy. */
const SCHEMA = EXPRESSIONS.map(
  ({ ofColumns, ofNothing }, at) => /* SQL */ `
  create table t${at} (${COLUMNS}, made boolean generated always as ${ofColumns} stored,
    given boolean default ${ofNothing}, constraint c check ${ofColumns});
  create index i${at} on t${at} (id) where ${ofColumns};
  create view v${at} as select id, ${ofColumns} as known from t${at} where ${ofColumns};
  create policy p on t${at} using ${ofColumns};`,
).join('')

const manifests = new Map<string, Manifest>()

beforeAll(async () => {
  for (const { name, lend } of schemaSources()) {
    await lend(async (session) => {
      await session.query(SCHEMA)
      manifests.set(name, await manifestFrom(session, await readCatalog(session, EVERYTHING)))
    })
  }
}, 300_000)

const NO_DRIFT = { missing: [], different: [], reordered: [], extra: [], notices: [] }

async function expectPromised(session: Session): Promise<void> {
  const live = await readCatalog(session, EVERYTHING)
  for (const [name, manifest] of manifests) {
    expect({ name, ...drift(manifest, live) }).toEqual({ name, ...NO_DRIFT })
  }
}

describe(TITLE, () => {
  it.each(anyServer({ docker: true }))(
    'open, dumped and restored on $name, once and twice',
    {
      timeout: 180_000,
    },
    async (server) => {
      const on = (url: string, use: (session: Session) => Promise<unknown>) =>
        withSession(databaseOf(url), patiently(), use)
      await withDatabase(server, (first) =>
        withDatabase(server, (second) =>
          withDatabase(server, async (third) => {
            await on(first.url, (session) => session.query(SCHEMA))
            await on(first.url, expectPromised)
            await restore({ server, database: first }, { server, database: second })
            await on(second.url, expectPromised)
            await restore({ server, database: second }, { server, database: third })
            await on(third.url, expectPromised)
          }),
        ),
      )
    },
  )

  it('are distinguished on every server, whatever manifest is held against them', () => {
    for (const [name, manifest] of manifests) {
      expect(manifest.respelled.size, name).toBeGreaterThan(COUNT / 2)
      for (const [other, { objects, server }] of manifests) {
        const live = { objects: shifted(objects), broken: new Map(), digest: '', server }
        const { different, notices } = drift(manifest, live)
        const seen = new Set([...different.map(({ key }) => key), ...notices.map(keyOf)])
        const unseen = EXPRESSIONS.flatMap((_, at) => holders(at)).filter((key) => !seen.has(key))
        expect({ name, other, unseen }).toEqual({ name, other, unseen: [] })
      }
    }
  })
})

/** What holds the expression of one number. */
function holders(at: number): readonly string[] {
  const table = `public.t${at}`
  const parts = [`column ${table}.made`, `constraint ${table}.c`, `policy ${table}.p`]
  return [...parts, `index public.i${at}`, `view public.v${at}`]
}

function keyOf(line: string): string {
  return line.slice(0, line.indexOf(':'))
}

/** Each object with the definition of the next number's, its own name put in. */
function shifted(objects: CatalogObjects): CatalogObjects {
  const moved = new Map(objects)
  for (const at of EXPRESSIONS.keys()) {
    const next = (at + 1) % EXPRESSIONS.length
    for (const [index, key] of holders(at).entries()) {
      const other = JSON.stringify(objects.get(holders(next)[index] ?? ''))
      const own = other.replaceAll(new RegExp(`\\b([tiv])${next}\\b`, 'g'), `$1${at}`)
      moved.set(key, JSON.parse(own))
    }
  }
  return moved
}
