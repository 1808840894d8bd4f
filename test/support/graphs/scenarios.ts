import fc from 'fast-check'
import { type Links, randomLinks } from './random-graph.ts'
import {
  afterDowngrade,
  afterStamp,
  afterUpgrade,
  type Expected,
  type GraphState,
  graphState,
  type Place,
} from './state.ts'
import { downgradeTargets, type GraphTarget, stampTargets, upgradeTargets } from './targets.ts'

/** One operation, as a command line would have it. */
export interface GraphAct {
  readonly kind: 'upgrade' | 'downgrade' | 'stamp'
  /** One; a stamp may have more. */
  readonly targets: readonly string[]
  /** Of a stamp: `--purge`. */
  readonly purge: boolean
}

/** One operation, and what the model says of the database afterwards. */
export interface GraphStep {
  readonly act: GraphAct
  readonly isRefused: boolean
  /** Sorted, as `rows` are. */
  readonly applied: readonly string[]
  readonly rows: readonly string[]
}

/** A graph, and operations on a database that is empty at first. */
export interface GraphScenario {
  /** From 0. */
  readonly number: number
  readonly links: readonly Links[]
  readonly steps: readonly GraphStep[]
}

interface Roll {
  readonly kind: GraphAct['kind']
  readonly id: number
  readonly label: number
  readonly target: number
}

/**
 * Graphs of 4 to 14 revisions with operations each, always the same ones for a seed. The model
 * keeps count, so that operations are about what is there; some are to be refused all the same.
 */
export function graphScenarios(wanted: {
  readonly seed: number
  readonly graphs: number
  readonly acts: number
  /** As for {@link randomLinks}; default false. */
  readonly redundant?: boolean
}): readonly GraphScenario[] {
  const { seed, graphs, acts, redundant = false } = wanted
  const links = randomLinks({ most: 14, redundant }).filter((list) => list.length >= 4)
  const rolls = fc.array(roll(), { minLength: acts, maxLength: acts })
  const drawn = fc.sample(fc.tuple(links, rolls), { seed, numRuns: graphs })
  return drawn.map(([list, all], number) => ({ number, links: list, steps: stepsOf(list, all) }))
}

/** The graph and the way to a step, for who has to find out why it went wrong. */
export function wayTo({ links, steps }: GraphScenario, index: number): string {
  const graph = links.map(({ id, revises, dependsOn, branchLabels }) => {
    const depends = dependsOn.length === 0 ? [] : ['+', ...dependsOn]
    return [`  ${id}:`, ...revises, ...depends, ...branchLabels].join(' ')
  })
  const way = steps.slice(0, index + 1).map(({ act, isRefused, rows }) => {
    const words = [act.kind, ...act.targets, ...(act.purge ? ['--purge'] : [])]
    return `  ${words.join(' ')} -> ${isRefused ? 'refused' : rows.join(' ')}`
  })
  return ['', ...graph, 'expected:', ...way].join('\n')
}

function roll(): fc.Arbitrary<Roll> {
  return fc.record<Roll>({
    kind: fc.constantFrom('upgrade', 'upgrade', 'upgrade', 'downgrade', 'downgrade', 'stamp'),
    id: fc.nat(9999),
    label: fc.nat(9999),
    target: fc.nat(9999),
  })
}

function stepsOf(links: readonly Links[], rolls: readonly Roll[]): readonly GraphStep[] {
  const steps: GraphStep[] = []
  let state = graphState(links, new Set())
  for (const rolled of rolls) {
    const { act, expected } = drawAct(state, rolled)
    const isRefused = expected === 'refused'
    if (!isRefused) state = graphState(links, expected)
    steps.push({ act, isRefused, applied: [...state.applied].sort(), rows: [...state.rows].sort() })
  }
  return steps
}

interface Drawn {
  readonly act: GraphAct
  readonly expected: Expected
}

function drawAct(state: GraphState, rolled: Roll): Drawn {
  const kind = kindOf(state, rolled)
  if (kind === 'stamp') return drawStamp(state, rolled)
  const wantsApplied = kind === 'downgrade' && state.applied.size > 0 && rolled.id % 4 > 0
  const from = wantsApplied ? [...state.applied] : idsOf(state)
  const picked = { id: pick(from, rolled.id), bearer: bearerOf(state, rolled) }
  const targets = (kind === 'upgrade' ? upgradeTargets : downgradeTargets)(state, picked)
  const drawn = targets.map(({ text, to, line }) => ({
    act: { kind, targets: [text], purge: false },
    expected: kind === 'upgrade' ? afterUpgrade(state, to) : afterDowngrade(state, to, line),
  }))
  return pickLively(state, drawn, rolled)
}

/** Mostly the way that is open, where all is applied or nothing. */
function kindOf({ links, applied }: GraphState, { kind, id }: Roll): GraphAct['kind'] {
  if (kind === 'stamp' || id % 5 === 0) return kind
  if (applied.size === 0) return 'upgrade'
  return applied.size === links.length ? 'downgrade' : kind
}

/**
 * Several targets only where no row is left, and none of them behind another: of rows that are
 * there Alembic loses some, and of two targets on one line it keeps both.
 */
function drawStamp(state: GraphState, rolled: Roll): Drawn {
  const purge = rolled.id % 3 === 0
  const from = purge ? graphState(state.links, new Set()) : state
  const picked = { id: pick(idsOf(state), rolled.id), bearer: bearerOf(state, rolled) }
  const drawn = stampTargets(from, picked).map((target): Drawn => {
    const more = from.rows.size === 0 && isSingle(target) ? apart(state, target.to, rolled) : []
    const to = target.to === 'refused' ? target.to : [...target.to, ...more]
    return {
      act: { kind: 'stamp', targets: [target.text, ...more], purge },
      expected: afterStamp(from, to, target.bearer),
    }
  })
  return pickLively(state, drawn, rolled)
}

/** Of three operations two change something, where that is possible. */
function pickLively({ applied }: GraphState, drawn: readonly Drawn[], { target }: Roll): Drawn {
  const lively = drawn.filter(({ expected }) => {
    return expected !== 'refused' && expected.symmetricDifference(applied).size > 0
  })
  return pick(lively.length > 0 && target % 3 > 0 ? lively : drawn, target)
}

function isSingle({ to, bearer }: GraphTarget): boolean {
  return to !== 'refused' && to.length === 1 && bearer === undefined
}

function apart(state: GraphState, to: Place, { label }: Roll): readonly string[] {
  const free = idsOf(state).filter(
    (other) =>
      to !== 'refused' &&
      to.every((id) => !state.behind(other).has(id) && !state.behind(id).has(other)),
  )
  return free.length === 0 ? [] : [pick(free, label)]
}

function bearerOf({ links }: GraphState, { label }: Roll): string | undefined {
  const bearers = links.filter(({ branchLabels }) => branchLabels.length > 0)
  return bearers.length === 0 ? undefined : pick(bearers, label).id
}

function idsOf({ links }: GraphState): readonly string[] {
  return links.map(({ id }) => id)
}

function pick<T>(from: readonly T[], number: number): T {
  const one = from[number % from.length]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}
