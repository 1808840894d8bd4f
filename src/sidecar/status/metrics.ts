import { FAMILIES, type Family } from './metric-families.ts'
import type { Status } from './status.ts'

/** As Prometheus asks for it. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * The status in Prometheus' text format 0.0.4. Pure.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://prometheus.io/docs/practices/naming/
 */
export function metricsText(status: Status): string {
  return FAMILIES.map((family) => familyText(family, status)).join('')
}

function familyText({ name, type, help, samples }: Family, status: Status): string {
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
