import { queryRows } from '../../test/support/database/query.ts'
import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, type Measured, measureCase } from '../harness/case.ts'
import { type Ended, lastWords, runCommand } from '../harness/command.ts'
import { withEmptyDatabase } from '../harness/server.ts'
import type { Project, Tool } from '../harness/tool.ts'

const PENDING = 100

/** Some tools wait for one another without end. */
const TIMEOUT_MS = 120_000

/** A deployment of several pods: all start at once, and all find the same work to do. */
export const starters: Workload = {
  name: 'starters',
  cases: [10, 50].map((starts) => ({
    id: `starters.${starts}`,
    run: (bench) => run(bench, starts),
  })),
}

function run(bench: Bench, whole: number): Promise<CaseResult> {
  const starts = Math.max(2, bench.size(whole))
  const pending = bench.size(PENDING)
  return measureCase({
    id: `starters.${whole}`,
    title: `${starts} starters at once, ${pending} pending: until the last one has ended`,
    unit: 'ms',
    runs: fewer(bench, whole / 2),
    contestants: bench.tools
      .filter((tool) => !tool.appliesOnly)
      .map((tool) => ({
        name: tool.name,
        kind: tool.kind,
        measure: async () => {
          const folder = await bench.stock.folder(tool, pending)
          return withEmptyDatabase(bench.server.url, tool.name, (url) =>
            startAll(tool, { folder, url }, { starts, pending }),
          )
        },
      })),
  })
}

async function startAll(
  tool: Tool,
  project: Project,
  { starts, pending }: { readonly starts: number; readonly pending: number },
): Promise<Measured> {
  const startedAt = performance.now()
  const command = { ...tool.apply(project), timeoutMs: TIMEOUT_MS }
  const ended = await Promise.all(Array.from({ length: starts }, () => runCommand(command)))
  const failed = ended.filter(({ exitCode }) => exitCode !== 0).length
  await refuseHalf(project, pending, ended)
  return { value: Math.max(...ended.map(({ endedAt }) => endedAt)) - startedAt, failed }
}

/** A tool that is quick because nothing came of it has not taken part. */
async function refuseHalf(
  { url }: Project,
  pending: number,
  ended: readonly Ended[],
): Promise<void> {
  const [row] = await queryRows<{ tables: number }>(
    url,
    `select count(*)::int as tables from pg_catalog.pg_tables where tablename like 'bench%'`,
  )
  if (row?.tables === pending) return
  const said = ended.find(({ exitCode }) => exitCode !== 0)?.said ?? 'all of them ended with 0'
  throw new Error(`${row?.tables} of ${pending} were applied in the end: ${lastWords(said)}`)
}
