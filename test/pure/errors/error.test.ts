import { describe, expect, it } from 'vitest'
import { badVerdict } from '../../../src/cli/output/verdict.ts'
import { messageOf } from '../../../src/errors/error.ts'

describe('messageOf', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('boom'), 'boom'],
    ['a text', 'boom', 'boom'],
    ['nothing', undefined, 'undefined'],
    ['an object without a text of its own', Object.create(null), '[Object: null prototype] {}'],
    ['a symbol', Symbol('x'), 'Symbol(x)'],
    ['a NUL character', new Error('a\0b'), 'a\\0b'],
    ['a message that is none', Object.assign(new Error(), { message: 7 }), '7'],
  ])('says what %s says', (_, thrown, words) => {
    expect(messageOf(thrown)).toBe(words)
    const ending = { command: 'gate', version: '0', run: 'r1', steps: [] }
    expect(badVerdict(ending, thrown).message).toBe(`unexpected: ${words}`)
  })
})
