import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url))
const FLAKY = fileURLToPath(new URL('../../fixtures/flaky', import.meta.url))

it.each([
  ['true', 1],
  ['false', 0],
] as const)(
  'a flaky test is named with its error; the run fails: %s',
  (fails, exitCode) => {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [VITEST, 'run', '--root', FLAKY],
      {
        cwd: FLAKY,
        env: { PATH: process.env.PATH, FAILS: fails },
        encoding: 'utf8',
      },
    )
    expect({ status, stdout, stderr }).toMatchObject({ status: exitCode })
    expect(stderr).toContain(
      'flaky: passed only when run again, fix it: flaky.test.ts: passes when',
    )
    expect(stderr).toContain('AssertionError: expected 1 to be 2')
    expect(stderr.match(/^flaky/gm)).toHaveLength(1)
    expect(stderr.includes('the run fails: flaky tests: 1')).toBe(exitCode === 1)
  },
  60_000,
)
