import { describe, it } from 'vitest'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { expectDone, pgateOf, SYSTEMS, type System, serversFor } from '../support/cli/systems.ts'
import { restore } from '../support/database/restore.ts'
import { share } from '../support/run/long.ts'
import { anyServer, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const MAI: System = {
  name: 'mai',
  migrations: MAI_MIGRATIONS,
  revisions: ['b83d5e0f6c21'],
  head: 'b83d5e0f6c21',
  env: (url) => ({ DATABASE_URL: url, PGATE_EXTENSIONS: 'vector,uuid-ossp' }),
  since: 17,
}

const RUNS = [MAI, ...SYSTEMS].flatMap((system) =>
  serversFor(system)
    .filter(({ container }) => container !== undefined)
    .map((server) => ({ system, server })),
)

/** Lends the database as the gate leaves it, restored from a dump, and restored from a dump of that. */
async function withRestored(
  server: TestServer,
  gate: (url: string) => Promise<unknown>,
  use: (urls: readonly string[]) => Promise<void>,
): Promise<void> {
  await withDatabase(server, (first) =>
    withDatabase(server, (second) =>
      withDatabase(server, async (third) => {
        await gate(first.url)
        await restore({ server, database: first }, { server, database: second })
        await restore({ server, database: second }, { server, database: third })
        await use([second.url, third.url])
      }),
    ),
  )
}

describe.each(share(RUNS, { part: 0, of: 2 }))(
  '$system.name, dumped and restored on $server.name',
  ({ system, server }) => {
    it('opens the gate, and has nothing extra', async () => {
      const gate = async (url: string) => expectDone(await pgateOf(system, url)('gate'))
      await withRestored(server, gate, async (urls) => {
        for (const url of urls) {
          expectDone(await pgateOf(system, url)('verify', '--strict'))
          await gate(url)
          expectDone(await pgateOf(system, url)('check'))
        }
      })
    })
  },
)

const ORDERS = revisionText({
  id: '001',
  upgrade: `CREATE TABLE orders (id int PRIMARY KEY, status varchar(20) CHECK (status IN ('new','paid')),
      n int, m int, CONSTRAINT c CHECK (n BETWEEN 1 AND 10 AND m > 0));
    CREATE INDEX i ON orders (id) WHERE status IN ('new','paid');`,
})

describe.each(anyServer({ docker: true }))('a restored database on $name', (server) => {
  const it = testOn(server)

  it.each([
    ['the embedded server', []],
    ['the same server', ['--shadow-url', server.url]],
  ])('opens with a manifest of %s, and is stamped', async (_, from) => {
    await withRevisionFolder(async (folder) => {
      await folder.write('001_orders.sql', ORDERS)
      const own = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      const pgate = (url: string, ...args: readonly string[]) =>
        runPgateHere(args, { env: { ...own, DATABASE_URL: url } })
      expectDone(await runPgateHere(['manifest', ...from], { env: own }))
      const gate = async (url: string) => expectDone(await pgate(url, 'gate'))
      await withRestored(server, gate, async (urls) => {
        for (const url of urls) {
          await gate(url)
          expectDone(await pgate(url, 'stamp', 'head'))
        }
      })
    })
  })

  it('is stamped where there is no manifest, by the schema that the revisions make', async ({
    folder,
  }) => {
    await folder.write('001_orders.sql', ORDERS)
    const pgate = (url: string, ...args: readonly string[]) => {
      const env = { DATABASE_URL: url, PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
      return runPgateHere(args, { env })
    }
    const gate = async (url: string) => expectDone(await pgate(url, 'gate'))
    await withRestored(server, gate, async (urls) => {
      for (const url of urls) expectDone(await pgate(url, 'stamp', '001', '--purge'))
    })
  })
})
