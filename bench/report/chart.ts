import type { CaseResult, Row } from '../harness/case.ts'

/** The cases that a chart has room for, and that users feel. */
const CHARTED = ['noop.rtt0', 'noop.rtt5', 'apply.1000', 'apply.100-rtt5', 'wait.ready']

const [WIDTH, LABEL, FIGURE, BAR, GAP, HEADING, PADDING] = [760, 300, 70, 16, 5, 34, 16]

const COLOURS: Readonly<Record<Row['kind'], string>> = {
  pgate: '#2f6fde',
  peer: '#9aa5b1',
  floor: '#d5dae0',
}

/**
 * A bar chart as SVG text, a panel for each case, the shortest bar first; medians. It carries its
 * own light background, for pages of either colour.
 */
export function chartOf(cases: readonly CaseResult[]): string {
  const charted = cases.filter(({ id }) => CHARTED.includes(id))
  let top = PADDING
  const panels = charted.map((result) => {
    const { height, text } = panelOf(result, top)
    top += height
    return text
  })
  const height = top + PADDING
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">
<title>Medians in milliseconds: shorter is faster</title>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${panels.join('\n')}
</svg>
`
}

function panelOf(
  { title, rows }: CaseResult,
  top: number,
): { readonly height: number; readonly text: string } {
  const bars = rows
    .flatMap(({ name, kind, summary }) => (summary ? [{ name, kind, median: summary.median }] : []))
    .toSorted((one, other) => one.median - other.median)
  const longest = Math.max(1, ...bars.map(({ median }) => median))
  const lines = bars.map(({ name, kind, median }, index) => {
    const y = top + HEADING + index * (BAR + GAP)
    const width = Math.max(1, (median / longest) * (WIDTH - LABEL - FIGURE - PADDING))
    const weight = kind === 'pgate' ? ' font-weight="bold"' : ''
    return `<text x="${LABEL - 8}" y="${y + 12}" text-anchor="end" fill="#1f2933"${weight}>${escaped(name)}</text>
<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${COLOURS[kind]}"/>
<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 12}" fill="#52606d"${weight}>${Math.round(median)} ms</text>`
  })
  const heading = `<text x="${PADDING}" y="${top + 18}" font-size="14" font-weight="bold" fill="#1f2933">${escaped(title)}</text>`
  const height = HEADING + bars.length * (BAR + GAP) + PADDING
  return { height, text: [heading, ...lines].join('\n') }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
