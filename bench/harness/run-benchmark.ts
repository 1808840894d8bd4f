import { cpus, totalmem } from 'node:os'
import { WORKLOADS } from '../workloads/all.ts'
import type { Bench } from './bench.ts'
import { type CaseResult, reasonOf } from './case.ts'
import { withWorkFolder } from './files.ts'
import { isWanted, type Options } from './options.ts'
import type { Results } from './results.ts'
import { findTools, type Selection } from './selection.ts'
import { type BenchServer, withServer } from './server.ts'
import { withStock } from './stock.ts'

/** Where a run comes from, and where it is reported. */
export interface Surroundings {
  /** The command line, so that a reader of the results can repeat it. */
  readonly args: readonly string[]
  readonly givenUrl: string | undefined
  readonly report: (line: string) => void
  /** Called after each case. */
  readonly done: (result: CaseResult) => void
}

/**
 * Measures all that the options ask for. A case that fails as a whole is left out and named; a tool
 * that fails in one says so in its row.
 */
export async function runBenchmark(
  options: Options,
  { args, givenUrl, report, done }: Surroundings,
): Promise<Results> {
  const selection = await findTools(options)
  const leftOut = selection.missing.map((name) => `${name}: not on this machine`)
  const cases: CaseResult[] = []
  const measureAll = async (bench: Bench) => {
    for (const { id, leftOut: why, run } of WORKLOADS.flatMap(({ cases }) => cases)) {
      if (!isWanted(options, id)) continue
      const reason = why?.(bench)
      if (reason !== undefined) {
        leftOut.push(`${id}: ${reason}`)
        continue
      }
      report(`${new Date().toISOString().slice(11, 19)} ${id}`)
      try {
        const result = await run(bench)
        cases.push(result)
        done(result)
      } catch (error) {
        leftOut.push(`${id}: ${reasonOf(error)}`)
      }
    }
  }
  const server = await withBench(options, { selection, givenUrl }, measureAll)
  return {
    measuredAt: new Date().toISOString(),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    machine: `${process.platform} ${process.arch}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GB`,
    server: server.description,
    versions: { node: process.versions.node, ...selection.versions },
    runs: options.runs,
    scale: options.scale,
    leftOut,
    cases,
  }
}

/** Lends a bench to `use`; resolves with the server that it was on. */
function withBench(
  options: Options,
  from: { readonly selection: Selection; readonly givenUrl: string | undefined },
  use: (bench: Bench) => Promise<void>,
): Promise<BenchServer> {
  const { givenUrl, selection } = from
  const choice = { fsync: options.fsync, ...(givenUrl !== undefined && { givenUrl }) }
  return withServer(choice, (server) =>
    withWorkFolder((folder) =>
      withStock(server.url, folder, async (stock) => {
        await use({
          server,
          stock,
          folder,
          tools: selection.tools,
          runs: options.runs,
          has: (program) => program in selection.versions,
          size: (whole) => Math.max(1, Math.round(whole * options.scale)),
        })
        return server
      }),
    ),
  )
}
