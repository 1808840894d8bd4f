import { describe, expect, it } from 'vitest'
import { failoverBetween } from '../../../../src/sidecar/look/server-identity.ts'
import { changesBetween, withChanges } from '../../../../src/sidecar/notify/transitions.ts'
import type { Reason, Status } from '../../../../src/sidecar/status/status.ts'
import { SERVER, statusWith } from '../support.ts'

const STARTING = statusWith()
const OPEN = statusWith({ verdict: 'open', exitCode: 0 })
const reason = (message: string): Reason => ({ code: 'VERIFY_DRIFT', message, hint: 'Fix it.' })
const shut = (message: string) => statusWith({ verdict: 'shut', reason: reason(message) })
const away = (status: Status): Status => ({
  ...status,
  database: { ...status.database, reachable: false, outage: { since: 'then', message: 'gone' } },
})
const ahead: Status = { ...OPEN, revisions: { ...OPEN.revisions, unknown: ['c'] } }

describe('a transition', () => {
  it.each([
    ['the gate opens', STARTING, OPEN, ['opened']],
    ['nothing changes', OPEN, OPEN, []],
    ['drift comes', OPEN, shut('one missing'), ['shut']],
    ['the same drift stays', shut('one missing'), shut('one missing'), []],
    ['more drift comes', shut('one missing'), shut('two missing'), ['changed']],
    ['drift goes', shut('one missing'), OPEN, ['opened']],
    ['the database goes', OPEN, away(OPEN), ['lost']],
    ['the database stays away', away(OPEN), away(OPEN), []],
    ['the database comes back', away(OPEN), OPEN, ['back']],
    ['it comes back with drift', away(OPEN), shut('one missing'), ['back', 'shut']],
    ['it is ahead, as allowed', OPEN, ahead, ['ahead']],
    ['it stays ahead', ahead, ahead, []],
  ])('where %s', (_, before, after, kinds) => {
    expect(changesBetween(before, after).map(({ kind }) => kind)).toEqual(kinds)
  })

  it('has a number of its own, and the newest twenty are kept, newest first', () => {
    const at = new Date(0)
    let kept = withChanges([], [], at)
    for (let turn = 0; turn < 30; turn += 1) {
      kept = withChanges(
        kept,
        [
          { kind: 'lost', message: '' },
          { kind: 'back', message: '' },
        ],
        at,
      )
    }
    expect(kept.map(({ number }) => number)).toEqual(
      Array.from({ length: 20 }, (_, index) => 60 - index),
    )
    expect(kept[0]?.kind).toBe('back')
  })
})

describe('a failover', () => {
  it.each([
    ['another cluster', { systemIdentifier: '8' }, 'another database cluster answers'],
    ['a promotion', { timeline: 2 }, 'a standby was promoted (timeline 2, before 1)'],
    ['a standby', { inRecovery: true }, 'a standby answers, which takes no writes'],
    ['another address', { address: '10.0.0.8:5432' }, 'another address answers (10.0.0.8:5432'],
  ])('is seen by %s', (_, change, message) => {
    expect(failoverBetween(SERVER, { ...SERVER, ...change })).toContain(message)
  })

  it('is not seen in what the server does not report, nor in its version', () => {
    const silent = { address: null, systemIdentifier: null, timeline: null, version: '17.6' }
    expect(failoverBetween(SERVER, { ...SERVER, ...silent })).toBeUndefined()
    expect(failoverBetween({ ...SERVER, ...silent }, SERVER)).toBeUndefined()
  })
})
