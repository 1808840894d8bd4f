import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, measureCase } from '../harness/case.ts'
import { timed } from '../harness/contestants.ts'

const [SMALL, LARGE] = [100, 10_000]

/** An old project: does the no-op cost more where a hundred times as much has been applied? */
export const growth: Workload = { name: 'growth', cases: [{ id: 'growth.noop', run }] }

function run(bench: Bench): Promise<CaseResult> {
  const [small, large] = [bench.size(SMALL), bench.size(LARGE)]
  const tools = bench.tools.filter((tool) => !tool.appliesOnly)
  return measureCase({
    id: 'growth.noop',
    title: `no-op with ${small} and ${large} applied, as many tables, on loopback`,
    unit: 'ms',
    runs: fewer(bench, 1.5),
    contestants: tools.flatMap((tool) => {
      const at = (size: number) => ({
        name: `${tool.name}, ${size}`,
        kind: tool.kind,
        base: `${tool.name}, ${small}`,
        measure: async () => timed(tool.apply(await bench.stock.applied(tool, size))),
      })
      return [at(small), at(large)]
    }),
  })
}
