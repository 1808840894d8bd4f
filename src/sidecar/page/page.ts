import type { Status } from '../status/status.ts'
import { driftSection, indexesSection } from './drift.ts'
import { framed, policyWith } from './frame.ts'
import { badge, type Html, html, type PageSection, sectionHtml } from './html.ts'
import { revisionsSection } from './revisions.ts'
import { blockersSection, changesSection, runsSection, stepsSection } from './runs.ts'
import { factsHtml, verdictHeadline, verdictHtml } from './verdict.ts'

/** It has no form. */
export const PAGE_POLICY = policyWith("'none'")

/**
 * The page at `/`. What is in the status is escaped wherever it stands. Pure; made once for each change.
 */
export function renderPage(status: Status): string {
  const wrong = [driftSection(status), indexesSection(status), blockersSection(status)]
  const revisions = revisionsSection(status)
  const past = [stepsSection(status), runsSection(status), changesSection(status)]
  return framed({
    title: `${verdictHeadline(status)} · ${status.database.label} · pgate`,
    verdict: status.verdict,
    main: html`${verdictHtml(status)}${factsHtml(status)}${sectionList([...wrong, revisions, ...past])}<div class="columns">
<div class="column">
${wrong.map(sectionHtml)}</div>
${sectionHtml(revisions)}</div>
${past.map(sectionHtml)}`,
  })
}

function sectionList(sections: readonly PageSection[]): Html {
  const links = sections.map(
    ({ id, title, count, alarming }) =>
      html`<li><a id="to-${id}" href="#${id}">${title}${count !== undefined && html` ${badge(String(count), alarming ? 'bad' : 'plain')}`}</a></li>
`,
  )
  return html`<nav id="sections" data-live aria-label="Sections"><ul>
${links}</ul></nav>
`
}
