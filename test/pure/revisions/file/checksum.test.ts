import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checksumOf, normalisedForChecksum } from '../../../../src/revisions/file/checksum.ts'
import { parseSqlRevision } from '../../../../src/revisions/file/parse-sql.ts'

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

describe('normalisedForChecksum', () => {
  it.each([
    ['CRLF', 'a\r\nb\r\n', 'a\nb\n'],
    ['lone CR', 'a\rb', 'a\nb\n'],
    ['white space at the end of lines', 'a \t\n b\v\f\n', 'a\n b\n'],
    ['empty lines at the end', 'a\n\n \n\t\n', 'a\n'],
    ['no line ending at the end', 'a', 'a\n'],
    ['nothing but white space', ' \n\t\n', ''],
  ])('drops %s', (_, text, expected) => {
    expect(normalisedForChecksum(text)).toBe(expected)
  })

  it('keeps empty lines above and between, indents, and other kinds of space', () => {
    expect(normalisedForChecksum('\n a\n\nb\u00a0\n')).toBe('\n a\n\nb\u00a0\n')
  })

  it('takes a line of a million spaces in its stride', () => {
    const line = `select${' '.repeat(1_000_000)}1`
    expect(normalisedForChecksum(line)).toBe(`${line}\n`)
  })
})

describe('the checksum of a revision', () => {
  const text = readFileSync('test/fixtures/revisions/chain/20251018_0230_aaa1_first.sql', 'utf8')
  const checksum = (changed: string) => {
    const parsed = parseSqlRevision(changed, 'a.sql')
    return parsed.kind === 'revision' ? parsed.revision.checksum : parsed.faults
  }

  it.each([
    ['the message', text.replace('Create aaa1', 'Create the first')],
    ['the downgrade', text.replace('drop table', 'drop table if exists')],
    ['the line endings', text.replaceAll('\n', '\n')],
    ['white space at the end of lines', text.replaceAll('\n', '  \n')],
    ['the order of the sections', reordered(text)],
  ])('stays when %s is another', (_, changed) => {
    expect(checksum(changed)).toBe(checksum(text))
  })

  it('changes with the upgrade', () => {
    expect(checksum(text.replace('integer', 'bigint'))).not.toBe(checksum(text))
  })

  it('of an empty upgrade is that of the empty text', () => {
    expect(checksumOf('\n \n')).toBe(EMPTY)
  })

  it('is the one that the manual works out', () => {
    const manual = readFileSync('docs/revision-files.md', 'utf8')
    const [, file = ''] = /<!-- checksum example -->\s*```sql\n([\s\S]*?)```/.exec(manual) ?? []
    const [, hashed = ''] = /<!-- hashed text -->\s*```text\n([\s\S]*?)```/.exec(manual) ?? []
    const [, expected] = /checksum is\s*`([0-9a-f]{64})`/.exec(manual) ?? []
    expect(checksum(file)).toBe(expected)
    expect(checksumOf(hashed)).toBe(expected)
    expect(normalisedForChecksum(hashed)).toBe(hashed)
  })
})

function reordered(text: string): string {
  const [header = '', upgrade = '', downgrade = ''] = text.split(/^-- pgate: .*\n/m)
  return `${header}-- pgate: downgrade\n${downgrade}\n-- pgate: upgrade\n${upgrade}`
}
