import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The whole page. */
export const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')

/** The code blocks of README.md in that language, in order. */
export function readmeBlocks(language: string): readonly string[] {
  const blocks = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
  return blocks.flatMap(([, name, text = '']) => (name === language ? [text] : []))
}

/** The one block of that language that holds the words. */
export function readmeBlock(language: string, words: string): string {
  const [block, ...more] = readmeBlocks(language).filter((text) => text.includes(words))
  if (block !== undefined && more.length === 0) return block
  throw new Error(`README.md has not exactly one ${language} block with: ${words}`)
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
