import { describe, expect, it } from 'vitest'
import { linkFault, MAP, readSite, sentencesOf } from '../support/docs/site.ts'

const SITE = readSite()
const PAGES = SITE.filter(({ path }) => path.startsWith('docs/') && path !== MAP)

/** What lies so many clicks from a page, itself included. */
function within(clicks: number, from: string): ReadonlySet<string> {
  const reached = new Set([from])
  for (let click = 0; click < clicks; click++) {
    for (const { path, links } of SITE) {
      if (reached.has(path)) for (const { target } of links) reached.add(target)
    }
  }
  return reached
}

describe('the pages of docs/', () => {
  it('can be reached from the map with one click, each record of a decision with two', () => {
    const [one, two] = [within(1, MAP), within(2, MAP)]
    const missing = PAGES.filter(({ path }) =>
      /^docs\/decisions\/\d/.test(path) ? !two.has(path) : !one.has(path),
    )
    expect(missing.map(({ path }) => path)).toEqual([])
  })

  it('are found from README.md: the map, and the pages that a newcomer needs first', () => {
    const reached = within(1, 'README.md')
    for (const page of [MAP, 'docs/install.md', 'docs/first-steps.md', 'docs/take-over.md']) {
      expect(reached).toContain(page)
    }
  })

  // api.md is looked up, benchmarks.md the report of a run; a record of a decision ends with what was rejected.
  const read = PAGES.filter(({ path }) => !/decisions\/|(?:api|benchmarks)\.md$/.test(path))
  it.each(read.map(({ path, text }) => [path, text]))(
    '%s ends with what to do next: one to three links',
    (_, text) => {
      const [, end = ''] = text.split('\n## Next\n')
      expect(end.match(/^- \[/gm)?.length ?? 0).toBeGreaterThan(0)
      expect(end.match(/^- \[/gm)?.length ?? 0).toBeLessThanOrEqual(3)
      expect(end).not.toContain('\n#')
    },
  )

  it.each(SITE.map(({ path, links }) => [path, links] as const))(
    '%s links to files and headings that there are',
    (_, links) => {
      expect(links.flatMap((link) => linkFault(link) ?? [])).toEqual([])
    },
  )

  it('say nothing in the words of another page', () => {
    const said = new Map<string, Set<string>>()
    // api.md is made of the docstrings that other pages are made of, too.
    for (const page of SITE.filter(({ path }) => path !== 'docs/api.md')) {
      for (const sentence of sentencesOf(page)) {
        said.set(sentence, (said.get(sentence) ?? new Set()).add(page.path))
      }
    }
    const twice = [...said].filter(([, pages]) => pages.size > 1)
    expect(twice.map(([sentence, pages]) => `${sentence} (${[...pages].join(', ')})`)).toEqual([])
  })
})
