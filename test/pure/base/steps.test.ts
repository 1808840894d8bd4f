import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../src/base/clock.ts'
import { recordSteps, type StepRecord } from '../../../src/base/steps.ts'
import { stepLine } from '../../../src/cli/output/terminal.ts'

function clockAt(times: readonly number[]): Clock {
  const left = [...times]
  return {
    now: () => left.shift() ?? 0,
    date: () => new Date(0),
    random: () => 0,
    sleep: async () => {},
  }
}

describe('steps', () => {
  it('are timed, reported and remembered in order', async () => {
    const reported: string[] = []
    const steps = recordSteps(clockAt([0, 12, 20, 50]), {
      started: (name) => reported.push(`${name} started`),
      ended: (record: StepRecord) => reported.push(`${record.name} ${record.state}`),
    })
    const answer = await steps.run(
      'wait',
      async () => 'up',
      (outcome) => `server ${outcome}`,
    )
    await steps.run(
      'migrate',
      async () => 2,
      (count) => `${count} applied`,
    )
    expect(answer).toBe('up')
    expect(reported).toEqual(['wait started', 'wait done', 'migrate started', 'migrate done'])
    expect(steps.records()).toEqual([
      { name: 'wait', state: 'done', durationMs: 12, summary: 'server up' },
      { name: 'migrate', state: 'done', durationMs: 30, summary: '2 applied' },
    ])
  })

  it('that fail are remembered, and their error goes on', async () => {
    const steps = recordSteps(clockAt([0, 5]), { started: () => {}, ended: () => {} })
    const failure = new Error('refused')
    const failing = steps.run(
      'verify',
      async () => {
        throw failure
      },
      () => 'never',
    )
    expect(steps.current()).toBe('verify')
    await expect(failing).rejects.toBe(failure)
    expect(steps.current()).toBeUndefined()
    expect(steps.records()).toEqual([
      { name: 'verify', state: 'failed', durationMs: 5, summary: '' },
    ])
  })

  it('are printed with state, name, time and what they did', () => {
    const record = { name: 'migrate', state: 'done', durationMs: 85, summary: '2 applied' } as const
    expect(stepLine(record, false)).toMatch(/^ok {5}migrate +85ms {2}2 applied$/)
    expect(stepLine({ ...record, state: 'failed', summary: '' }, false)).toMatch(
      /^failed migrate +85ms$/,
    )
  })
})
