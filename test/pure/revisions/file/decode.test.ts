import { describe, expect, it } from 'vitest'
import { decodeText } from '../../../../src/revisions/file/decode.ts'

const bytes = (...parts: readonly (string | number)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
  )

describe('decodeText', () => {
  it.each([
    ['plain text', bytes('a\nb'), 'a\nb'],
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 'a'), 'a'],
    ['CRLF', bytes('a\r\nb\r\n'), 'a\nb\n'],
    ['lone CR', bytes('a\rb\r\rc'), 'a\nb\n\nc'],
    ['characters beyond the BMP', bytes('ü 🎉 \uFFFD'), 'ü 🎉 \uFFFD'],
    ['nothing', bytes(), ''],
  ])('reads %s', (_, input, text) => {
    expect(decodeText(input)).toEqual({ kind: 'text', text })
  })

  it.each([
    ['a NUL', bytes('a\nb', 0), 2, 'offset 3'],
    ['a NUL after CRLF', bytes('a\r\nb\rc', 0), 3, 'offset 6'],
    ['a Latin-1 letter', bytes('a\nü\n', 0xfc, '\n'), 3, 'byte 0xfc is not UTF-8 (byte offset 5)'],
    ['a bad byte after a replacement character', bytes('\uFFFD\n', 0xff), 2, 'offset 4'],
    ['a bad byte after a byte order mark', bytes(0xef, 0xbb, 0xbf, 'a', 0x80), 1, 'offset 4'],
    ['a character cut off at the end', bytes('a\n', 0xe2, 0x82), 2, 'byte 0xe2'],
    ['a surrogate', bytes('a', 0xed, 0xa0, 0x80), 1, 'byte 0xed is not UTF-8 (byte offset 1)'],
    ['UTF-16, little end first', bytes(0xff, 0xfe, 'a', 0), 1, 'UTF-16'],
    ['UTF-16, big end first', bytes(0xfe, 0xff, 0, 'a'), 1, 'UTF-16'],
  ])('refuses %s and says where', (_, input, line, message) => {
    expect(decodeText(input)).toMatchObject({
      kind: 'fault',
      fault: { code: 'REVISION_ENCODING', line, message: expect.stringContaining(message) },
    })
  })
})
