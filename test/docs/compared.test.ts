import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/docker/image.ts'
import { readPage } from '../support/docs/site.ts'

const PAGE = readPage('docs/compared.md')

/** The rows below the heads of the tables: what is looked for, and the field of pgate, the last one. */
const ROWS = PAGE.prose
  .split('\n')
  .filter((line, index, lines) => line.startsWith('| ') && !lines[index + 1]?.startsWith('|---'))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells): [string, string] => [cells[0]?.trim() ?? '', cells.at(-1) ?? ''])

describe('docs/compared.md', () => {
  it.each(ROWS)('has a page and a test behind: %s', (_, cell) => {
    const links = [...cell.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link)
    const tests = links.filter((link) => link.endsWith('.test.ts'))
    expect(tests).not.toEqual([])
    expect(links.length).toBeGreaterThan(tests.length)
    for (const test of tests) {
      expect(readFileSync(join(ROOT, 'docs', test), 'utf8')).toMatch(/\bit(\.\w+)?[(<]/)
    }
  })

  it('says of every other tool where that was found', () => {
    const notes = (pattern: RegExp) =>
      new Set([...PAGE.prose.matchAll(pattern)].map(([, id]) => id))
    const said = notes(/^\[\^(\w+)\]:/gm)
    expect(said.size).toBeGreaterThan(7)
    expect(notes(/\[\^(\w+)\](?!:)/g)).toEqual(said)
  })
})
