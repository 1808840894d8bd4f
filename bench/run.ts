/**
 * Measures pgate next to other tools, in one run and turn by turn, and writes what it found. Started
 * by `npm run bench`, which builds pgate and installs the tools; `--help` shows the rest.
 */
import { join } from 'node:path'
import { HELP, parseOptions } from './harness/options.ts'
import { runBenchmark } from './harness/run-benchmark.ts'
import { findTools, listing } from './harness/selection.ts'
import { consoleTables } from './report/console.ts'
import { writeReport } from './report/write.ts'

const DOCS = join(import.meta.dirname, '..', 'docs')

const args = process.argv.slice(2)
const { options, ask } = parseOptions(args, DOCS)
if (ask === 'help') {
  console.log(HELP)
} else if (ask === 'list') {
  console.log(listing(await findTools(options)))
} else {
  const results = await runBenchmark(options, {
    args,
    givenUrl: process.env.BENCH_DATABASE_URL,
    report: (line) => console.error(line),
    done: (result) => console.log(consoleTables([result])),
  })
  if (results.leftOut.length > 0) console.log(`left out:\n  ${results.leftOut.join('\n  ')}`)
  if (options.out !== undefined) await writeReport(options.out, results)
}
