import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { ROOT } from '../docker/image.ts'

/** A query as an alert or a panel has it. */
export interface Query {
  /** The alert's or the panel's name. */
  readonly of: string
  readonly expr: string
  /** What is written with it: `{{label}}` names a label. */
  readonly legend: string
  /** Of an alert. */
  readonly severity?: string
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly labels: { readonly severity: string }
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }[]
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
  }[]
}

export const MONITORING = join(ROOT, 'deploy/prometheus')

const read = (name: string) => readFileSync(join(MONITORING, name), 'utf8')

export function alertQueries(): readonly Query[] {
  const { groups }: Rules = parse(read('alerts.yml'))
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, labels, annotations }) => ({
      of: alert,
      expr,
      severity: labels.severity,
      legend: Object.values(annotations).join(' ').replaceAll('$labels.', ''),
    })),
  )
}

export function dashboardQueries(): readonly Query[] {
  const { panels }: Dashboard = JSON.parse(read('dashboard.json'))
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({ of: title, expr, legend: legendFormat })),
  )
}
