import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FAULTS } from '../support/faults/faults.ts'

const ROOT = join(import.meta.dirname, '../..')

const TESTS = globSync(['test/postgres/faults/*.test.ts', 'test/image/faults.test.ts'], {
  cwd: ROOT,
}).map((file) => readFileSync(join(ROOT, file), 'utf8'))

const NAMED = Object.values(FAULTS).flatMap((faults) => Object.entries(faults))

describe.each(NAMED)('the fault %s', (name, fault) => {
  it('has a test, and one file of tests alone', () => {
    const word = new RegExp(`\\b${name}\\b`)
    expect(TESTS.filter((text) => word.test(text))).toHaveLength(1)
  })

  it('leaves nothing that the next run would not finish', () => {
    expect(fault.next.versions).toEqual(['bbb'])
    expect(fault.next.journal.at(-1)).toBe('bbb done')
  })
})

it('no fault is reported twice', () => {
  const reported = NAMED.map(([, { what }]) => what)
  expect(new Set(reported).size).toBe(reported.length)
})
