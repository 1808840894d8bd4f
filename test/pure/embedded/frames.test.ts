import { describe, expect, it } from 'vitest'
import {
  cutFrames,
  type Frame,
  greetingOf,
  query,
  settingsIn,
} from '../../../src/embedded/frames.ts'

function untyped(code: number, ...texts: readonly string[]): Buffer {
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''))
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length)
  head.writeUInt32BE(code, 4)
  return Buffer.concat([head, body])
}

const SSL = untyped(80877103)
const OPTIONS = '-c search_path=app --statement_timeout=5s -capp.name=a\\ b'
const START = untyped(196608, 'user', 'app', 'options', OPTIONS, 'TimeZone', 'UTC', '')
const SAID = [SSL, START, query('select 1'), Buffer.from([0x58, 0, 0, 0, 4])]

describe('what a client sends', () => {
  it.each([1, 3, 1_000])('is cut into its messages, in pieces of %i bytes', (size) => {
    const cut = cutFrames()
    const all = Buffer.concat(SAID)
    const frames: Frame[] = []
    for (let at = 0; at < all.length; at += size) frames.push(...cut(all.subarray(at, at + size)))
    expect(frames.map(({ type }) => type)).toEqual(['encrypted', 'start', 'Q', 'X'])
    expect(Buffer.concat(frames.map(({ bytes }) => bytes))).toEqual(all)
  })

  it('may ask for settings at its start', () => {
    expect(settingsIn({ type: 'start', bytes: START })).toEqual([
      ['TimeZone', 'UTC'],
      ['search_path', 'app'],
      ['statement_timeout', '5s'],
      ['app.name', 'a b'],
    ])
  })
})

describe('the greeting', () => {
  it('ends with the word that the server is ready', () => {
    const greeting = greetingOf({ version: '18.1', pid: 7 })
    expect(greeting.toString('latin1', 0, 1)).toBe('R')
    expect(greeting.includes('server_version\0' + '18.1\0')).toBe(true)
    expect(greeting.subarray(-6).toString('latin1')).toBe('Z\0\0\0\u0005I')
  })
})
