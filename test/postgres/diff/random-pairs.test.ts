import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultsBetween } from '../../support/diff/faults-of.ts'
import { rowsSql } from '../../support/diff/random/random-rows.ts'
import { rawPair } from '../../support/diff/random/raw-schema.ts'
import { modelOf } from '../../support/diff/random/schema-model.ts'
import { schemaSql } from '../../support/diff/random/schema-sql.ts'
import { inDatabase } from '../../support/diff/there-and-back.ts'
import { sized } from '../../support/run/long.ts'
import { anyServer, type TestServer } from '../../support/servers/servers.ts'

const SEED = Number(process.env.TEST_SCHEMAS_SEED ?? 20_251_126)
const COUNT = sized({ sample: 6, whole: 300 })

const pairs = rawPair
  .map(([one, other]) => {
    const [from, to] = [modelOf(one), modelOf(other)]
    return { from: schemaSql(from), to: schemaSql(to), rows: rowsSql(from, to).join(';\n') }
  })
  .filter(({ from, to }) => from !== to)

describe.each(anyServer())(
  `${COUNT} random pairs on $name (TEST_SCHEMAS_SEED=${SEED})`,
  (server) => {
    it('are led from nothing to the first, to the second, and back', async () => {
      await fc.assert(
        fc.asyncProperty(pairs, async (pair) => {
          expect(await faultsOfRandom(server, pair)).toEqual([])
        }),
        { seed: SEED, numRuns: COUNT },
      )
    }, 900_000)
  },
)

async function faultsOfRandom(
  server: TestServer,
  { from, to, rows }: { readonly from: string; readonly to: string; readonly rows: string },
): Promise<readonly string[]> {
  const made = await inDatabase(server, (session) => faultsBetween(session, { from: '', to: from }))
  if (made.length > 0) return made.map((fault) => `from nothing ${fault}`)
  return inDatabase(server, (session) => faultsBetween(session, { from, to, rows }))
}
