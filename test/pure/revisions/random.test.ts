import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GateError } from '../../../src/errors/error.ts'
import type { Revision } from '../../../src/revisions/file/revision.ts'
import type { RevisionGraph } from '../../../src/revisions/graph/graph.ts'
import { HEADS } from '../../../src/revisions/graph/history-rules.ts'
import { revisionsBetween } from '../../../src/revisions/graph/ranges.ts'
import { downgradePlan, versionsBefore } from '../../../src/revisions/target/downgrade-plan.ts'
import { targetVersions, upgradePlan, versionsAfter } from '../../../src/revisions/target/plan.ts'
import { stampVersions } from '../../../src/revisions/target/stamp-versions.ts'
import type { Versions } from '../../../src/revisions/target/target.ts'
import { type Links, linkedGraph, randomLinks } from '../../support/graphs/random-graph.ts'
import { modelOf } from './model.ts'

interface Act {
  readonly kind: 'upgrade' | 'downgrade' | 'stamp'
  readonly picks: readonly number[]
}

const acts = fc.array(
  fc.record<Act>({
    kind: fc.constantFrom('upgrade', 'upgrade', 'downgrade', 'stamp'),
    picks: fc.array(fc.nat(999), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
)
const RUNS = { numRuns: 600 }

/** A database that only does what it is asked to, and refuses to be led astray. */
interface Database {
  readonly applied: ReadonlySet<string>
  readonly rows: Versions
}
const EMPTY: Database = { applied: new Set(), rows: new Set() }

const sorted = (ids: Iterable<string>) => [...ids].sort()

function run(links: readonly Links[], database: Database, plan: readonly Revision[]): Database {
  const model = modelOf(links)
  let { applied, rows } = database
  for (const revision of plan) {
    expect(applied.has(revision.id), `${revision.id} is applied once`).toBe(false)
    expect(model.parentsOf(revision.id).filter((id) => !applied.has(id))).toEqual([])
    applied = new Set([...applied, revision.id])
    rows = versionsAfter({ rules: HEADS }, rows, revision)
    expect(sorted(rows)).toEqual(sorted(model.rowsOf(applied)))
  }
  return { applied, rows }
}

function downgradeRevisions(
  links: readonly Links[],
  { graph, plan }: { readonly graph: RevisionGraph; readonly plan: readonly Revision[] },
  database: Database,
): Database {
  const model = modelOf(links)
  let { applied, rows } = database
  for (const revision of plan) {
    expect(applied.has(revision.id), `${revision.id} is there to be downgraded`).toBe(true)
    expect([...applied].filter((id) => model.parentsOf(id).includes(revision.id))).toEqual([])
    applied = new Set([...applied].filter((id) => id !== revision.id))
    rows = versionsBefore(graph, rows, revision)
    expect(sorted(rows)).toEqual(sorted(model.rowsOf(applied)))
  }
  return { applied, rows }
}

function pick<T>(from: readonly T[], number: number): T {
  const one = from[number % from.length]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

/** One act through the code under test, and what the model says of it. */
function act(links: readonly Links[], database: Database, { kind, picks }: Act) {
  const graph = linkedGraph(links)
  const model = modelOf(links)
  const { applied, rows } = database
  const ids = links.map(({ id }) => id)
  const [first = 0] = picks
  if (kind === 'upgrade') {
    const target = pick([...ids, 'heads'], first)
    const after = run(links, database, upgradePlan(graph, rows, target))
    const wanted = target === 'heads' ? ids : [target]
    return { after, expected: model.upgraded(applied, wanted) }
  }
  if (kind === 'downgrade') {
    const target = pick(['base', ...rows, ...applied], first)
    const plan = planOrNothing(graph, rows, target)
    const after = downgradeRevisions(links, { graph, plan }, database)
    return { after, expected: model.downgraded(applied, target === 'base' ? null : target) }
  }
  const targets = [...new Set(picks.map((number) => pick(ids, number)))]
  const stamped = model.stamped(applied, targets)
  const after = { applied: stamped, rows: stampVersions(graph, rows, targets) }
  return { after, expected: stamped }
}

/** A target that is there and is only depended on leaves nothing to downgrade: that is refused. */
function planOrNothing(graph: RevisionGraph, rows: Versions, target: string) {
  try {
    return downgradePlan(graph, rows, target)
  } catch (error) {
    if (!(error instanceof GateError) || error.code !== 'REVISION_UNKNOWN_TARGET') throw error
    const applied = graph.ancestors(rows)
    expect(graph.children(target).filter((id) => applied.has(id))).toEqual([])
    return []
  }
}

describe.each([
  ['plain', false],
  ['redundant', true],
])('random graphs with %s dependencies', (_, redundant) => {
  it('have the rows that the model predicts, after any acts, and order every plan', () => {
    const graphs = randomLinks({ redundant })
    const property = fc.property(graphs, acts, (links, steps) => {
      let database = EMPTY
      for (const step of steps) {
        const { after, expected } = act(links, database, step)
        expect(sorted(after.applied)).toEqual(sorted(expected))
        expect(sorted(after.rows)).toEqual(sorted(modelOf(links).rowsOf(expected)))
        database = after
      }
    })
    fc.assert(property, RUNS)
  })

  it('go up and back down to where they were', () => {
    const property = fc.property(randomLinks({ redundant }), fc.nat(999), (links, number) => {
      const graph = linkedGraph(links)
      const target = pick(links, number).id
      const start = run(links, EMPTY, upgradePlan(graph, EMPTY.rows, target))
      expect(sorted(start.rows)).toEqual(sorted(targetVersions(graph, target)))
      const top = run(links, start, upgradePlan(graph, start.rows, 'heads'))
      const plan = planOrNothing(graph, top.rows, target)
      const back = downgradeRevisions(links, { graph, plan }, top)
      expect([...start.applied].filter((id) => !back.applied.has(id))).toEqual([])
      const bottom = downgradeRevisions(
        links,
        { graph, plan: downgradePlan(graph, back.rows, 'base') },
        back,
      )
      expect([bottom.rows.size, bottom.applied.size]).toEqual([0, 0])
    })
    fc.assert(property, { numRuns: 200 })
  })
})

describe('random targets', () => {
  const place = (ids: readonly string[]) => fc.constantFrom('head', 'heads', 'base', '', ...ids)
  const targetFor = (links: readonly Links[]) => {
    const ids = links.flatMap(({ id, branchLabels }) => [id, id.slice(0, 2), ...branchLabels])
    return fc
      .tuple(
        fc.constantFrom('', '', ...ids.map((id) => `${id}@`)),
        place(ids),
        fc.constantFrom('', '', '', '+1', '-1', '+2', '-2', '+0'),
      )
      .map((parts) => parts.join(''))
  }
  const cases = randomLinks().chain((links) => {
    const several = fc.array(targetFor(links), { minLength: 1, maxLength: 8 })
    return fc.tuple(fc.constant(links), several, fc.array(fc.nat(3), { minLength: 8 }))
  })

  it('either are refused with a code or leave rows that belong together', () => {
    const property = fc.property(cases, ([links, targets, kinds]) => {
      let database = EMPTY
      for (const [index, target] of targets.entries()) {
        try {
          database = toTarget(links, database, { target, kind: kinds[index] ?? 0 })
        } catch (error) {
          if (!(error instanceof GateError)) throw error
          expect(['REVISION_UNKNOWN_TARGET', 'REVISION_MULTIPLE_HEADS']).toContain(error.code)
          expect(error.message).not.toContain('undefined')
        }
      }
    })
    fc.assert(property, RUNS)
  })

  function toTarget(
    links: readonly Links[],
    database: Database,
    { target, kind }: { readonly target: string; readonly kind: number },
  ): Database {
    const graph = linkedGraph(links)
    if (kind < 2) return run(links, database, upgradePlan(graph, database.rows, target))
    if (kind === 2) {
      const plan = downgradePlan(graph, database.rows, target)
      return downgradeRevisions(links, { graph, plan }, database)
    }
    const rows = stampVersions(graph, database.rows, [target])
    const applied = modelOf(links).upgraded(new Set(), [...rows])
    expect(sorted(rows)).toEqual(sorted(modelOf(links).rowsOf(applied)))
    return { applied, rows }
  }

  it('make ranges that begin and end where they say', () => {
    const ends = fc.tuple(randomLinks(), fc.nat(999), fc.nat(999))
    const property = fc.property(ends, ([links, one, other]) => {
      const graph = linkedGraph(links)
      const [from, to] = [pick(links, one).id, pick(links, other).id]
      const behind = modelOf(links).upgraded(new Set(), [to])
      const read = () => revisionsBetween(graph, { from, to }).map(({ id }) => id)
      if (behind.has(from)) {
        expect([read().at(0), read().at(-1)]).toEqual([to, from])
        expect(read().filter((id) => !behind.has(id))).toEqual([])
      } else {
        expect(read).toThrow(GateError)
      }
    })
    fc.assert(property, { numRuns: 200 })
  })
})
