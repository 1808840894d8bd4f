import { join } from 'node:path'
import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, type Contestant, measureCase } from '../harness/case.ts'
import { type Command, mustRun } from '../harness/command.ts'
import { timed } from '../harness/contestants.ts'
import { writeFiles } from '../harness/files.ts'
import { createDatabase, dropDatabase } from '../harness/server.ts'
import type { Tool } from '../harness/tool.ts'

const TARGETS = 50
const REVISIONS = 20
/** What teams put a loop around. */
const LOOPED = ['dbmate', 'alembic']

/** Fifty databases, one after the other by a shell loop, or side by side by `pgate fleet`. */
export const fleet: Workload = {
  name: 'fleet',
  cases: [
    { id: 'fleet.fresh', run: (bench) => run(bench, 'fresh') },
    { id: 'fleet.noop', run: (bench) => run(bench, 'noop') },
  ],
}

function run(bench: Bench, state: 'fresh' | 'noop'): Promise<CaseResult> {
  const targets = bench.size(TARGETS)
  const what = state === 'fresh' ? `${REVISIONS} revisions for each` : 'nothing to do'
  return measureCase({
    id: `fleet.${state}`,
    title: `${targets} databases, ${what}`,
    unit: 'ms',
    runs: fewer(bench, 5),
    contestants: bench.tools.flatMap((tool): readonly Contestant[] => {
      const { name, kind } = tool
      if (kind === 'pgate' && !tool.appliesOnly) {
        return [
          {
            name: `${name} fleet`,
            kind,
            measure: () => measure(bench, state, { tool, over: fleetOver }),
          },
        ]
      }
      if (!LOOPED.includes(name)) return []
      return [
        {
          name: `a loop over ${name}`,
          kind,
          measure: () => measure(bench, state, { tool, over: loopOver }),
        },
      ]
    }),
  })
}

interface Way {
  readonly tool: Tool
  /** The command for all databases of a list, a URL a line. */
  readonly over: (command: Command, list: string) => Command
}

/** Each run has databases of its own; where nothing is to be done it is the second one that counts. */
async function measure(bench: Bench, state: 'fresh' | 'noop', { tool, over }: Way) {
  const folder = await bench.stock.folder(tool, REVISIONS)
  const urls: string[] = []
  try {
    for (let target = 0; target < bench.size(TARGETS); target += 1) {
      urls.push(await createDatabase(bench.server.url, 'fleet'))
    }
    await writeFiles(bench.folder, [['fleet.txt', `${urls.join('\n')}\n`]])
    const list = join(bench.folder, 'fleet.txt')
    const command = over(tool.apply({ folder, url: urls[0] ?? '' }), list)
    if (state === 'noop') await mustRun(command)
    return await timed(command)
  } finally {
    for (const url of urls) await dropDatabase(bench.server.url, url)
  }
}

function fleetOver({ program, args, env = {} }: Command, list: string): Command {
  const { DATABASE_URL: _, ...rest } = env
  return { program, args: [...args, 'fleet'], env: { ...rest, PGATE_FLEET: list } }
}

const LOOP = 'list=$1; shift; while read -r DATABASE_URL; do "$@" || exit 1; done <"$list"'

function loopOver({ program, args, env, ...rest }: Command, list: string): Command {
  const words = ['-c', LOOP, 'sh', list, program, ...args]
  return { ...rest, program: 'sh', args: words, ...(env && { env }) }
}
