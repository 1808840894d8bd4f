import type { Status } from '../status/status.ts'
import { checkSections, cleanSection, extraSection } from './checks.ts'
import { framed, policyWith } from './frame.ts'
import { type Html, html, type PageSection, sectionHtml, shape } from './html.ts'
import { revisionsSection } from './revisions.ts'
import { changesSection, runsSection, stepsSection } from './runs.ts'
import { identityHtml, toneOf, verdictHeadline, verdictHtml } from './verdict.ts'

/** It has no form. */
export const PAGE_POLICY = policyWith("'none'")

/**
 * The page at `/`: the verdict, what is wrong, where the database stands, what has happened; what is
 * as it should be takes one line. What is in the status is escaped wherever it stands. Pure; made once
 * for each change.
 */
export function renderPage(status: Status): string {
  const checks = checkSections(status)
  const sections = [
    ...checks.map((check) => [check.id, check.tone === 'good' ? undefined : check] as const),
    [
      'clean',
      cleanSection(
        checks.filter(({ tone }) => tone === 'good'),
        status,
      ),
    ] as const,
    ['extra', extraSection(status)] as const,
    ...[
      stepsSection(status),
      revisionsSection(status),
      runsSection(status),
      changesSection(status),
    ].map((section) => [section.id, section] as const),
  ]
  return framed({
    title: `${verdictHeadline(status)} · ${status.database.label} · pgate`,
    tone: toneOf(status),
    identity: identityHtml(status),
    main: html`${verdictHtml(status)}${attentionHtml(sections.flatMap(([, section]) => section ?? []))}${sections.map(([id, section]) => sectionHtml(id, section))}`,
  })
}

/** Leads to what is wrong; empty where nothing is. */
function attentionHtml(sections: readonly PageSection[]): Html {
  const wrong = sections.filter(({ tone }) => tone === 'bad' || tone === 'warn')
  const links = wrong.map(
    ({ id, title, tone }) =>
      html`<li><a id="to-${id}" href="#${id}">${shape(tone, 16)}${title}</a></li>
`,
  )
  if (links.length === 0) return html`<nav id="attention" data-live hidden></nav>\n`
  return html`<nav id="attention" data-live aria-label="What is not as it should be"><ul>
${links}</ul></nav>
`
}
