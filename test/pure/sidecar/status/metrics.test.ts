import { describe, expect, it } from 'vitest'
import { FAMILIES, metricsText } from '../../../../src/sidecar/status/metrics.ts'
import { soundStatus } from '../../../support/browser/page-statuses.ts'
import { samplesIn } from '../../../support/cli/sidecar.ts'
import { SERVER, statusWith } from '../support.ts'

/** As Prometheus names them: the prefix, base units, `_total` for what only grows. */
const NAME = /^pgate_[a-z]+(?:_[a-z]+)*$/

describe('the metrics', () => {
  const status = statusWith()
  const known = statusWith({
    openedAt: '2026-11-21T03:00:01.500Z',
    verdict: 'open',
    exitCode: 0,
    steps: [{ name: 'wait', state: 'done', durationMs: 1_250, summary: '' }],
    database: { ...status.database, reachable: true, server: SERVER },
    verify: { ...status.verify, lastAt: '2026-11-21T03:00:02Z', lastDurationMs: 40 },
    revisions: { ...status.revisions, current: ['b'], pending: 0, waiting: [] },
    runs: soundStatus().runs,
    locks: { waiting: 2, blockers: [] },
    notifications: { configured: true, sent: 3, failed: 1 },
  })

  it.each(FAMILIES.map((family) => [family.name, family] as const))(
    '%s is named, typed and explained by the conventions',
    (name, { type, help, samples }) => {
      expect(name).toMatch(NAME)
      expect(name).not.toMatch(/_(?:ms|milliseconds|minutes|count)$/)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      expect(help).toMatch(/^[A-Z][^\\\n]+\.$/)
      expect(samples(known).length).toBeGreaterThan(0)
    },
  )

  it('each have HELP and TYPE once, before their samples, and end with a line feed', () => {
    const text = metricsText(known)
    expect(text.endsWith('\n')).toBe(true)
    for (const { name, type } of FAMILIES) {
      const at = (line: RegExp) => text.search(line)
      const [help, kind] = [
        at(new RegExp(`^# HELP ${name} `, 'm')),
        at(new RegExp(`^# TYPE ${name} ${type}$`, 'm')),
      ]
      const sample = at(new RegExp(`^${name}[ {]`, 'm'))
      expect([help >= 0, help < kind, kind < sample]).toEqual([true, true, true])
      expect(text.split(`# TYPE ${name} `)).toHaveLength(2)
    }
  })

  it('say in base units what the status says', () => {
    const samples = samplesIn(metricsText(known))
    expect(samples.get('pgate_gate_open')).toBe(1)
    expect(samples.get('pgate_step_duration_seconds{step="wait"}')).toBe(1.25)
    expect(samples.get('pgate_last_verify_duration_seconds')).toBe(0.04)
    expect(samples.get('pgate_last_verify_timestamp_seconds')).toBe(1_795_230_002)
    expect(samples.get('pgate_lock_waiting_sessions')).toBe(2)
    expect(samples.get('pgate_notifications_total{outcome="failed"}')).toBe(1)
  })

  it('leave out what is not known yet, where a nought would be a claim', () => {
    const samples = samplesIn(metricsText(status))
    const names = [...samples.keys()]
    for (const name of ['pgate_pending_revisions', 'pgate_database_up', 'pgate_drift_objects']) {
      expect(names.filter((sample) => sample.startsWith(name))).toEqual([])
    }
    expect(samples.get('pgate_gate_open')).toBe(0)
  })

  it('give no count of drift where nothing was compared', () => {
    const verify = { ...known.verify, notCompared: 'there is no manifest.json' }
    const samples = samplesIn(metricsText({ ...known, verify }))
    expect(samples.get('pgate_schema_compared')).toBe(0)
    expect([...samples.keys()].filter((name) => name.startsWith('pgate_drift'))).toEqual([])
    expect(samplesIn(metricsText(known)).get('pgate_schema_compared')).toBe(1)
  })

  it('escape what stands in a label', () => {
    const text = metricsText(statusWith({ version: 'a"b\\c\nd' }))
    expect(text).toContain('pgate_build_info{version="a\\"b\\\\c\\nd"} 1\n')
    expect(samplesIn(text).size).toBeGreaterThan(3)
  })
})
