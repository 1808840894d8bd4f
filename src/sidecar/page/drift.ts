import { counted } from '../../base/words.ts'
import type { DriftStatus, FaultStatus, Status } from '../status/status.ts'
import { badge, code, fact, type Html, html, type PageSection } from './html.ts'

/** What the schema should be and is: missing, different, extra, and faults that are no indexes. Pure. */
export function driftSection({ drift, verify }: Status): PageSection {
  const { counts } = drift
  const others = drift.faults.filter(({ kind }) => kind !== 'index')
  const faults = counts.faults - counts.invalidIndexes
  const bad = counts.missing + counts.different + faults
  const listed = drift.missing.length + drift.different.length + drift.extra.length + others.length
  const body =
    bad + counts.extra === 0
      ? html`<p>${nothingFound(verify)}</p>`
      : html`<p>${verify.notCompared === null ? '' : `Not compared: ${verify.notCompared}. `}${summaryOf(counts, faults)}</p>
<ul class="cards">
${missingHtml(drift)}${differentHtml(drift)}${others.map(faultHtml)}${extraHtml(drift)}</ul>${leftOutHtml(bad + counts.extra - listed)}`
  const count = bad + counts.extra
  // A nought would say that the schema was compared.
  const isKnown = count > 0 || verify.notCompared === null
  return { id: 'drift', title: 'Drift', ...(isKnown && { count }), alarming: bad > 0, body }
}

function nothingFound({ lastAt, notCompared }: Status['verify']): string {
  if (lastAt === null) return 'Not looked at yet.'
  return notCompared === null ? 'The schema is as promised.' : `Not compared: ${notCompared}.`
}

/** The indexes that cost and do not help. Pure. */
export function indexesSection({ drift, verify }: Status): PageSection {
  const { invalidIndexes, counts } = drift
  const count = counts.invalidIndexes
  const { lastAt, mode } = verify
  const looked =
    mode === 'off' ? 'Not looked at: PGATE_VERIFY is off.' : 'None: every index is valid.'
  const none = lastAt === null ? 'Not looked at yet.' : looked
  const body =
    count === 0
      ? html`<p>${none}</p>`
      : html`<ul class="cards">
${invalidIndexes.map(faultHtml)}</ul>${leftOutHtml(count - invalidIndexes.length)}`
  return { id: 'indexes', title: 'Invalid indexes', count, alarming: count > 0, body }
}

function summaryOf({ missing, different, extra }: DriftStatus['counts'], faults: number): string {
  const more = extra === 0 ? '' : '; what is extra is shown and shuts nothing'
  const wrong = faults === 0 ? '' : `, ${counted(faults, 'fault')}`
  return `${missing} missing, ${different} different${wrong}, ${extra} extra${more}.`
}

function missingHtml({ missing }: DriftStatus): readonly Html[] {
  return missing.map(
    ({ object, expected }) => html`<li><h3>${badge('missing', 'bad')} ${code(object)}</h3>
<dl class="pairs">${fact('expected', definition(expected))}${fact('found', 'nothing')}</dl></li>
`,
  )
}

function differentHtml({ different }: DriftStatus): readonly Html[] {
  return different.map(
    ({ object, fields }) => html`<li><h3>${badge('different', 'bad')} ${code(object)}</h3>
${fields.map(
  ({ field, expected, found }) => html`<h4>${field}</h4>
<dl class="pairs">${fact('expected', code(expected))}${fact('found', code(found))}</dl>
`,
)}</li>
`,
  )
}

function extraHtml({ extra }: DriftStatus): readonly Html[] {
  return extra.map(
    ({ object, found }) => html`<li><h3>${badge('extra')} ${code(object)}</h3>
<dl class="pairs">${fact('expected', 'nothing')}${fact('found', definition(found))}</dl></li>
`,
  )
}

function faultHtml({ kind, object, message, remedy }: FaultStatus): Html {
  const steps = remedy.map((line) => html`<li>${code(line)}</li>`)
  return html`<li><h3>${badge(kind, 'bad')} ${code(object)}</h3>
<p><bdi>${message}</bdi></p>${
    steps.length > 0 &&
    html`
<p>What fixes it:</p><ol class="fix">${steps}</ol>`
  }</li>
`
}

function definition(fields: Readonly<Record<string, string>>): Html {
  const entries = Object.entries(fields)
  if (entries.length === 0) return html`there, without more to say`
  return html`${entries.map(([field, value]) => html`<span class="field">${field} ${code(value)}</span> `)}`
}

function leftOutHtml(count: number): Html {
  return count > 0 ? html`<p class="quiet">${count} more are not listed.</p>` : html``
}
