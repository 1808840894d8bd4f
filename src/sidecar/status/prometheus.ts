/** One line of a family. */
interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric, with its lines for each set of labels. */
export interface Family<S> {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  /** None where it is not known yet: a nought would be a claim. */
  readonly samples: (status: S) => readonly Sample[]
}

export function gauge<S>(name: string, help: string, samples: Family<S>['samples']): Family<S> {
  return { name, type: 'gauge', help, samples }
}

export function counter<S>(name: string, help: string, samples: Family<S>['samples']): Family<S> {
  return { name, type: 'counter', help, samples }
}

export function known(value: number | null): readonly Sample[] {
  return value === null ? [] : [{ value }]
}

export function flag(value: boolean): readonly Sample[] {
  return [{ value: value ? 1 : 0 }]
}

export function seconds(ms: number | null): readonly Sample[] {
  return known(ms === null ? null : ms / 1000)
}

export function time(iso: string | null): readonly Sample[] {
  return seconds(iso === null ? null : Date.parse(iso))
}

export function byLabel(
  label: string,
  values: Readonly<Record<string, number>>,
): readonly Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))
}

/** As Prometheus asks for it. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * What the families say of a status, in Prometheus' text format 0.0.4. Pure.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://prometheus.io/docs/practices/naming/
 */
export function familiesText<S>(families: readonly Family<S>[], status: S): string {
  return families.map((family) => familyText(family, status)).join('')
}

function familyText<S>({ name, type, help, samples }: Family<S>, status: S): string {
  const lines = samples(status).map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  if (lines.length === 0) return ''
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** What every sidecar says of itself, whatever it looks at. */
export const SIDECAR_FAMILIES: readonly Family<{
  readonly version: string
  readonly run: string
  readonly startedAt: string
}>[] = [
  gauge('pgate_build_info', 'The version of pgate, as a label.', ({ version }) => [
    { labels: { version }, value: 1 },
  ]),
  gauge(
    'pgate_run_info',
    "The run's id, which each line of its log has, as a label.",
    ({ run }) => [{ labels: { run }, value: 1 }],
  ),
  gauge('pgate_start_time_seconds', 'When the sidecar started, in Unix time.', ({ startedAt }) =>
    time(startedAt),
  ),
]
