import { describe, expect, it } from 'vitest'
import { GateError } from '../../../src/errors/error.ts'
import { createTally } from '../../../src/fleet/tally.ts'
import { withRestorePoint } from '../../../src/steps/migrate/precautions.ts'

describe('the hints of a fleet', () => {
  it('are said once, though each failed target has a restore point of its own', () => {
    const tally = createTally(3)
    for (const [at, target] of ['one', 'two', 'three'].entries()) {
      const point = { at: '2026-01-01T00:00:00Z', lsn: `0/${at}`, timeline: 1, name: target }
      const hint = withRestorePoint('Fix the data.', point)
      tally.failed(target, new GateError('MIGRATION_FAILED', 'it failed', { hint }))
    }
    expect(tally.summary().json.hints).toEqual([
      { code: 'MIGRATION_FAILED', hint: 'Fix the data.' },
    ])
  })
})
