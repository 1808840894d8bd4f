import { describe, expect, it } from 'vitest'
import { fleetAnswersOf } from '../../../../src/sidecar/fleet/fleet-answers.ts'
import { afterTurn, type FleetStatus } from '../../../../src/sidecar/fleet/fleet-status.ts'
import { createBoard } from '../../../../src/sidecar/status/board.ts'
import { AT, failure, fleetBefore, fleetOf, manyOpen } from './support.ts'

function asked(status: FleetStatus, url: string) {
  const { code, body } = fleetAnswersOf(createBoard(status)).of(url) ?? { code: 404, body: '' }
  return { code, text: body.toString() }
}

const codesOf = (status: FleetStatus, ...urls: readonly string[]) =>
  urls.map((url) => asked(status, url).code)

describe('the probes of a fleet', () => {
  it('pass where all targets are open, and fail while one is not', () => {
    const probes = ['/startupz', '/readyz', '/readyz?strict']
    expect(codesOf(fleetOf({ a: 'open', b: 'open' }), ...probes)).toEqual([200, 200, 200])
    expect(codesOf(fleetOf({ a: 'open', b: 'LOCK_TIMEOUT' }), ...probes)).toEqual([503, 503, 503])
    expect(codesOf(fleetBefore(['a']), ...probes, '/startupz?share=0.1')).toEqual([
      503, 503, 503, 503,
    ])
  })

  it('pass with the share that is asked for', () => {
    const status = fleetOf({ a: 'open', b: 'open', c: 'open', d: 'VERIFY_DRIFT' })
    const at = (share: string) => codesOf(status, `/readyz?share=${share}`)[0]
    expect(['0.5', '0.75', '0.76', '1'].map(at)).toEqual([200, 200, 503, 503])
    for (const wrong of ['0', '2', 'most', '']) {
      expect(asked(status, `/readyz?share=${wrong}`)).toMatchObject({
        code: 503,
        text: expect.stringContaining('write a number above 0 and up to 1'),
      })
    }
  })

  it('stay passed where a target is shut later, but for strict', () => {
    const later = { ...fleetOf({ a: 'open', b: 'NOT_READY' }), mostOpen: 2 }
    expect(codesOf(later, '/startupz', '/readyz', '/readyz?strict')).toEqual([200, 200, 503])
    expect(asked(later, '/readyz?strict').text).toBe('shut: 1 of 2 targets are open\n')
  })
})

describe('the status of a fleet', () => {
  it('is the whole fleet as JSON, or the targets that a query names', () => {
    const status = fleetOf({ 'eu-1': 'open', 'EU-2': 'VERIFY_DRIFT', 'us-1': 'open' })
    const names = (url: string) =>
      JSON.parse(asked(status, url).text).targets.map(({ name }: { name: string }) => name)
    expect(names('/status')).toEqual(['eu-1', 'EU-2', 'us-1'])
    expect(names('/status?name=eu')).toEqual(['eu-1', 'EU-2'])
    expect(names('/status?name=eu&state=shut')).toEqual(['EU-2'])
    expect(names('/status?state=nonsense')).toHaveLength(3)
    expect(JSON.parse(asked(status, '/status?name=eu').text).counts.targets).toBe(3)
  })

  it('is an event without its targets, one line however many there are', () => {
    const { event } = fleetAnswersOf(createBoard(fleetOf(manyOpen(10_000))))
    expect(event().length).toBeLessThan(1_000)
    expect(event()).not.toContain('\n')
  })

  it('keeps why a gate failed where a look finds no more than that it is not done', () => {
    const [failed] = fleetOf({ a: 'MIGRATION_FAILED' }).targets
    const later = new Date(AT.getTime() + 60_000)
    const seen = failed && afterTurn(failed, failure('HISTORY_PENDING'), later)
    expect(seen).toMatchObject({ exitCode: 53, since: failed?.since })
    expect(seen?.lookedAt).toBe(later.toISOString())
    const [drifted] = fleetOf({ a: 'VERIFY_DRIFT' }).targets
    expect(drifted && afterTurn(drifted, failure('HISTORY_PENDING'), later)).toMatchObject({
      exitCode: 51,
      since: later.toISOString(),
    })
  })
})
