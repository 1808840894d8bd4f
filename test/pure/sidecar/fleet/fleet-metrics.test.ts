import { describe, expect, it } from 'vitest'
import {
  FLEET_FAMILIES,
  fleetMetricsText,
  MOST_LABELLED,
} from '../../../../src/sidecar/fleet/fleet-metrics.ts'
import { samplesIn } from '../../../support/cli/sidecar.ts'
import { fleetBefore, fleetOf, manyOpen } from './support.ts'

const samplesOf = (status: ReturnType<typeof fleetOf>) => samplesIn(fleetMetricsText(status))

describe('the metrics of a fleet', () => {
  it('are named, typed and explained by the conventions', () => {
    for (const { name, type, help } of FLEET_FAMILIES) {
      expect(name).toMatch(/^pgate_[a-z]+(?:_[a-z]+)*$/)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      expect(help).toMatch(/^[A-Z][^\\\n]+\.$/)
    }
  })

  it('count targets by state and failures by code, and end as pgate fleet check would', () => {
    const samples = samplesOf(
      fleetOf({ a: 'open', b: 'VERIFY_DRIFT', c: 'NOT_READY', d: 'NOT_READY', e: 'waiting' }),
    )
    const states = ['open', 'shut', 'lost', 'waiting'].map((state) =>
      samples.get(`pgate_fleet_targets{state="${state}"}`),
    )
    expect(states).toEqual([1, 1, 2, 1])
    expect(samples.get('pgate_fleet_failures{exit_code="30"}')).toBe(2)
    expect(samples.get('pgate_gate_exit_code')).toBe(60)
    expect(samples.get('pgate_gate_open')).toBe(0)
    expect(samples.get('pgate_target_open{target="b"}')).toBe(0)
    expect(samples.has('pgate_target_open{target="e"}')).toBe(false)
  })

  it(`name each target up to ${MOST_LABELLED} of them, and none where there are more`, () => {
    const labelled = (count: number) =>
      [...samplesOf(fleetOf(manyOpen(count))).keys()].filter((name) => name.includes('target='))
    expect(labelled(MOST_LABELLED)).toHaveLength(2 * MOST_LABELLED)
    expect(labelled(MOST_LABELLED + 1)).toEqual([])
  })

  it('have as many samples of ten thousand targets as of a thousand', () => {
    const size = (count: number) => samplesOf(fleetOf(manyOpen(count))).size
    expect(size(10_000)).toBe(size(1_000))
  })

  it('claim nothing of a fleet that has not begun', () => {
    const samples = samplesOf(fleetBefore(['a']))
    expect(samples.has('pgate_gate_exit_code')).toBe(false)
    expect(samples.has('pgate_fleet_oldest_verify_timestamp_seconds')).toBe(false)
    expect(samples.get('pgate_gate_opened')).toBe(0)
  })
})
