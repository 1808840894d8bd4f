import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { MONITORING } from './queries.ts'

const run = promisify(execFile)

/** What promtool says of files; empty where it finds nothing wrong. */
export function promtool(
  path: string,
  args: readonly string[],
  files: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return withFiles(files, (cwd) =>
    run(path, [...args], { cwd }).then(
      () => '',
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    ),
  )
}

/** The alerts that fire once a sidecar has exported these samples for long. */
export async function firing(
  path: string,
  samples: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const series = [...samples].map(([name, value]) => ({ series: name, values: `${value}x180` }))
  const expected = { expr: 'count by (alertname) (ALERTS{alertstate="firing"})', eval_time: '3h' }
  const test = {
    rule_files: [join(MONITORING, 'alerts.yml')],
    evaluation_interval: '1m',
    tests: [{ interval: '1m', input_series: series, promql_expr_test: [expected] }],
  }
  // It expects none, and says which there are.
  const said = await promtool(path, ['test', 'rules', 'test.yml'], { 'test.yml': test })
  return [...said.matchAll(/\{alertname="(\w+)"\}/g)].map(([, name = '']) => name).toSorted()
}

async function withFiles<T>(
  files: Readonly<Record<string, unknown>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-promtool-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), stringify(content))
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
