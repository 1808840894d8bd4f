import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Results } from '../harness/results.ts'
import { chartOf } from './chart.ts'
import { pageOf } from './page.ts'

/** Writes `benchmarks.json`, `benchmarks.svg` and `benchmarks.md` into the folder. */
export async function writeReport(folder: string, results: Results): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'benchmarks.json'), `${JSON.stringify(results, null, 2)}\n`)
  await writeFile(join(folder, 'benchmarks.svg'), chartOf(results.cases))
  await writeFile(join(folder, 'benchmarks.md'), pageOf(results))
}
