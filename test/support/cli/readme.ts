import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

/** The whole page. */
export const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** The one code block of README.md in that language that holds the words. */
export function readmeBlock(language: string, words: string): string {
  return pageBlock('README.md', language, words)
}

/** The one code block of a page, by its path from the root, in that language that holds the words. */
export function pageBlock(page: string, language: string, words: string): string {
  const blocks = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms)]
  const [block, ...more] = blocks.flatMap(([, name, text = '']) =>
    name === language && text.includes(words) ? [text] : [],
  )
  if (block !== undefined && more.length === 0) return block
  throw new Error(`${page} has not exactly one ${language} block with: ${words}`)
}

/** The rows of the tables under a heading, each a list of its cells. */
export function readmeTable(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = README.split(`\n## ${heading}\n`)
  const lines = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  const rows = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  return rows.slice(2)
}
