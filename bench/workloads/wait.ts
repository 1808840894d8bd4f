import { setTimeout as delay } from 'node:timers/promises'
import type { Bench, Workload } from '../harness/bench.ts'
import { type CaseResult, type Contestant, type Measured, measureCase } from '../harness/case.ts'
import type { Cluster } from '../harness/cluster.ts'
import { type Command, lastWords, runCommand } from '../harness/command.ts'
import { psql } from '../harness/contestants.ts'
import type { Project, Tool } from '../harness/tool.ts'
import { dbmateCommand } from '../tools/dbmate.ts'

const APPLIED = 100

/** Compose and Kubernetes start both at once: the tool is there before the server is. */
export const wait: Workload = {
  name: 'wait',
  cases: [
    {
      id: 'wait.ready',
      leftOut: ({ server }) =>
        server.own === undefined ? 'a given server is not stopped and started' : undefined,
      run: async (bench) => {
        const { own } = bench.server
        if (own === undefined) throw new Error('the server is not our own')
        return run(bench, own)
      },
    },
  ],
}

function run(bench: Bench, cluster: Cluster): Promise<CaseResult> {
  const applied = bench.size(APPLIED)
  const tools = bench.tools.filter((tool) => !tool.appliesOnly)
  return measureCase({
    id: 'wait.ready',
    title: `from "the server accepts" to exit 0, with ${applied} applied, started before the server`,
    unit: 'ms',
    runs: bench.runs,
    contestants: [
      ...(bench.has('psql') && bench.has('pg_isready') ? [floor(bench, cluster)] : []),
      ...tools
        .flatMap((tool) => waysToWait(bench, tool))
        .map(({ name, tool, command }) => ({
          name,
          kind: tool.kind,
          measure: async () =>
            afterStart(cluster, command(await bench.stock.applied(tool, applied))),
        })),
    ],
  })
}

interface WayToWait {
  readonly name: string
  readonly tool: Tool
  readonly command: (project: Project) => Command
}

/** Its own way, where it has one, and the loop that people write where it has none. */
function waysToWait(bench: Bench, tool: Tool): readonly WayToWait[] {
  const { applyWhenUp } = tool
  if (applyWhenUp === undefined) {
    if (!bench.has('pg_isready')) return []
    const command = (project: Project) => looped(project.url, tool.apply(project), '1')
    return [{ name: `${tool.name}, pg_isready loop of 1 s`, tool, command }]
  }
  const own = { name: tool.name, tool, command: applyWhenUp }
  if (tool.name !== 'dbmate') return [own]
  const flags = ['--wait', '--wait-interval', '100ms']
  const command = (project: Project) => dbmateCommand(project, flags)
  return [own, { name: 'dbmate, asking every 100 ms', tool, command }]
}

function floor({ server }: Bench, cluster: Cluster): Contestant {
  const command = looped(server.url, psql(server.url, ['-c', 'select 1']), '0.01')
  return {
    name: 'psql, pg_isready loop of 10 ms',
    kind: 'floor',
    measure: () => afterStart(cluster, command),
  }
}

function looped(url: string, command: Command, seconds: string): Command {
  const script = 'until pg_isready -q -d "$1"; do sleep "$2"; done; shift 2; exec "$@"'
  const args = ['-c', script, 'sh', url, seconds, command.program, ...command.args]
  return { ...command, program: 'sh', args }
}

let runsSoFar = 0

/**
 * The server starts 0.5 to 1.5 s after the tool, at another moment in every run, so that each
 * phase of a tool's own interval is met alike; the steps of the golden ratio spread best.
 */
async function afterStart(cluster: Cluster, command: Command): Promise<Measured> {
  await cluster.stop()
  const running = runCommand({ ...command, timeoutMs: 60_000 })
  runsSoFar += 1
  await delay(500 + 1000 * ((runsSoFar * 0.618_034) % 1))
  const acceptsAt = await cluster.start()
  const { exitCode, endedAt, said } = await running
  if (exitCode !== 0) throw new Error(`ended with ${exitCode}: ${lastWords(said)}`)
  return { value: endedAt - acceptsAt }
}
