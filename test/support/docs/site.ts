import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { ROOT } from '../docker/image.ts'

/** Where a link of a page leads, by the path from the root; an address of another site is none. */
export interface PageLink {
  readonly target: string
  readonly anchor: string | undefined
}

/** A page of Markdown, by its path from the root. */
export interface Page {
  readonly path: string
  readonly text: string
  /** The text without code blocks. */
  readonly prose: string
  readonly links: readonly PageLink[]
}

/** The page that leads to all others. */
export const MAP = 'docs/README.md'

/** Every page of docs/, and the README. */
export function readSite(): readonly Page[] {
  return ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT }).sort()].map(readPage)
}

export function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const prose = text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/^ {4}\S.*$/gm, '')
  const links = [...prose.replaceAll(/`[^`\n]*`/g, '``').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(
    ([, link = '']) => (/^[a-z]+:/.test(link) ? [] : [linkOf(path, link)]),
  )
  return { path, text, prose, links }
}

function linkOf(from: string, link: string): PageLink {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? from : normalize(join(dirname(from), file))
  return { target, anchor }
}

/** What is wrong with a link: nothing there, or no such heading; undefined where it leads somewhere. */
export function linkFault({ target, anchor }: PageLink): string | undefined {
  if (!existsSync(join(ROOT, target))) return `${target} is not there`
  if (anchor === undefined) return undefined
  if (statSync(join(ROOT, target)).isDirectory()) return `${target} is a folder`
  return anchorsOf(readPage(target).prose).has(anchor)
    ? undefined
    : `${target} has no heading #${anchor}`
}

/** The anchors that GitHub gives to the headings of a page; the second of a name gets `-1`. */
export function anchorsOf(prose: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, title = ''] of prose.matchAll(/^#+ (.+)$/gm)) {
    const words = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = words.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')
    let number = 0
    while (anchors.has(number === 0 ? anchor : `${anchor}-${number}`)) number++
    anchors.add(number === 0 ? anchor : `${anchor}-${number}`)
  }
  return anchors
}

/** The sentences of a page that are long enough to say something, without links and markup. */
export function sentencesOf({ prose }: Page): readonly string[] {
  return prose
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .split(/\n\s*\n|^\s*[-*] |^\d+\. |\|/m)
    .flatMap((block) => block.replaceAll(/\s+/g, ' ').split(/(?<=[.:;!?]) /))
    .filter((sentence) => sentence.length >= 60)
}
