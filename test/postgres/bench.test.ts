import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { queryRows } from '../support/database/query.ts'
import { servers } from '../support/servers/servers.ts'

const TSX = join(import.meta.dirname, '../../node_modules/tsx/dist/cli.mjs')
const PROGRAM = join(import.meta.dirname, '../../bench/run.ts')

const run = promisify(execFile)

/** One server is enough: what is measured is no concern of this test. */
describe.each(servers().slice(0, 1))('the benchmark on $name', (server) => {
  it('measures the no-op next to its floors, counts round trips and writes a report', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgate-bench-test-'))
    try {
      const look = ['--only', 'noop.rtt0', '--tools', 'pgate', '--runs', '1', '--scale', '0.03']
      await run(process.execPath, [TSX, PROGRAM, ...look, '--out', folder], {
        env: { ...process.env, BENCH_DATABASE_URL: server.url },
      })
      const results = JSON.parse(await readFile(join(folder, 'benchmarks.json'), 'utf8'))
      const [{ rows }, ...others] = results.cases
      expect(others).toEqual([])
      const summary = { median: expect.any(Number), runs: 1 }
      const turns = { startUp: expect.any(Number), after: expect.any(Number) }
      expect(rows.at(0)).toMatchObject({ name: 'node -e 0', kind: 'floor', summary })
      expect(rows.at(-1)).toMatchObject({ name: 'pgate', kind: 'pgate', summary, turns })
      const page = await readFile(join(folder, 'benchmarks.md'), 'utf8')
      expect(page).toContain('## No-op with 3 applied, on loopback')
      expect(await readFile(join(folder, 'benchmarks.svg'), 'utf8')).toContain('>pgate</text>')
    } finally {
      await rm(folder, { recursive: true })
    }
    const left = await queryRows(
      server.url,
      `select datname from pg_catalog.pg_database where datname like 'pgate_bench%'`,
    )
    expect(left).toEqual([])
  })
})
