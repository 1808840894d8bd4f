import { runInNewContext } from 'node:vm'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { parameterOf, rowReader } from '../../../../src/postgres/session/values.ts'

const theirs = (value: unknown): unknown => Reflect.get(pg, 'utils').prepareValue(value)

const INTERVAL = rowReader([{ name: 'i', dataTypeID: 1186 }])(['1 year 02:03:04.5']).i

describe('parameterOf', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 1.5],
    ['a bigint', 12345678901234567890n],
    ['true', true],
    ['a text', `it's "so" \\ é`],
    ['bytes', Buffer.from([0, 1, 255])],
    ['a part of a buffer', new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
    ['a date', new Date(2026, 1, 3, 4, 5, 6, 7)],
    ['a date in summer', new Date(2026, 6, 31, 23, 59, 59, 999)],
    ['a date before Christ', new Date(Date.UTC(-44, 2, 15))],
    ['the year nought', new Date(Date.UTC(0, 0, 1) - 62_000_000_000_000)],
    ['a date that is none', new Date(Number.NaN)],
    ['an object', { a: [1, { b: null }], c: new Date(0) }],
    ['an interval as it was read', INTERVAL],
    ['what makes itself', { toPostgres: (prepare: (value: unknown) => unknown) => prepare([1]) }],
    ['an empty list', []],
    [
      'a list of all',
      [1, null, undefined, 'a"b\\c', [true, ['x']], Buffer.from('é'), new Date(0), { a: 'b' }],
    ],
    ['a list of intervals', [INTERVAL, INTERVAL]],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried here
    ['a list with a hole', [1, , 2]],
    ['a date of another realm', runInNewContext('new Date(0)')],
  ])('sends %s as node-postgres does', (_, value) => {
    expect(parameterOf(value)).toEqual(theirs(value))
  })
})

describe('rowReader', () => {
  it('keeps a column of the name __proto__ as a column', () => {
    const row = rowReader([{ name: '__proto__', dataTypeID: 3802 }])(['{"a": 1}'])
    expect(Object.entries(row)).toEqual([['__proto__', { a: 1 }]])
  })

  it('makes an object of a row, by the types of its columns; the last of two columns of one name', () => {
    const read = rowReader([
      { name: 'a', dataTypeID: 23 },
      { name: 'b', dataTypeID: 1009 },
      { name: 'c', dataTypeID: 25 },
      { name: 'c', dataTypeID: 20 },
    ])
    expect(read(['1', '{x,NULL}', 'one', '2'])).toEqual({ a: 1, b: ['x', null], c: '2' })
    expect(read([null, null, null, null])).toEqual({ a: null, b: null, c: null })
  })
})
