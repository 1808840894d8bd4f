import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../../src/base/clock.ts'
import { retryTransient } from '../../../../src/steps/migrate/retry.ts'
import { stepContext } from '../../../support/cli/step.ts'

/** As pg throws it. */
function serverError(code: string): Error {
  return Object.assign(new Error(`refused with ${code}`), { code, severity: 'ERROR' })
}

/** A clock that only sleeping moves, and no jitter. */
function sleepingClock(): { readonly clock: Clock; readonly slept: number[] } {
  const slept: number[] = []
  let time = 0
  const clock: Clock = {
    now: () => time,
    date: () => new Date(time),
    random: () => 1,
    sleep: async (ms) => {
      slept.push(ms)
      time += ms
    },
  }
  return { clock, slept }
}

describe('retrying', () => {
  it.each(['55P03', '40P01', '40001'])(
    'tries again after %s, and returns what came',
    async (code) => {
      const { clock, slept } = sleepingClock()
      const context = stepContext({ PGATE_LOCK_TIMEOUT: '1m' }, { clock })
      const outcomes = [serverError(code), serverError(code), 'done']
      const result = await retryTransient(context, 'Revision a', async () => {
        const outcome = outcomes.shift()
        if (outcome instanceof Error) throw outcome
        return outcome
      })
      expect(result).toBe('done')
      expect(slept).toEqual([100, 200])
      expect(context.logged.map(({ event }) => event)).toEqual(['revision.retry', 'revision.retry'])
    },
  )

  it('throws any other failure at once', async () => {
    const { clock, slept } = sleepingClock()
    const failure = serverError('42P01')
    const context = stepContext({}, { clock })
    const attempt = () => Promise.reject(failure)
    await expect(retryTransient(context, 'Revision a', attempt)).rejects.toBe(failure)
    expect(slept).toEqual([])
  })

  it('gives up with the last failure once the lock timeout has passed', async () => {
    const { clock, slept } = sleepingClock()
    const failure = serverError('55P03')
    const context = stepContext({ PGATE_LOCK_TIMEOUT: '20s' }, { clock })
    const attempt = () => Promise.reject(failure)
    await expect(retryTransient(context, 'Revision a', attempt)).rejects.toBe(failure)
    expect(slept).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
  })
})
