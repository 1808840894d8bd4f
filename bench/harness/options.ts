import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Workloads or single cases: `noop`, `noop.rtt5`; empty: all. */
  readonly only: readonly string[]
  /** By name; empty: all that are on this machine. Floors are always measured. */
  readonly tools: readonly string[]
  /** Of a short case; longer ones do a fraction of them. 15 by default. */
  readonly runs: number
  /** Sizes are multiplied by it: 0.05 for a look at whether all works. */
  readonly scale: number
  readonly fsync: boolean
  /** Other builds of pgate to measure next to this one: their programs. */
  readonly also: readonly string[]
  /** Where the results are written; absent: nowhere. */
  readonly out?: string
}

/** What `--help` prints. */
export const HELP = `npm run bench -- [options]

  --only noop,apply.1000   only these workloads or cases
  --tools pgate,dbmate     only these tools, and the floors
  --runs 15                how often a short case is run; longer ones a fraction of it
  --scale 1                multiplies sizes: 0.05 for a quick look
  --no-fsync               a server that does not wait for its disk
  --also other/pgate.mjs   another build of pgate next to this one; may be repeated
  --out <folder>           where to write benchmarks.json, .md and .svg; docs/ for a whole run
  --list                   the workloads, their cases, and the tools that are here

BENCH_DATABASE_URL: a superuser's URL of a server to use instead of one that is started.
`

/**
 * Reads the command line; `help` and `list` are for the caller.
 * @throws TypeError or RangeError with what is wrong with it
 */
export function parseOptions(
  args: readonly string[],
  docs: string,
): { readonly options: Options; readonly ask: 'run' | 'help' | 'list' } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      tools: { type: 'string', default: '' },
      runs: { type: 'string', default: '15' },
      scale: { type: 'string', default: '1' },
      'no-fsync': { type: 'boolean', default: false },
      also: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const [only, tools] = [listOf(values.only), listOf(values.tools)]
  const scale = positive('--scale', values.scale)
  const isWhole = only.length === 0 && tools.length === 0 && scale === 1
  const out = values.out ?? (isWhole ? docs : undefined)
  return {
    ask: values.help ? 'help' : values.list ? 'list' : 'run',
    options: {
      only,
      tools,
      scale,
      runs: Math.max(1, Math.round(positive('--runs', values.runs))),
      fsync: !values['no-fsync'],
      also: values.also,
      ...(out !== undefined && { out }),
    },
  }
}

/** True where `--only` asks for the case, by its own name or its workload's. */
export function isWanted({ only }: Pick<Options, 'only'>, caseId: string): boolean {
  return only.length === 0 || only.some((name) => caseId === name || caseId.startsWith(`${name}.`))
}

function listOf(text: string): readonly string[] {
  return text.split(',').filter((name) => name !== '')
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new RangeError(`${name} ${text}: a number above 0 is wanted`)
  return value
}
