import { beforeAll, describe, expect, it } from 'vitest'
import { type AlembicStep, alembicSteps } from '../support/graphs/alembic-steps.ts'
import { withGraphDatabase } from '../support/graphs/pgate.ts'
import { graphScenarios, wayTo } from '../support/graphs/scenarios.ts'
import { sized } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

/** Another seed gives other graphs, and the one of a failed run gives the same again. */
const SEED = Number(process.env.TEST_GRAPHS_SEED ?? 20_251_018)
const PLAIN = graphScenarios({ seed: SEED, graphs: sized({ sample: 12, whole: 25 }), acts: 8 })
/** Alembic leaves rows too many where a dependency is redundant, or fails. */
const REDUNDANT = graphScenarios({ seed: SEED, graphs: 5, acts: 8, redundant: true })
const TITLE = `random graphs (TEST_GRAPHS_SEED=${SEED})`

console.info(TITLE)

// What differs from server to server is no matter of graphs: one is enough.
describe.each(servers().slice(0, 1))(`${TITLE} on $name`, (server) => {
  it.each([
    ...PLAIN.map((scenario) => ({ looks: 'plain', scenario })),
    ...REDUNDANT.map((scenario) => ({ looks: 'redundant', scenario })),
  ])(
    'are as the model says after every operation: $looks $scenario.number',
    async ({ scenario }) => {
      await withDatabase(server, async ({ url }) => {
        await withGraphDatabase(url, scenario.links, async (perform) => {
          for (const [index, step] of scenario.steps.entries()) {
            const { act, ...expected } = step
            expect(await perform(step), wayTo(scenario, index)).toEqual(expected)
          }
        })
      })
    },
  )
})

describe.each(servers({ docker: true }).slice(0, 1))(`Alembic, ${TITLE}, on $name`, (server) => {
  let all: readonly (readonly AlembicStep[])[]
  beforeAll(async () => {
    all = await withDatabase(server, (database) => alembicSteps({ server, database }, PLAIN))
  })

  it.each(PLAIN)('refuses the same and leaves the same rows: plain $number', (scenario) => {
    const steps = all[scenario.number] ?? []
    expect(steps).toHaveLength(scenario.steps.length)
    for (const [index, { isRefused, rows }] of scenario.steps.entries()) {
      const { error = null, ...theirs } = steps[index] ?? {}
      const way = `${wayTo(scenario, index)}\nAlembic: ${error ?? 'no error'}`
      expect({ isRefused: error !== null, ...theirs }, way).toEqual({ isRefused, rows })
    }
  })
})
