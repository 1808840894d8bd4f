import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseRecord } from '../../scripts/docs/decisions.ts'
import { PAGES } from '../../scripts/docs/pages.ts'

const ROOT = join(import.meta.dirname, '../..')
const TSX = join(ROOT, 'node_modules/tsx/dist/cli.mjs')
const FILES = Object.keys(PAGES)

function writeDocs(...args: string[]) {
  const script = join(ROOT, 'scripts/docs/write.ts')
  const { status, stderr } = spawnSync(process.execPath, [TSX, script, ...args], {
    encoding: 'utf8',
  })
  return { status, stderr }
}

describe.each(FILES)('%s', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')

  it('is what the code makes of it', async () => {
    expect(text).toBe(await PAGES[file]?.())
  })

  it('holds no value left out by mistake', () => {
    expect(text).not.toMatch(/undefined|\[object|NaN/)
  })
})

describe('write-docs --check', () => {
  it('passes on the pages of this tree', () => {
    expect(writeDocs('--check')).toEqual({ status: 0, stderr: '' })
  })

  it('fails on a page that is missing or differs, and names it', () => {
    const root = mkdtempSync(join(tmpdir(), 'pgate-docs-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    mkdirSync(join(root, 'docs/decisions'), { recursive: true })
    const missing = writeDocs('--check', '--root', root)
    expect(missing.status).toBe(1)
    for (const file of FILES) expect(missing.stderr).toContain(file)

    expect(writeDocs('--root', root).status).toBe(0)
    expect(writeDocs('--check', '--root', root).status).toBe(0)

    appendFileSync(join(root, 'docs/exit-codes.md'), '\n')
    const differs = writeDocs('--check', '--root', root)
    expect(differs.status).toBe(1)
    expect(differs.stderr).toMatch(/^docs\/exit-codes\.md [^\n]*\n$/)
  })
})

describe('a decision record', () => {
  const head = (status: string, topic = 'The lock') =>
    `# 0004: A title\n\nStatus: ${status}. Date: 2026-11-21. Topic: ${topic}.\n\nText.\n`

  it('is read with title, status, date and topic', () => {
    expect(parseRecord('0004-a.md', head('superseded by [0005](0005-b.md)'))).toEqual({
      file: '0004-a.md',
      title: '0004: A title',
      status: 'superseded by [0005](0005-b.md)',
      date: '2026-11-21',
      topic: 'The lock',
    })
  })

  it.each([
    ['without a status', '0004-a.md', '# 0004: A title\n\nText.\n'],
    ['with a status of another kind', '0004-a.md', head('wished for')],
    ['with a topic that the index lacks', '0004-a.md', head('accepted', 'Weather')],
    ['with the number of another', '0005-a.md', head('accepted')],
  ])('%s is refused', (_, file, text) => {
    expect(() => parseRecord(file, text)).toThrow(file)
  })
})
