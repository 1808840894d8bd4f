import { join } from 'node:path'
import { type Bench, fewer, type Workload } from '../harness/bench.ts'
import { type CaseResult, type Contestant, measureCase } from '../harness/case.ts'
import { mustRun } from '../harness/command.ts'
import { writeFiles } from '../harness/files.ts'
import { scriptOf, tableRevisions } from '../harness/revisions.ts'

const PROGRAM = join(import.meta.dirname, '..', 'programs', 'parse.ts')

const BYTES = 1024 * 1024

/** What a large pending revision costs before the server is asked: cut into its statements. */
export const parse: Workload = { name: 'parse', cases: [{ id: 'parse.1mb', run }] }

async function run(bench: Bench): Promise<CaseResult> {
  const bytes = bench.size(BYTES)
  const file = join(bench.folder, 'parse.sql')
  const text = scriptOf(tableRevisions(Math.ceil(bytes / 100)).flatMap(({ up }) => up))
  const whole = text.slice(0, text.lastIndexOf(';', bytes) + 1)
  await writeFiles(bench.folder, [['parse.sql', `${whole}\n`]])
  return measureCase({
    id: 'parse.1mb',
    title: `parsing and splitting ${(bytes / BYTES).toFixed(2)} MB of SQL`,
    unit: 'ms',
    runs: fewer(bench, 1.5),
    contestants: [
      parsing('pgate, the parser loaded first', { file, times: 1 }),
      parsing('pgate, once more', { file, times: 2 }),
    ],
  })
}

/** The program prints what the last time took: only the first one has to load the parser. */
function parsing(
  name: string,
  { file, times }: { readonly file: string; readonly times: number },
): Contestant {
  const command = { program: process.execPath, args: [PROGRAM, file, String(times)] }
  const measure = async () => ({ value: Number((await mustRun(command)).stdout) })
  return { name, kind: 'pgate', measure }
}
