import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FLEET_FAMILIES } from '../../../../src/sidecar/fleet/fleet-metrics.ts'
import { FAMILIES } from '../../../../src/sidecar/status/metrics.ts'
import type { Family } from '../../../../src/sidecar/status/prometheus.ts'
import { contractStatus } from '../../../support/browser/page-states.ts'
import {
  alertQueries,
  dashboardQueries,
  MONITORING,
  type Query,
} from '../../../support/monitoring/queries.ts'
import { fleetOf } from '../fleet/support.ts'

/** What Prometheus adds to each series. */
const ADDED = ['job', 'instance']

const database = {
  ...contractStatus(),
  notifications: { configured: true, sent: 1, failed: 0 },
}
const fleet = fleetOf({ acme: 'open', globex: 'VERIFY_DRIFT', initech: 'NOT_READY' })

/** The labels of each metric that a sidecar exports, by its name. */
const EXPORTED = new Map<string, ReadonlySet<string>>([
  ...labelsOf(FLEET_FAMILIES, fleet),
  ...labelsOf(FAMILIES, database),
])

function labelsOf<S>(families: readonly Family<S>[], status: S) {
  return families.map(({ name, samples }) => {
    const labels = samples(status).flatMap((sample) => Object.keys(sample.labels ?? {}))
    return [name, new Set([...ADDED, ...labels])] as const
  })
}

const QUERIES = [...alertQueries(), ...dashboardQueries()]

describe('alerts and dashboard', () => {
  it.each(QUERIES.map((query) => [query.of, query] as const))(
    '%s asks for metrics and labels that a sidecar exports',
    (_, query) => {
      expect(namesIn(query).length).toBeGreaterThan(0)
      expect(namesIn(query).filter((name) => !EXPORTED.has(name))).toEqual([])
      expect(unknownLabels(query)).toEqual([])
    },
  )

  it('stand in the documentation with their severity', () => {
    const page = readFileSync(join(MONITORING, '../../docs/sidecar.md'), 'utf8')
    const rows = [...page.matchAll(/^\| (`Pgate.*?) \| .* \| (\w+) \|$/gm)]
    const documented = rows.flatMap(([, names = '', severity]) =>
      [...names.matchAll(/Pgate\w+/g)].map(([name]) => `${name} ${severity}`),
    )
    const alerts = alertQueries().map(({ of, severity }) => `${of} ${severity}`)
    expect(documented.toSorted()).toEqual(alerts.toSorted())
  })

  it('show every metric', () => {
    const asked = new Set(QUERIES.flatMap(namesIn))
    expect([...EXPORTED.keys()].filter((name) => !asked.has(name))).toEqual([])
  })
})

function namesIn({ expr }: Pick<Query, 'expr'>): readonly string[] {
  return [...expr.matchAll(/\bpgate_\w+/g)].map(([name]) => name)
}

/** Labels of a selector that its metric lacks, and of the rest that no metric of the query has. */
function unknownLabels({ expr, legend }: Query): readonly string[] {
  const selectors = [...expr.matchAll(/\b(pgate_\w+)\{([^}]*)\}/g)]
  const selected = selectors.flatMap(([, name = '', body = '']) =>
    [...body.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)]
      .map(([, label = '']) => label)
      .filter((label) => EXPORTED.get(name)?.has(label) !== true),
  )
  const all = new Set(namesIn({ expr }).flatMap((name) => [...(EXPORTED.get(name) ?? [])]))
  const grouped = [...expr.matchAll(/\b(?:by|without|on|ignoring) \(([^)]*)\)/g)]
  const named = [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)]
  const others = [...grouped, ...named]
    .flatMap(([, labels = '']) => labels.split(/,\s*/))
    .filter((label) => !all.has(label))
  return [...selected, ...others]
}
