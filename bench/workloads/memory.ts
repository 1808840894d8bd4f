import { type Bench, fewer, type Workload, type WorkloadCase } from '../harness/bench.ts'
import { type Contestant, measureCase } from '../harness/case.ts'
import { peakMemory, TIME_PROGRAM } from '../harness/memory.ts'
import { withEmptyDatabase } from '../harness/server.ts'
import type { Tool } from '../harness/tool.ts'

/** What a pod's memory limit has to allow for. */
export const memory: Workload = {
  name: 'memory',
  cases: [
    caseOf('memory.noop', 'no-op with 100 applied', (bench, tool) => async () => {
      const project = await bench.stock.applied(tool, bench.size(100))
      return peakMemory(bench.folder, tool.apply(project))
    }),
    caseOf('memory.apply-1000', 'apply 1000', applying(1000)),
    caseOf('memory.apply-10000', 'apply 10000', applying(10_000)),
  ],
}

type Measuring = (bench: Bench, tool: Tool) => Contestant['measure']

function applying(count: number): Measuring {
  return (bench, tool) => async () => {
    const folder = await bench.stock.folder(tool, bench.size(count))
    return withEmptyDatabase(bench.server.url, tool.name, (url) =>
      peakMemory(bench.folder, tool.apply({ folder, url })),
    )
  }
}

function caseOf(id: string, title: string, measuring: Measuring): WorkloadCase {
  return {
    id,
    leftOut: ({ has }) => (has(TIME_PROGRAM) ? undefined : `${TIME_PROGRAM} is not here`),
    run: (bench) =>
      measureCase({
        id,
        title: `peak memory: ${title}`,
        unit: 'MB',
        // The figure hardly varies, and the larger cases take their time.
        runs: id === 'memory.noop' ? fewer(bench, 3) : 1,
        contestants: bench.tools
          .filter((tool) => tool.kind === 'pgate' || id !== 'memory.apply-10000')
          .map((tool) => ({ name: tool.name, kind: tool.kind, measure: measuring(bench, tool) })),
      }),
  }
}
