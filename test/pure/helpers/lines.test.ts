import { expect, it } from 'vitest'
import { cutLines, LONGEST_LINE } from '../../../src/helpers/lines.ts'

function linesOf(pieces: readonly string[], hide = (line: string) => line): readonly string[] {
  const lines: string[] = []
  const cutter = cutLines((line) => lines.push(line), hide)
  for (const piece of pieces) cutter.push(piece)
  cutter.flush()
  return lines
}

it('cuts at each kind of line end, wherever a piece ends', () => {
  expect(linesOf(['a\r', '\nb\n\nc', 'd\r10%\r', '20%'])).toEqual([
    'a',
    'b',
    '',
    'cd',
    '10%',
    '20%',
  ])
})

it('shows 16 KB of a line, and nothing of a secret that stands at the cut', () => {
  const secret = 'o'.repeat(1_000)
  for (let before = LONGEST_LINE - 6_000; before < LONGEST_LINE + 5_000; before += 500) {
    const text = `${'x'.repeat(before)}${secret}${'y'.repeat(30_000)}`
    const [line = '', ...more] = linesOf([text, '\nnext\n'], (one) => one.replaceAll(secret, '***'))
    expect(line).not.toContain('o')
    expect(line.length).toBeLessThanOrEqual(LONGEST_LINE + 2)
    expect(more).toEqual(['next'])
  }
})
