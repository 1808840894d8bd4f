import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRange, revisionsBetween } from '../../../src/revisions/graph/ranges.ts'
import { downgradePlan } from '../../../src/revisions/target/downgrade-plan.ts'
import { targetVersions, upgradePlan } from '../../../src/revisions/target/plan.ts'
import { stampVersions } from '../../../src/revisions/target/stamp-versions.ts'
import { resolveTarget } from '../../../src/revisions/target/target.ts'
import { anyText, mutated, outcomeOf, runs } from '../../support/cli/fuzz.ts'
import { linkedGraph, randomLinks } from '../../support/graphs/random-graph.ts'

const TARGETS = [
  'head',
  'heads',
  'base',
  '+1',
  '-1',
  'a001',
  'a001+1',
  'b002@head',
  'label-a000@-1',
]
const WORDS = [...TARGETS, '@', '+', '-', ':', 'current', '+0', '+999999999', '-9999999999', 'a']
const target = fc.oneof(fc.constantFrom(...WORDS), mutated(TARGETS, WORDS), anyText(WORDS))

const given = fc
  .tuple(randomLinks({ most: 8, redundant: true }), fc.nat(99), target, target)
  .map(([links, pick, one, other]) => {
    const graph = linkedGraph(links)
    const at = links[pick % (links.length + 1)]
    return { graph, one, other, current: new Set(at === undefined ? [] : [at.id]) }
  })

/** What a target may end with. */
const REFUSALS = ['REVISION_UNKNOWN_TARGET', 'REVISION_MULTIPLE_HEADS', 'USAGE']

async function expectAnswer(act: () => Iterable<unknown>): Promise<void> {
  const outcome = await outcomeOf(act)
  if (outcome.kind === 'result') return
  const { code, hint, message } = outcome.failure
  expect(REFUSALS).toContain(code)
  expect(hint).not.toBe('')
  expect(message).not.toBe('')
}

describe('any text as a target, over any graph', () => {
  it('is answered by each command, or refused', async () => {
    await fc.assert(
      fc.asyncProperty(given, async ({ graph, one, other, current }) => {
        await expectAnswer(() => resolveTarget(graph, one, current))
        await expectAnswer(() => targetVersions(graph, one, current))
        await expectAnswer(() => upgradePlan(graph, current, one))
        await expectAnswer(() => downgradePlan(graph, current, one))
        await expectAnswer(() => stampVersions(graph, current, [one, other]))
        const range = () => revisionsBetween(graph, parseRange(`${one}:${other}`), current)
        await expectAnswer(range)
      }),
      runs(500),
    )
  })
})
