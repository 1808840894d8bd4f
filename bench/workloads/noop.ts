import type { Bench, Workload, WorkloadCase } from '../harness/bench.ts'
import { type CaseResult, type Contestant, measureCase } from '../harness/case.ts'
import { NODE_FLOOR, psql, timed, turnsOf } from '../harness/contestants.ts'
import { withLink } from '../harness/link.ts'
import { withUserOf } from '../harness/server.ts'
import type { Tool } from '../harness/tool.ts'
import { alembic } from '../tools/alembic.ts'
import { pgateAlembic } from '../tools/pgate-alembic.ts'

const APPLIED = 100

interface Variant {
  readonly id: string
  readonly title: string
  readonly rttMs: number
  /** Gives the password, where our own server would not ask for one. */
  readonly scram?: true
}

const VARIANTS: readonly Variant[] = [
  { id: 'noop.rtt0', title: 'on loopback, no password', rttMs: 0 },
  { id: 'noop.rtt0-scram', title: 'on loopback, SCRAM', rttMs: 0, scram: true },
  { id: 'noop.rtt5', title: 'round-trip time 5 ms', rttMs: 5 },
  { id: 'noop.rtt20', title: 'round-trip time 20 ms', rttMs: 20 },
]

/** Every pod start: all is applied, and the tool finds that nothing is to do. */
export const noop: Workload = { name: 'noop', cases: VARIANTS.map(caseOf) }

function caseOf(variant: Variant): WorkloadCase {
  return {
    id: variant.id,
    leftOut: ({ server }) =>
      variant.scram && server.own === undefined ? 'the given server has one user' : undefined,
    run: (bench) => run(bench, variant),
  }
}

function run(bench: Bench, { id, title, rttMs, scram }: Variant): Promise<CaseResult> {
  const base = (scram && bench.server.own?.scramUrl) || bench.server.url
  const over: Over = { base, rttMs }
  const applied = bench.size(APPLIED)
  const hasAlembic = bench.tools.includes(alembic)
  const around = hasAlembic ? [pgateAlembic] : []
  const tools = [...bench.tools.filter((tool) => !tool.appliesOnly), ...around]
  return measureCase({
    id,
    title: `no-op with ${applied} applied, ${title}`,
    unit: 'ms',
    runs: bench.runs,
    contestants: [
      NODE_FLOOR,
      ...(bench.has('psql') ? [psqlFloor(over)] : []),
      ...tools.map((tool) => contestant(bench, tool, { applied, over })),
    ],
  })
}

/** The server as this case sees it. */
interface Over {
  readonly base: string
  readonly rttMs: number
}

function psqlFloor({ base, rttMs }: Over): Contestant {
  const command = (url: string) => psql(url, ['-c', 'select 1'])
  return {
    name: 'psql, one query',
    kind: 'floor',
    measure: () => withLink(base, rttMs, (url) => timed(command(url))),
    turns: () => turnsOf(base, command),
  }
}

function contestant(
  bench: Bench,
  tool: Tool,
  { applied, over }: { readonly applied: number; readonly over: Over },
): Contestant {
  const project = async () => {
    const { folder, url } = await bench.stock.applied(tool, applied)
    return { folder, url: withUserOf(url, over.base) }
  }
  return {
    name: tool.name,
    kind: tool.kind,
    measure: async () => {
      const { folder, url } = await project()
      return withLink(url, over.rttMs, (through) => timed(tool.apply({ folder, url: through })))
    },
    turns: async () => {
      const { folder, url } = await project()
      return turnsOf(url, (through) => tool.apply({ folder, url: through }))
    },
  }
}
