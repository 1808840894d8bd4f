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

  it('end with the command that was run, and with the gate where something is pending', () => {
    const ended = (code: 'HISTORY_PENDING' | 'NOT_READY', command?: string) => {
      const tally = createTally(1, command)
      tally.failed('one', new GateError(code, 'it failed'))
      const { failure } = tally.summary()
      return failure instanceof GateError ? failure.hint : undefined
    }
    expect(ended('NOT_READY')).toBe('Run `pgate fleet` again, which takes up what is left.')
    expect(ended('NOT_READY', 'pgate fleet status')).toBe('Run `pgate fleet status` again.')
    expect(ended('HISTORY_PENDING', 'pgate fleet check')).toBe(
      'Run `pgate fleet`, which applies what is pending. Run `pgate fleet check` again.',
    )
  })
})
