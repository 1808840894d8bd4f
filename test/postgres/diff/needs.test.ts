import { describe, expect, it } from 'vitest'
import { needsByName } from '../../../src/diff/needs-by-name.ts'
import { readSchema } from '../../../src/diff/read-schema.ts'
import type { Schema } from '../../../src/diff/schema.ts'
import { withSession } from '../../../src/postgres/session/session.ts'
import { runPgateHere } from '../../support/cli/call.ts'
import { expectDone, SYSTEMS } from '../../support/cli/systems.ts'
import { databaseOf, patiently } from '../../support/database/connect.ts'
import { anyOf, servers, withDatabase } from '../../support/servers/servers.ts'
import { RICH_SCHEMA } from '../verify-rich-schema.ts'
import { EVERYTHING } from '../verify-sources.ts'

const FOLDERS = [
  ...SYSTEMS.map(({ name, migrations, env }) => ({ name, migrations, env })),
  {
    name: 'the sample',
    migrations: 'migrations',
    env: (url: string) => ({ DATABASE_URL: url, PGATE_EXTENSIONS: 'vector,uuid-ossp' }),
  },
]
const [server] = anyOf(servers({ since: 17, vector: true }))

describe.runIf(server !== undefined)('what an object needs', () => {
  it.each(FOLDERS)('is the same by pg_depend and by names in $name', async (folder) => {
    if (server === undefined) throw new Error('there is no server')
    await withDatabase(server, async ({ url }) => {
      const env = { ...folder.env(url), PGATE_MIGRATIONS: folder.migrations }
      expectDone(await runPgateHere(['upgrade'], { env }))
      const { objects, needs } = await read(url)
      // Of two extensions in one schema no name says which it is of.
      const plain = (all: Schema['needs']) =>
        lines(all).filter((line) => !/ <- extension /.test(line))
      expect(plain(needsByName(objects))).toEqual(plain(needs))
      expect(lost(needs, needsByName(objects))).toEqual([])
    })
  })

  it('by names holds all that pg_depend knows of the rich schema', async () => {
    if (server === undefined) throw new Error('there is no server')
    await withDatabase(server, async ({ url }) => {
      const { objects, needs } = await withSession(
        databaseOf(url),
        patiently(),
        async (session) => {
          await session.query(RICH_SCHEMA)
          return readSchema(session, EVERYTHING)
        },
      )
      expect(lost(needs, needsByName(objects))).toEqual([])
    })
  })
})

function read(url: string): Promise<Schema> {
  return withSession(databaseOf(url), patiently(), (session) => readSchema(session, EVERYTHING))
}

function lost(needs: Schema['needs'], from: Schema['needs']): readonly string[] {
  const kept = new Set(lines(from))
  return lines(needs).filter((line) => !kept.has(line))
}

/** Each need of a need is a need. */
function lines(needs: Schema['needs']): readonly string[] {
  return [...needs.keys()]
    .flatMap((key) => [...reached(needs, key)].map((one) => `${key} <- ${one}`))
    .toSorted()
}

function reached(needs: Schema['needs'], from: string): ReadonlySet<string> {
  const all = new Set(needs.get(from))
  for (const key of all) for (const one of needs.get(key) ?? []) all.add(one)
  return all
}
